"""The sources of files whose facts end here: residents in the national platform's shape, and plain lists of doses.

national.py   the columns of both sources and their titles
doses.py      doses as facts beside a person: cleaned, compared, written
"""
