"""An age at enrolment that the study does not take, or that nobody reaches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, extract, or_

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, days, row
from surveys.models import Patient

OLDEST = 110


def _found(terms: Terms) -> Select[Any]:
    # By calendar years, as `was_too_young` of the store says of an enrolment.
    age = extract("year", Patient.enrolled_on) - Patient.birth_year
    young = age < terms.lowest_age
    made = row(
        case((young, "young"), else_="old"),
        Patient.id,
        seen=days(Patient.enrolled_on, Patient.birth_year),
        figure=age,
    )
    # Who was enrolled before birth stands among the dates in an impossible order.
    return made.where(age >= 0, or_(young, age > OLDEST))


CHECK = Check(
    "age",
    _("Age outside the plan"),
    _("The study has a lowest age. Correct the year of birth or the day of enrolment, or decide to go on."),
    {
        "young": _("%(figure)s years at enrolment, younger than the study takes"),
        "old": _("%(figure)s years at enrolment"),
    },
    _found,
)
