"""What tests share: a real PostgreSQL, a real browser, a study with patients, a patient who walks."""
