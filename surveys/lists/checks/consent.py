"""Answers although no consent is recorded, in a study that asks for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, row
from surveys.models import Patient, Response, Visit, consent


def _found(terms: Terms) -> Select[Any]:
    answered = (
        select(func.min(Response.completed_on))
        .join(Visit, Visit.id == Response.visit_id)
        .where(Visit.patient_id == Patient.id, Response.stands)
        .correlate(Patient)
        .scalar_subquery()
    )
    return row("missing", Patient.id, one_on=answered).where(
        consent.due(Patient.study_id, Patient.id), answered.is_not(None)
    )


CHECK = Check(
    "consent",
    _("Answers without a recorded consent"),
    _("Record the consent, or say why there is none."),
    {"missing": _("Answers since %(one)s")},
    _found,
)
