"""Everything that changes the database, as plain functions, session first.

Nothing here commits, knows Flask or sends mail: the view or the command that calls decides when a change is
whole. Each change leaves its audit event in the same transaction.
"""
