"""The tidy package: a study as plain CSV files with a codebook, checksums and row counts.

`docs/export.md` describes it. Reads no contact, writes nothing into the database.
"""
