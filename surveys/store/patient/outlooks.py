"""What is to be said of a patient's visits by the plan, before the enrolment and after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.facts import not_before
from surveys.instruments.library import Library
from surveys.models import Patient, Serving, Timepoint, Visit
from surveys.schedule import (
    Course,
    Outlook,
    TreatmentDate,
    is_over,
    lay_out,
    occasions,
    onset_day,
    outlook,
)
from surveys.store.patient.patients import NewPatient
from surveys.store.study.studies import plan_of
from surveys.store.visit import basis


def of_new(new: NewPatient, timepoints: Sequence[Timepoint], library: Library) -> Outlook:
    """For somebody who is not enrolled yet, as far as no other study asks the same."""
    onset, precision = (new.onset.on, new.onset.precision) if new.onset else (None, None)
    course = Course(
        enrolled_on=new.enrolled_on,
        onset_on=onset_day(onset, precision, new.enrolled_on),
        onset_from=onset,
        onset_precision=precision,
        treatments=tuple(
            TreatmentDate(number, one.kind, one.state, one.started.on)
            for number, one in enumerate(new.treatments)
            if one.started and one.started.precision == "day"
        ),
    )
    plan, sensible_from = plan_of(timepoints), not_before(library)
    ahead = [
        one
        for one in occasions(plan, course, sensible_from)
        if one.ahead and not is_over(one.window, new.enrolled_on)
    ]
    laid = lay_out(ahead, enrolled_on=new.enrolled_on)
    return outlook(plan, course, sensible_from, [one.serves for one in laid])


def of_patient(session: Session, patient: Patient, library: Library) -> Outlook:
    """For a patient whose palsies and treatments are loaded; one statement."""
    planned = (Visit.timepoint_id == Timepoint.id) & (Visit.patient_id == patient.id)
    query = (
        select(Timepoint, Visit, Serving)
        .outerjoin(Visit, planned & Visit.withdrawn_at.is_(None))
        .outerjoin(Serving, Serving.visit_id == Visit.id)
        .where(Timepoint.study_id == patient.study_id)
        .order_by(Timepoint.position, Visit.due_on, Visit.id, Serving.id)
    )
    timepoints: dict[Timepoint, None] = {}
    servings: dict[Visit, list[Serving]] = {}
    for timepoint, visit, serving in session.execute(query):
        timepoints[timepoint] = None
        if visit is not None:
            servings.setdefault(visit, []).extend([serving] if serving else [])
    keys = {row.id: row.key for row in timepoints}
    visits = [basis.served_by(visit, own, keys) for visit, own in servings.items()]
    return outlook(plan_of(list(timepoints)), basis.course_of(patient), not_before(library), visits)
