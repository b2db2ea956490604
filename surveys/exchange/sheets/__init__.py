"""Sheets as people send them: workbooks, CSV of any spreadsheet, and pasted cells. Text comes out."""
