"""The columns of the lists of patients and of messages."""

from __future__ import annotations

from flask_babel import gettext as _

from analysis.words import words
from surveys.forms import labels
from surveys.lists.messages import MessageRow
from surveys.lists.patients import PatientRow
from surveys.views.clinic import display
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
