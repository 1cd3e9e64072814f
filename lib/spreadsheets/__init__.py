"""Spreadsheets in and out.

check.py    what a file really is, from its first bytes and its table of contents; nothing is unpacked
read.py     sheets and rows, parsed by worker.py in a process of its own with limits
headers.py  where the header row is
write.py    the one writer of every CSV and XLSX that leaves the house
"""
