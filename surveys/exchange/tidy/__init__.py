"""The tidy package: a study as plain CSV files with a codebook, checksums and row counts.

`docs/export.md` describes it. It reads no contact and does not write into the database.
"""
