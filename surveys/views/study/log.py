"""The study's log: who did and read what, from the audit trail."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template, request

from surveys.db import db
from surveys.lists import history
from surveys.lists import log as lists
from surveys.views.web.access import for_roles, grant

pages = Blueprint("log", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/log")
@for_roles("coordinator", "investigator", whole_study=True)
def index(code: str) -> str:
    """List the study's events, the latest first, all or of one kind."""
    kind, before = request.args.get("kind") or None, request.args.get("before", type=int)
    if kind not in {None, *lists.KINDS}:
        abort(404)
    found = lists.page(db.session, grant().study.id, kind=kind, before=before)
    return render_template(
        "staff/study/log.html",
        found=found,
        kind=kind,
        kinds=lists.KINDS,
        names=history.names(db.session, [event.actor for event in found.events]),
    )
