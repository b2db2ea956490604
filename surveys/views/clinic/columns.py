"""The columns of the lists of patients: who they are, how complete, who changed, and their messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from analysis.words import words
from surveys.exchange.list_file import Cell
from surveys.forms import labels
from surveys.lists import completeness
from surveys.lists.changes import Person
from surveys.lists.messages import MessageRow
from surveys.lists.patients import PatientRow
from surveys.views.clinic import display
from surveys.views.clinic.shifts import PersonShifts, Shift, scale_title, scales_shown
from surveys.views.web import server
from surveys.views.web.access import Grant
from surveys.views.web.list_columns import Column
from surveys.views.web.list_files import by_clock

PATIENTS: tuple[Column[PatientRow], ...] = (
    Column("code", words("Code"), lambda row: row.code),
    Column("site", words("Site"), lambda row: row.site),
    Column("state", words("State"), lambda row: labels.STATES[row.state]),
    Column("visit", words("Visit"), lambda row: row.visit),
    Column("due", words("Due"), lambda row: row.due_on),
    Column("next_visit", words("Next visit"), lambda row: row.next_visit, on_page=False),
    Column("next_due", words("Next due"), lambda row: row.next_due_on, on_page=False),
    Column("answered", words("Last answered"), lambda row: row.last_answered_on),
    Column("alerts", words("Alerts waiting"), lambda row: row.alerts, numeric=True),
)


def of_messages(here: Grant) -> tuple[Column[MessageRow], ...]:
    """Instants are those of the study's clock."""
    return (
        Column("patient", _("Patient"), lambda row: row.patient),
        Column("visit", _("Visit"), lambda row: row.visit),
        Column("kind", _("Message"), lambda row: labels.MESSAGES[row.kind]),
        Column("nth", _("Number"), lambda row: row.nth, on_page=False),
        Column("way", _("Way"), lambda row: labels.MESSAGE_CHANNELS[row.channel], on_page=False),
        Column(
            "planned", _("Planned"), lambda row: by_clock(here, row.retry_at or row.planned_at), on_page=False
        ),
        Column(
            "outcome",
            _("Outcome"),
            lambda row: labels.MESSAGE_OUTCOMES[row.outcome] if row.outcome else None,
            on_page=False,
        ),
        Column("settled", _("Outcome at"), lambda row: by_clock(here, row.outcome_at), on_page=False),
        Column(
            "reason",
            _("Reason"),
            lambda row: display.words(row.error, "message_reason") if row.error else None,
            on_page=False,
        ),
        Column("parts", _("Parts"), lambda row: row.parts, on_page=False),
        Column("state", _("State"), lambda row: None, in_file=False),
    )


def of_completeness(
    timepoints: Sequence[completeness.Column],
) -> tuple[Column[completeness.PatientLine], ...]:
    """A column for each timepoint, under its id, whose cell says the states of its visits."""
    return (
        Column("code", _("Patient"), lambda line: line.code),
        Column("status", _("Status"), lambda line: labels.PATIENT_STATUSES[line.status], on_page=False),
        *(Column(str(one.id), one.name, _states_at(one.id)) for one in timepoints),
    )


def _states_at(timepoint_id: int) -> Callable[[completeness.PatientLine], Cell]:
    def told(line: completeness.PatientLine) -> Cell:
        reasons = ((labels.STATES[cell.state], cell.reason) for cell in line.cells.get(timepoint_id, ()))
        return "; ".join(f"{word}: {why}" if why else str(word) for word, why in reasons) or None

    return told


def of_changes(people: Sequence[Person]) -> tuple[Column[PersonShifts], ...]:
    """The scales of which one of the people has a score; a scale's further columns stand in its cell."""
    given = {scale for person in people for scale in person.scores}
    library = server.library()
    return (
        Column("code", _("Patient"), lambda row: row.person.code),
        Column(
            "in_clinic",
            _("In clinic today"),
            lambda row: _("yes") if row.person.in_clinic else _("no"),
            on_page=False,
        ),
        Column("answered", _("Last answered"), lambda row: row.person.last_on),
        *(
            column
            for key, name in scales_shown(library)
            if f"{key}.{name}" in given
            for column in _of_scale(f"{key}.{name}", scale_title(library.get(key), name))
        ),
    )


def _of_scale(scale: str, title: str) -> tuple[Column[PersonShifts], ...]:
    def told(fact: Callable[[Shift], Cell]) -> Callable[[PersonShifts], Cell]:
        return lambda row: fact(row.shifts[scale]) if scale in row.shifts else None

    within = (
        ("day", _("day"), told(lambda shift: shift.last_on)),
        ("before", _("before"), told(lambda shift: shift.before)),
        ("day_before", _("day before"), told(lambda shift: shift.before_on)),
        ("change", _("change"), told(lambda shift: shift.words)),
        ("also", _("also"), told(lambda shift: shift.concern or None)),
    )
    return (
        Column(scale, title, told(lambda shift: shift.last)),
        *(
            Column(f"{scale}.{key}", f"{title}: {words}", value, on_page=False)
            for key, words, value in within
        ),
    )
