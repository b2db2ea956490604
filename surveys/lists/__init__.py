"""What the staff's pages show: plain rows, paged by the database, in a bounded number of statements.

These functions only read. Bulk reading for statistics is in `surveys.frames`.
"""
