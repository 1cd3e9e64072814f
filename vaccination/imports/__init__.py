"""The sources of files whose facts end here: residents in the national platform's shape, and plain lists of doses.

national.py   the two sources and what their columns may be called
titles.py     the titles themselves, in the order of the platform's workbook
sample.py     who makes the workbook behind "Dùng tệp mẫu"
doses.py      doses as facts beside a person: cleaned, compared, written
"""
