"""A study as a REDCap project: dictionary, events and records. `docs/export.md` describes it."""
