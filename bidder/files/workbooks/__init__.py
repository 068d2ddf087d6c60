"""Workbooks of spreadsheets (.xlsx, .xls): their sheets as text, one line for each row."""
