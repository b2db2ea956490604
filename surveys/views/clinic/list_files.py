"""The lists of patients, visits, scores, alerts and messages as files: the rows of the page, all pages of it.

Patients stand in them by study code alone: who it is and how they feel never leave in one file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Flask, abort, request
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange.list_file import Cell, ListFile
from surveys.forms import labels
from surveys.lists import alerts, changes, completeness, history, messages, patients
from surveys.views.clinic import columns, display
from surveys.views.clinic.alerts import STATES as ALERT_STATES
from surveys.views.clinic.alerts import answer_words, rule_words
from surveys.views.clinic.overviews import scale_title, scales_shown, shift
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.list_columns import list_file
from surveys.views.web.list_files import SIZE, Ending, by_clock, every, sent

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
    state, sort = _asked("state", None, patients.STATES), _asked("sort", "code", patients.SORTS)
    search = "" if person else request.values.get("search", "").strip()
    rows = every(
        lambda number: (
            patients.page(
                db.session,
                here.scope,
                number=number,
                state=state,
                search=search,
                person=person,
                sort=sort or "code",
                size=SIZE,
            ).rows
        )
    )
    return list_file("Patients", columns.PATIENTS, rows)


def _completeness(here: Grant) -> ListFile:
    planned = completeness.grid(db.session, here.scope, 1, 1).columns
    lines = every(lambda number: completeness.grid(db.session, here.scope, number, SIZE).lines)

    def told(cells: tuple[completeness.Cell, ...]) -> str | None:
        reasons = ((labels.STATES[cell.state], cell.reason) for cell in cells)
        return "; ".join(f"{word}: {why}" if why else word for word, why in reasons) or None

    return ListFile(
        "Completeness",
        ("Patient", "Status", *(column.name for column in planned)),
        [
            (
                line.code,
                labels.PATIENT_STATUSES[line.status],
                *(told(tuple(line.cells.get(column.id, ()))) for column in planned),
            )
            for line in lines
        ],
    )


def _changes(here: Grant) -> ListFile:
    scales = scales_shown(server.library())
    people = every(lambda number: changes.page(db.session, here.scope, scales, number, SIZE).people)
    given = {scale for person in people for scale in person.scores}
    shown = [(key, name) for key, name in scales if f"{key}.{name}" in given]
    head = ["Patient", "In clinic today", "Last answered"]
    for key, name in shown:
        title = scale_title(server.library().get(key), name)
        head += [title, f"{title}: day", f"{title}: before", f"{title}: day before", f"{title}: change"]
        head += [f"{title}: also"]
    rows = []
    for person in people:
        row: list[Cell] = [person.code, "yes" if person.in_clinic else "no", person.last_on]
        for key, name in shown:
            found = shift(person, key, name)
            row += (
                [found.last, found.last_on, found.before, found.before_on, found.words, found.concern or None]
                if found
                else [None] * 6
            )
        rows.append(row)
    return ListFile("Who changed", head, rows)


def _alerts(here: Grant) -> ListFile:
    state = _asked("state", "new", ALERT_STATES) or "new"
    rows = every(lambda number: alerts.page(db.session, here.scope, state, number, SIZE))
    names = history.names(db.session, {actor for row in rows for actor in row.people})
    return ListFile(
        "Alerts",
        (
            *(
                "Patient",
                "Visit",
                "Cause",
                "First answer or score",
                "Last answer or score",
                "Answered",
                "State",
            ),
            *("Raised", "Passed to the deputy", "Taken on", "Taken on by", "Note"),
            *("Acted on", "Acted on by", "What was done", "Closed", "Closed by", "Outcome"),
        ),
        [
            (
                row.patient,
                row.visit,
                rule_words(row),
                answer_words(row, row.first_answer),
                answer_words(row, row.last_answer),
                display.words(row.source, "source") if row.source else None,
                labels.ALERT_STATES[row.state],
                by_clock(here, row.raised_at),
                by_clock(here, row.escalated_at),
                by_clock(here, row.acknowledged_at),
                names.get(row.acknowledged_by or "", row.acknowledged_by),
                row.note,
                by_clock(here, row.acted_at),
                names.get(row.acted_by or "", row.acted_by),
                row.acted_note,
                by_clock(here, row.closed_at),
                names.get(row.closed_by or "", row.closed_by),
                row.closed_note,
            )
            for row in rows
        ],
    )


def _messages(here: Grant) -> ListFile:
    state = _asked("state", "planned", messages.STATES) or "planned"
    rows = every(lambda number: messages.page(db.session, here.scope, state, number, SIZE))
    return list_file("Messages", columns.of_messages(here), rows)


def _asked(name: str, usual: str | None, allowed: tuple[str, ...]) -> str | None:
    asked = request.values.get(name) or usual
    if asked is not None and asked not in allowed:
        abort(404)
    return asked


LISTS: Mapping[str, Callable[[Grant], ListFile]] = {
    "patients": _patients,
    "completeness": _completeness,
    "changes": _changes,
    "alerts": _alerts,
    "messages": _messages,
}
