"""What tests share: a real PostgreSQL, a real browser. Knows nothing of questionnaires or patients."""
