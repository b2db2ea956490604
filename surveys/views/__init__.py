"""The pages. Each view loads, checks a form, stores, commits and redirects; templates draw."""

from __future__ import annotations

from flask import Flask

from surveys.views import errors, front, headers, jinja, language, patient, protection


def init_app(app: Flask) -> None:
    """Register every page, and what guards them all."""
    for part in (jinja, headers, protection, language, errors, front, patient):
        part.init_app(app)
