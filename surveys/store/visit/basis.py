"""The facts behind a layout of visits: a patient's course, stored visits, instruments asked already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from surveys.models import (
    ALL_ROWS,
    Alert,
    Assistance,
    Background,
    Draft,
    Palsy,
    Patient,
    Response,
    Serving,
    Study,
    Timepoint,
    Treatment,
    Visit,
)
from surveys.schedule import (
    Course,
    InstrumentDay,
    OccasionKey,
    TreatmentDate,
    Window,
    is_over_for_good,
    onset_day,
)


@dataclass(frozen=True)
class KnownVisit:
    """A stored visit; `fixed` where it is outside the plan, was opened, or was missed for a reason.

    `primary` is the occasion of its own timepoint and occurrence; None outside the plan.
    """

    row: Visit
    serves: tuple[OccasionKey, ...]
    primary: OccasionKey | None
    fixed: bool
    asked: tuple[InstrumentDay, ...]

    @property
    def window(self) -> Window:
        """The days it is open."""
        return Window(self.row.opens_on, self.row.due_on, self.row.closes_on)


def courses_of(session: Session, patients: Sequence[Patient]) -> dict[int, Course]:
    """The dates of the plan's anchors, by patient id."""
    ids = [patient.id for patient in patients]
    index = select(Palsy).where(Palsy.patient_id.in_(ids), Palsy.is_index)
    palsies = {palsy.patient_id: palsy for palsy in session.scalars(index)}
    dated = select(Treatment).where(
        Treatment.patient_id.in_(ids),
        Treatment.started_precision == "day",
        Treatment.state != "cancelled",
    )
    treatments: dict[int, list[TreatmentDate]] = {}
    for row in session.scalars(dated):
        if row.started_on:
            treated = TreatmentDate(row.id, row.kind, row.state, row.started_on)
            treatments.setdefault(row.patient_id, []).append(treated)
    return {
        patient.id: _course(patient, palsies.get(patient.id), treatments.get(patient.id, ()))
        for patient in patients
    }


def course_of(patient: Patient) -> Course:
    """The dates of a patient whose palsies and treatments are loaded."""
    index = next((palsy for palsy in patient.palsies if palsy.is_index), None)
    treatments = [
        TreatmentDate(row.id, row.kind, row.state, row.started_on)
        for row in patient.treatments
        if row.started_on and row.started_precision == "day" and row.state != "cancelled"
    ]
    return _course(patient, index, treatments)


def _course(patient: Patient, palsy: Palsy | None, treatments: Sequence[TreatmentDate]) -> Course:
    onset, precision = (palsy.onset_on, palsy.onset_precision) if palsy else (None, None)
    return Course(
        enrolled_on=patient.enrolled_on,
        onset_on=onset_day(onset, precision, patient.enrolled_on),
        onset_from=onset,
        onset_precision=precision,
        synkinesis_noted_on=palsy.synkinesis_noted_on if palsy else None,
        treatments=tuple(treatments),
    )


def in_several_studies(session: Session, patients: Sequence[Patient]) -> set[int]:
    """The contacts of the patients who were enrolled before, in any study."""
    ids = [patient.contact_id for patient in patients if patient.contact_id is not None]
    several = (
        select(Patient.contact_id)
        .where(Patient.contact_id.in_(ids))
        .group_by(Patient.contact_id)
        .having(func.count() > 1)
    )
    return {contact_id for contact_id in session.scalars(several) if contact_id is not None}


def touched() -> ColumnElement[bool]:
    """Whether a visit stays as it is: it was opened, answered, missed for a reason, or an alert stands."""
    return (
        Visit.opened_at.is_not(None)
        | Visit.missed_reason.is_not(None)
        | exists().where(Background.visit_id == Visit.id)
        | exists().where(Draft.visit_id == Visit.id)
        | exists().where(Response.visit_id == Visit.id)
        | exists().where(Assistance.visit_id == Visit.id)
        | exists().where(Alert.visit_id == Visit.id)
    )


