"""Help: what each page of the menu is for, and the words that the pages use."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from surveys.views.web.access import for_staff
from surveys.views.web.navigation import ROOMS

pages = Blueprint("guide", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/help")
@for_staff
def index() -> str:
    """Show the help of every page, whether or not one's role opens it, and the glossary."""
    return render_template("staff/account/guide.html", rooms=ROOMS)
