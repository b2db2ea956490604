"""A backup: every row of every table in one file that SQLite and PostgreSQL both restore.

The file is a zip: `manifest.json`, and for each table a file of JSON lines. It records columns and types of
the database, not their meaning, so it also restores a backup of an older schema.
"""

FORMAT = "seventh backup 1"
MANIFEST = "manifest.json"
SCHEMA_TABLE = "alembic_version"
UNPROVED = "restore_unproved"
"""A table that is there from when a backup's rows are in until they are proved; it holds the SHA-256."""
