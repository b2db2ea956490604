"""Patients for whom no visit counts from the onset, although the plan has such timepoints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, exists, or_, select

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, row
from surveys.models import Palsy, Patient, Serving, Timepoint, Visit


def _found(terms: Terms) -> Select[Any]:
    scope = terms.scope
    from_onset = select(Timepoint.id).where(Timepoint.study_id == scope.study_id, Timepoint.anchor == "onset")
    # One that was ended before asks nobody who came later.
    asks = from_onset.where(or_(Timepoint.until_on.is_(None), Timepoint.until_on > Patient.enrolled_on))
    planned = (Visit.patient_id == Patient.id, Visit.withdrawn_at.is_(None))
    own = exists().where(*planned, Visit.timepoint_id.in_(from_onset))
    served = exists().where(*planned, Serving.visit_id == Visit.id, Serving.timepoint_id.in_(from_onset))
    reason = case(
        (Palsy.onset_on.is_(None), "unknown"), (Palsy.onset_precision == "year", "year"), else_="known"
    )
    return (
        row(reason, Patient.id, seen=reason, figure=Palsy.number)
        .select_from(Patient)
        .outerjoin(Palsy, (Palsy.patient_id == Patient.id) & Palsy.is_index)
        .where(Patient.in_follow_up, asks.correlate(Patient).exists(), ~own, ~served)
    )


CHECK = Check(
    "onset",
    _("No visit counts from the onset"),
    _("The plan asks at times after the onset. Correct the onset as exactly as it is known."),
    {
        "unknown": _("The onset is not known"),
        "year": _("The onset is known by year only"),
        "known": _("These visits were over at the enrolment or were not planned"),
    },
    _found,
)
