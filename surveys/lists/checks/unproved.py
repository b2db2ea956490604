"""Answers of which nothing shows that our pages wrote them: their draft had no seal that holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, named, row
from surveys.models import Event, Response
from surveys.models.response import CHANGED, NO_SEAL, UNPROVED


def _found(terms: Terms) -> Select[Any]:
    made = row(
        Event.facts["why"].as_string(),
        Event.patient_id,
        subject=named("response", Response.id),
        one_on=Response.completed_on,
        other=Response.instrument,
        figure=Response.id,
    )
    return (
        made.select_from(Event)
        .join(Response, Response.id == Event.facts["response"].as_integer())
        .where(Event.study_id == terms.scope.study_id, Event.action == UNPROVED, Response.stands)
    )


CHECK = Check(
    "unproved",
    _("Answers that may not be the patient's"),
    _(
        "Before they were sent, something other than our pages may have changed these answers in the "
        "database. Ask the patient, and correct or annul them, or say why they may stand. Tell who looks "
        "after the server, who should run the proof of the audit trail."
    ),
    {
        CHANGED: _("%(other)s of %(one)s: its seal does not fit, or was made with another secret key"),
        NO_SEAL: _("%(other)s of %(one)s: it had no seal, as those begun before there were seals"),
    },
    _found,
)
