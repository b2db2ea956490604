"""Mail: texts with named fields made into messages, and the mail servers that take them.

Knows no database: what is said and to whom comes from whoever sends, and what became of it goes back there.
"""
