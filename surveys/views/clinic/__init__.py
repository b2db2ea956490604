"""The coordinator's day: patients, visits, alerts, messages."""