def stored_visits(
    session: Session, patient: Patient, timepoints: Sequence[Timepoint], since: date
) -> list[KnownVisit]:
    """All visits of the patient, also withdrawn ones, with their occasions and instruments since `since`."""
    keys = {row.id: row.key for row in timepoints}
    rows = session.execute(
        select(Visit, touched()).where(Visit.patient_id == patient.id).order_by(Visit.id),
        # A visit of an import that is not finished has its place already.
        execution_options=ALL_ROWS,
    ).all()
    servings: dict[int, list[Serving]] = {}
    for serving in session.scalars(
        select(Serving).join(Visit, Visit.id == Serving.visit_id).where(Visit.patient_id == patient.id),
        execution_options=ALL_ROWS,
    ):
        servings.setdefault(serving.visit_id, []).append(serving)
    answered = _answered(session, Visit.patient_id == patient.id)
    found = []
    for row, is_touched in rows:
        serves, primary = _serves(row, servings.get(row.id, []), keys)
        found.append(
            KnownVisit(
                row=row,
                serves=serves,
                primary=primary,
                fixed=is_touched or primary is None,
                asked=tuple(_asked(row, answered.get(row.id, {}), since)),
            )
        )
    return found


def served_by(row: Visit, servings: Sequence[Serving], keys: Mapping[int, str]) -> tuple[OccasionKey, ...]:
    """All occasions that a visit of the plan serves, its own first."""
    serves, primary = _serves(row, servings, keys)
    return tuple(sorted(serves, key=lambda one: one != primary))


def _serves(
    row: Visit, servings: Sequence[Serving], keys: Mapping[int, str]
) -> tuple[tuple[OccasionKey, ...], OccasionKey | None]:
    """All occasions that a visit serves, and the one of its own timepoint and occurrence."""
    if row.timepoint_id is None:
        return (), None
    if not servings:
        own = OccasionKey(keys[row.timepoint_id], row.occurrence)
        return (own,), own
    by_place = {
        (one.timepoint_id, one.occurrence): OccasionKey(
            keys[one.timepoint_id], 1 if one.treatment_id else one.occurrence, one.treatment_id
        )
        for one in servings
    }
    return tuple(by_place.values()), by_place.get((row.timepoint_id, row.occurrence))


def _answered(session: Session, condition: ColumnElement[bool]) -> dict[int, dict[str, date]]:
    """When each instrument was answered, by visit."""
    query = (
        select(Response.visit_id, Response.instrument, Response.completed_on)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(condition, Response.stands)
    )
    found: dict[int, dict[str, date]] = {}
    for visit_id, instrument, completed_on in session.execute(query):
        found.setdefault(visit_id, {})[instrument] = completed_on
    return found


def _asked(row: Visit, answered: Mapping[str, date], since: date) -> Iterator[InstrumentDay]:
    """The instruments that a visit has asked, or may still ask, on or after `since`."""
    for instrument, on in answered.items():
        yield InstrumentDay(instrument, on, on)
    if row.withdrawn_at is None and not is_over_for_good(row, since):
        for instrument in row.battery:
            if instrument not in answered:
                yield InstrumentDay(instrument, row.due_on, row.closes_on)


def asked_elsewhere(session: Session, patient: Patient, since: date) -> list[InstrumentDay]:
    """The instruments that the same person answers in other studies; the contact identifies the person."""
    if patient.contact_id is None:
        return []
    same = (Patient.contact_id == patient.contact_id) & (Patient.id != patient.id)
    query = (
        select(Visit, Patient.in_follow_up & (Study.status != "closed"))
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .where(same)
    )
    answered = _answered(session, same)
    return [
        InstrumentDay(asked.instrument, asked.on)
        for row, goes_on in session.execute(query)
        for asked in _asked(row, answered.get(row.id, {}), since if goes_on else date.max)
    ]
