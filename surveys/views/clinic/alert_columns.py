"""The facts of an alert, said once for its card on the page and for the file, and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _

from surveys.forms import labels
from surveys.lists.alert_report import ReportedCause
from surveys.lists.alerts import AlertRow
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import Grant
from surveys.views.web.list_columns import Column
from surveys.views.web.list_files import by_clock


def columns(here: Grant, names: Mapping[str, str]) -> tuple[Column[AlertRow], ...]:
    """An alert's facts with the names of those who acted; instants are those of the study's clock.

    What tells who it is and how to call them stands on the page alone.
    """
    return (
        Column("patient", _("Patient"), lambda row: row.patient),
        Column("visit", _("Visit"), lambda row: row.visit),
        Column("cause", _("Cause"), rule_words, on_page=False),
        Column("state", _("State"), lambda row: labels.ALERT_STATES[row.state], on_page=False),
        Column("raised", _("Raised"), lambda row: by_clock(here, row.raised_at)),
        Column(
            "source", _("Answered"), lambda row: display.words(row.source, "source") if row.source else None
        ),
        Column("first", _("Answer first given"), lambda row: _answer(row, row.first_answer)),
        Column("last", _("Answer last given"), lambda row: _answer(row, row.last_answer)),
        Column("score", _("Score"), lambda row: answer_words(row, None) if row.score is not None else None),
        Column("sent", _("Questionnaire"), lambda row: None, in_file=False),
        Column("telephone", _("Telephone"), lambda row: row.telephone, in_file=False),
        Column("born", _("Born"), _born, in_file=False),
        Column("speaks", _("Speaks"), lambda row: row.locale, in_file=False),
        Column("escalated", _("Passed to the deputy"), lambda row: by_clock(here, row.escalated_at)),
        Column("taken", _("Taken on"), lambda row: by_clock(here, row.acknowledged_at)),
        Column("taken_by", _("Taken on by"), lambda row: _who(names, row.acknowledged_by), on_page=False),
        Column("note", _("Note"), lambda row: row.note),
        Column("acted", _("Acted on"), lambda row: by_clock(here, row.acted_at)),
        Column("acted_by", _("Acted on by"), lambda row: _who(names, row.acted_by), on_page=False),
        Column("acted_note", _("What was done"), lambda row: row.acted_note),
        Column("closed", _("Closed"), lambda row: by_clock(here, row.closed_at)),
        Column("closed_by", _("Closed by"), lambda row: _who(names, row.closed_by), on_page=False),
        Column("closed_note", _("Why"), lambda row: row.closed_note),
    )


def rule_words(alert: AlertRow | ReportedCause) -> str:
    """The cause of the alert, in words."""
    return display.rule_words(server.library().get(alert.instrument), alert.rule)


def answer_words(alert: AlertRow, value: int | None) -> str:
    """One of the alert's answers, with its words, or the score that raised it."""
    if alert.score is not None:
        before = "" if alert.before is None else _(" (before: %(score)s)", score=display.plain(alert.before))
        return _("score %(score)s", score=display.plain(alert.score)) + before
    return display.answer_words(server.library().get(alert.instrument), alert.rule, value)


def _source(alert: AlertRow) -> str | None:
    return display.words(alert.source, "source") if alert.source else None


def _answer(alert: AlertRow, value: int | None) -> str | None:
    """One of the alert's answers; an alert that a score raised has none."""
    return answer_words(alert, value) if alert.score is None else None


def _born(alert: AlertRow) -> date | int | None:
    return alert.born_on or alert.birth_year


def _who(names: Mapping[str, str], actor: str | None) -> str | None:
    return names.get(actor or "", actor)
