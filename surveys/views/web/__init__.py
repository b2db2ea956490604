"""What lies under every page: access, protection, headers, language, errors."""
