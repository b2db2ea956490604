"""A backup: every row of every table in one file that any database of ours takes back.

The file is a zip: `manifest.json`, and for each table a file of JSON lines. It knows columns and their types
as the database has them, never what they mean: one of an older schema is kept and restored as well.
"""

FORMAT = "seventh backup 1"
MANIFEST = "manifest.json"
SCHEMA_TABLE = "alembic_version"
