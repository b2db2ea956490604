"""What the staff's pages show: plain rows, paged by the database, in a bounded number of statements.

Reads only. Bulk reading for statistics is `surveys.frames`.
"""
