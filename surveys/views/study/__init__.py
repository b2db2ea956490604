"""The pages that set a study up, and the pages about a whole study."""
