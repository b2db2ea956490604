"""The study's log: who did and read what, from the audit trail."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template, request
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange.list_file import ListFile
from surveys.lists import history
from surveys.lists import log as lists
from surveys.views.clinic import display
from surveys.views.web.access import for_roles, grant
from surveys.views.web.list_files import SIZE, Ending, by_clock, sent

pages = Blueprint("log", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/log")
@for_roles("coordinator", "investigator", whole_study=True)
def index(code: str) -> str:
    """List the study's events, the latest first, all or of one kind."""
    kind, before = _kind(), request.args.get("before", type=int)
    found = lists.page(db.session, grant().study.id, kind=kind, before=before)
    return render_template(
        "staff/study/log.html",
        found=found,
        kind=kind,
        kinds=lists.KINDS,
        names=history.names(db.session, [event.actor for event in found.events]),
    )


@pages.get("/staff/<code>/log.<any(xlsx, csv):ending>")
@for_roles("coordinator", "investigator", whole_study=True)
def file(code: str, ending: Ending) -> Response:
    """Send the log, all or of one kind, as a file."""
    here, kind = grant(), _kind()
    events: list[lists.LoggedEvent] = []
    before: int | None = None
    while True:
        found = lists.page(db.session, here.study.id, kind=kind, before=before, size=SIZE)
        events += found.events
        before = found.older
        if before is None:
            break
    names = history.names(db.session, {event.actor for event in events})
    listed = ListFile(
        "Log",
        ("Number", "When", "What", "Who", "Patient", "Facts", "Reason"),
        [
            (
                event.number,
                by_clock(here, event.at),
                display.words(event.action, "action"),
                names.get(event.actor, event.actor),
                event.patient,
                ", ".join(f"{key} {value}" for key, value in event.facts.items()) or None,
                event.reason,
            )
            for event in events
        ],
    )
    return sent(here, listed, "log", ending)


def _kind() -> str | None:
    kind = request.args.get("kind") or None
    return kind if kind in {None, *lists.KINDS} else abort(404)
