"""Mail: texts with named fields made into messages, and the mail servers that take them.

It knows no database: the caller gives the text and the address, and gets the outcome.
"""
