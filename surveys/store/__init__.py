"""Everything that changes the database, as plain functions, session first.

These functions never commit, know no Flask and send no mail: the view or command that calls them commits.
Each change leaves its audit event in the same transaction.
"""
