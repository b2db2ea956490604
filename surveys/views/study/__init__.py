"""Setting a study up, and what holds for the whole of it."""
