"""Formats in and out. They read and write through the store, and know no page and no command."""
