"""The columns of the lists of patients and of messages."""

from __future__ import annotations

from surveys.forms import labels
from surveys.lists.messages import MessageRow
from surveys.lists.patients import PatientRow
from surveys.views.clinic import display
from surveys.views.web.access import Grant
from surveys.views.web.list_columns import Column
from surveys.views.web.list_files import by_clock

PATIENTS: tuple[Column[PatientRow], ...] = (
    Column("code", "Code", lambda row: row.code),
    Column("site", "Site", lambda row: row.site),
    Column("state", "State", lambda row: labels.STATES[row.state]),
    Column("visit", "Visit", lambda row: row.visit),
    Column("due", "Due", lambda row: row.due_on),
    Column("next_visit", "Next visit", lambda row: row.next_visit, on_page=False),
    Column("next_due", "Next due", lambda row: row.next_due_on, on_page=False),
    Column("answered", "Last answered", lambda row: row.last_answered_on),
    Column("alerts", "Alerts waiting", lambda row: row.alerts, numeric=True),
)


def of_messages(here: Grant) -> tuple[Column[MessageRow], ...]:
    """Instants are those of the study's clock."""
    return (
        Column("patient", "Patient", lambda row: row.patient),
        Column("visit", "Visit", lambda row: row.visit),
        Column("kind", "Message", lambda row: labels.MESSAGES[row.kind]),
        Column("nth", "Number", lambda row: row.nth, on_page=False),
        Column("way", "Way", lambda row: labels.MESSAGE_CHANNELS[row.channel], on_page=False),
        Column(
            "planned", "Planned", lambda row: by_clock(here, row.retry_at or row.planned_at), on_page=False
        ),
        Column(
            "outcome",
            "Outcome",
            lambda row: labels.MESSAGE_OUTCOMES[row.outcome] if row.outcome else None,
            on_page=False,
        ),
        Column("settled", "Outcome at", lambda row: by_clock(here, row.outcome_at), on_page=False),
        Column(
            "reason",
            "Reason",
            lambda row: display.words(row.error, "message_reason") if row.error else None,
            on_page=False,
        ),
        Column("parts", "Parts", lambda row: row.parts, on_page=False),
        Column("state", "State", lambda row: None, in_file=False),
    )
