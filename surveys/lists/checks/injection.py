"""An injection without its dose, which no analysis of the dose can count."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists

from analysis.data.kinds import INJECTED
from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, days, named, row
from surveys.models import InjectionSite, Treatment


def _found(terms: Terms) -> Select[Any]:
    made = row(
        "dose",
        Treatment.patient_id,
        subject=named("treatment", Treatment.id),
        seen=days(Treatment.started_on),
        one_on=Treatment.started_on,
        figure=Treatment.id,
    )
    mapped = exists().where(InjectionSite.treatment_id == Treatment.id)
    return made.where(
        Treatment.kind == INJECTED, Treatment.state == "given", Treatment.dose.is_(None), ~mapped
    )


CHECK = Check(
    "injection",
    _("Injection without a dose"),
    _("Enter the dose, or the units by muscle and side."),
    {"dose": _("Injection of %(one)s")},
    _found,
)
