"""Standing checks of what is recorded: each in a module of its own, all on one page (`checks.page`).

A check never says that something is wrong, only that somebody should look. A finding goes when what it found
is mended, or once somebody says why it may stand; it comes back when what was found changes.
"""
