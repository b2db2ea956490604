"""Patients without a visit that counts from the onset, although the plan has such timepoints, and why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, exists, func, select

from surveys.lists.at_once import ShortList
from surveys.lists.scope import Scope
from surveys.models import Palsy, Patient, Serving, Timepoint, Visit

SHOWN = 50


@dataclass(frozen=True)
class NoOnset:
    """A patient without such a visit; the onset is `unknown`, known by `year` only, or `known`.

    `in_all` is how many patients have none for the same reason.
    """

    patient: str
    reason: str
    in_all: int


def without_visits(scope: Scope) -> ShortList:
    """Those who are in follow-up, the first `SHOWN` by reason and code."""
    from_onset = select(Timepoint.id).where(Timepoint.study_id == scope.study_id, Timepoint.anchor == "onset")
    planned = (Visit.patient_id == Patient.id, Visit.withdrawn_at.is_(None))
    own = exists().where(*planned, Visit.timepoint_id.in_(from_onset))
    served = exists().where(*planned, Serving.visit_id == Visit.id, Serving.timepoint_id.in_(from_onset))
    reason = case(
        (Palsy.onset_on.is_(None), "unknown"), (Palsy.onset_precision == "year", "year"), else_="known"
    )
    query = (
        select(
            Patient.code.label("patient"),
            reason.label("reason"),
            func.count().over(partition_by=reason).label("in_all"),
        )
        .outerjoin(Palsy, (Palsy.patient_id == Patient.id) & Palsy.is_index)
        .where(scope.condition, Patient.in_follow_up, from_onset.exists(), ~own, ~served)
    )
    return ShortList(query, (reason, Patient.code.expression), SHOWN)
