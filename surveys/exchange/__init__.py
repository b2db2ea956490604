"""Formats in and out. Reads and writes through the store; knows no page and no command."""
