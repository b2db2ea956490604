"""Tables of other programs: read, recognised, mapped to our instruments, and made into rows of an import.

Nothing here asks the database, and nothing is guessed: what changes a value waits for a person's word.
"""
