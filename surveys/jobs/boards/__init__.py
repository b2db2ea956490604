"""The dashboard's boards: drawn by jobs, kept in the database, shown from there."""
