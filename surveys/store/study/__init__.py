"""A study: its facts, what it still lacks, its readers, exports and freezes."""
