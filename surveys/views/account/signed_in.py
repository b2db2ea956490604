"""Where one is signed in: the browsers, and the end of a session elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.store.accounts import browsers, sessions
from surveys.views.web.access import for_staff, member
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import ends_in, session_here

pages = Blueprint("signed_in", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/account/sessions")
@for_staff
def index() -> str:
    """List one's own sessions, the last used first."""
    found = sessions.of(db.session, member(), at=datetime.now(UTC))
    return render_template(
        "staff/account/signed_in.html", sessions=found, here=session_here(), browser=browsers.shown
    )


@pages.post("/staff/account/sessions/go-on")
@for_staff
def go_on() -> dict[str, int]:
    """Go on with this session: to ask is a use. Returns the seconds until it ends, for the page's script."""
    return {"ends_in": ends_in()}


@pages.post("/staff/account/sessions/<int:number>/end")
@for_staff
def end(number: int) -> Response:
    """End one session; that of this browser by Sign out alone."""
    with committed() as kept:
        sessions.end(db.session, member(), number, at=datetime.now(UTC))
    if kept:
        flash(_("You are signed out there."), "success")
    return redirect(url_for("signed_in.index"))


@pages.post("/staff/account/sessions/end-others")
@for_staff
def end_others() -> Response:
    """End every session but this one."""
    with committed() as kept:
        sessions.end_others(db.session, member(), session_here(), at=datetime.now(UTC))
    if kept:
        flash(_("You are signed out everywhere else."), "success")
    return redirect(url_for("signed_in.index"))
