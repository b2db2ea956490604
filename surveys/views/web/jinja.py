"""The folders of templates: ours, and the components of the design system."""

from __future__ import annotations

from flask import Flask
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader


def init_app(app: Flask) -> None:
    """Let templates import the components of the design system."""
    own = app.jinja_loader
    assert own is not None  # noqa: S101 — Flask sets it whenever there is a template folder
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_env.loader = ChoiceLoader([own, components])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
