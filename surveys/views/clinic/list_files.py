"""The lists of patients, visits, scores, alerts and messages as files: the rows of the page, all pages of it.

Patients stand in them by study code alone: who it is and how they feel never leave in one file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange.list_file import ListFile
from surveys.lists import alerts, changes, completeness, history, messages, patients
from surveys.views.clinic import alert_columns, columns
from surveys.views.clinic.alerts import STATES as ALERT_STATES
from surveys.views.clinic.overviews import counted, sorted_by
from surveys.views.clinic.shifts import scales_shown, shifts_of
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.choices import chosen
from surveys.views.web.list_columns import list_file
from surveys.views.web.list_files import SIZE, Ending, every, sent

pages = Blueprint("list_files", __name__)


def init_app(app: Flask) -> None:
    """Register the files."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/lists/<name>.<any(xlsx, csv):ending>")
@for_roles("coordinator", "investigator")
def of_list(code: str, name: str, ending: Ending) -> Response:
    """Send the list with the filters of the address, for the reader's site alone."""
    here = grant()
    listed = LISTS[name](here) if name in LISTS else abort(404)
    return sent(here, listed, name, ending)


@pages.post("/staff/<code>/lists/found.<any(xlsx, csv):ending>")
@for_roles("coordinator", "investigator", whole_study=False)
def of_search(code: str, ending: Ending) -> Response:
    """Send the patients whom a search found, by study code.

    It is a POST like the search, because a name must not be in an address.
    """
    here, person = grant(), request.form.get("search", "").strip()
    return sent(here, _patients(here, person), "patients", ending)


def _patients(here: Grant, person: str = "") -> ListFile:
    state, sort = chosen("state", "", ("", *patients.STATES)), chosen("sort", "code", patients.SORTS)
    search = "" if person else request.values.get("search", "").strip()
    rows = every(
        lambda number: (
            patients.page(
                db.session,
                here.scope,
                number=number,
                state=state or None,
                search=search,
                person=person,
                sort=sort,
                size=SIZE,
            ).rows
        )
    )
    return list_file(_("Patients"), columns.PATIENTS, rows)


def _completeness(here: Grant) -> ListFile:
    only, sort = counted(), sorted_by()
    timepoints = completeness.grid(db.session, here.scope, 1, 1).columns
    lines = every(
        lambda number: completeness.grid(db.session, here.scope, number, SIZE, only=only, sort=sort).lines
    )
    return list_file(_("Completeness"), columns.of_completeness(timepoints), lines)


def _changes(here: Grant) -> ListFile:
    scales, sort = scales_shown(server.library()), chosen("sort", "today", changes.SORTS)
    people = every(
        lambda number: changes.page(db.session, here.scope, scales, number, SIZE, sort=sort).people
    )
    return list_file(_("Who changed"), columns.of_changes(people), shifts_of(people))


def _alerts(here: Grant) -> ListFile:
    state = chosen("state", "new", ALERT_STATES)
    sort = chosen("sort", "raised", alerts.SORTS)
    rows = every(lambda number: alerts.page(db.session, here.scope, state, number, SIZE, sort=sort))
    names = history.names(db.session, {actor for row in rows for actor in row.people})
    return list_file(_("Alerts"), alert_columns.columns(here, names), rows)


def _messages(here: Grant) -> ListFile:
    state = chosen("state", "planned", messages.STATES)
    rows = every(lambda number: messages.page(db.session, here.scope, state, number, SIZE))
    return list_file(_("Messages"), columns.of_messages(here), rows)


LISTS: Mapping[str, Callable[[Grant], ListFile]] = {
    "patients": _patients,
    "completeness": _completeness,
    "changes": _changes,
    "alerts": _alerts,
    "messages": _messages,
}
