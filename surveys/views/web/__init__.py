"""The base of every page: access, protection, headers, language, errors."""
