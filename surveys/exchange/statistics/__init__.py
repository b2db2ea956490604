"""A study as files of SPSS and Stata, with labels, user-missing values and measures (`docs/export.md`)."""
