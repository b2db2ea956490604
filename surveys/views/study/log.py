"""The study's log: who did and read what, from the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Flask, abort, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.lists import history
from surveys.lists import log as lists
from surveys.views.clinic import display
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.list_columns import Column, list_file
from surveys.views.web.list_files import SIZE, Ending, by_clock, sent
from surveys.views.web.numbers import stored

pages = Blueprint("log", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/log")
@for_roles("coordinator", "investigator", whole_study=True)
def index(code: str) -> str:
    """List the study's events, the latest first, all or of one kind."""
    kind, before = _kind(), request.args.get("before", type=stored)
    here = grant()
    found = lists.page(db.session, here.study.id, kind=kind, before=before)
    return render_template(
        "staff/study/log.html",
        found=found,
        kind=kind,
        kinds=lists.KINDS,
        columns=_columns(here, found.events),
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
    return sent(here, list_file(_("Log"), _columns(here, events), events), "log", ending)


def _kind() -> str | None:
    kind = request.args.get("kind") or None
    return kind if kind in {None, *lists.KINDS} else abort(404)


def _columns(here: Grant, events: Sequence[lists.LoggedEvent]) -> tuple[Column[lists.LoggedEvent], ...]:
    """The log's columns, with the names of those who did these events."""
    names = history.names(db.session, {event.actor for event in events})
    return (
        Column("number", _("Number"), lambda event: event.number, on_page=False),
        Column("at", _("When"), lambda event: by_clock(here, event.at)),
        Column("what", _("What"), lambda event: display.words(event.action, "action")),
        Column("who", _("Who"), lambda event: names.get(event.actor, event.actor)),
        Column("patient", _("Patient"), lambda event: event.patient),
        Column(
            "facts",
            _("Facts"),
            lambda event: ", ".join(f"{key} {value}" for key, value in event.facts.items()) or None,
        ),
        Column("reason", _("Reason"), lambda event: event.reason, on_page=False),
    )
