"""A study's stored data, for an import to compare with. It only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys import same
from surveys.models import Draft, Grading, InstrumentVersion, Palsy, Patient, Response, Treatment, Visit
from surveys.store.patient.patients import PartialDate

DETAILS = ("product", "dose", "unit", "side")
"""What a treatment may have beside its kind and start."""
TreatmentKey = tuple[str, date | None]
VisitKey = tuple[int | None, str, int]


@dataclass(frozen=True)
class StoredResponse:
    """The current response of a visit to one instrument."""

    id: int
    version: str
    answers: Mapping[str, Any]
    completed_on: date
    wording: str


@dataclass(frozen=True)
class StoredVisit:
    """A visit with its responses; `begun` are instruments with a draft.

    It is `own` if the import that is being planned stored it before it broke off; `withdrawn`, if it counts
    as never planned.
    """

    id: int
    name: str
    own: bool
    withdrawn: bool
    responses: dict[str, StoredResponse] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class StoredPatient:
    """A patient with the facts that an import may have; `facts` has the import file's columns.

    `treatments` has the `DETAILS` of each.
    """

    id: int
    palsy_id: int | None
    enrolled_on: date
    facts: Mapping[str, Any]
    treatments: dict[TreatmentKey, Mapping[str, Any]] = field(default_factory=dict)
    gradings: dict[date, int] = field(default_factory=dict)
    visits: dict[VisitKey, StoredVisit] = field(default_factory=dict)

    def agrees(self, other: StoredPatient) -> bool:
        """Whether all but the visits is the same."""
        return replace(self, visits={}) == replace(other, visits={})


def visit_key(timepoint_id: int | None, name: str, occurrence: int) -> VisitKey:
    """The key of a visit: its timepoint, or its name outside the plan in any spelling; and which it is."""
    folded = "" if timepoint_id is not None else same.folded(name)
    return timepoint_id, folded, occurrence


def load(
    session: Session, study_id: int, own: int | None = None, among: Collection[int] | None = None
) -> dict[str, StoredPatient]:
    """The patients of a study by code, or those `among` them, with all facts that an import compares.

    `own` is the import's number if it was begun before.
    """
    of_study = Patient.study_id == study_id
    if among is not None:
        of_study &= Patient.id.in_(among)
    patients: dict[str, StoredPatient] = {}
    rows = session.execute(
        select(
            Patient.id,
            Patient.code,
            Patient.birth_year,
            Patient.sex,
            Patient.enrolled_on,
            Palsy.id.label("palsy_id"),
            Palsy.side,
            Palsy.cause,
            Palsy.onset_on,
            Palsy.onset_precision,
        )
        .outerjoin(Palsy, (Palsy.patient_id == Patient.id) & Palsy.is_index)
        .where(of_study)
    )
    for row in rows:
        onset = PartialDate(row.onset_on, row.onset_precision) if row.onset_on else None
        patients[row.code] = StoredPatient(
            id=row.id,
            palsy_id=row.palsy_id,
            enrolled_on=row.enrolled_on,
            facts={
                "onset_on": onset,
                "birth_year": row.birth_year,
                "sex": row.sex,
                "side": row.side,
                "cause": row.cause,
            },
        )
    by_id = {patient.id: patient for patient in patients.values()}
    _treatments_and_gradings(session, of_study, by_id)
    _visits(session, of_study, by_id, own)
    return patients


def _treatments_and_gradings(session: Session, of_study: Any, by_id: Mapping[int, StoredPatient]) -> None:
    details = (getattr(Treatment, name) for name in DETAILS)
    treatments = select(Treatment.patient_id, Treatment.kind, Treatment.started_on, *details).join(
        Patient, Patient.id == Treatment.patient_id
    )
    for patient_id, kind, started_on, *said in session.execute(
        treatments.where(of_study, Treatment.state == "given")
    ):
        by_id[patient_id].treatments[kind, started_on] = dict(zip(DETAILS, said, strict=True))
    gradings = (
        select(Grading.patient_id, Grading.graded_on, Grading.value)
        .join(Patient, Patient.id == Grading.patient_id)
        .join(Palsy, (Palsy.id == Grading.palsy_id) & Palsy.is_index)
    )
    for grading in session.execute(gradings.where(of_study, Grading.scale == HOUSE_BRACKMANN)):
        by_id[grading.patient_id].gradings[grading.graded_on] = grading.value


def _visits(session: Session, of_study: Any, by_id: Mapping[int, StoredPatient], own: int | None) -> None:
    responses: dict[int, dict[str, StoredResponse]] = defaultdict(dict)
    query = (
        select(
            Response.id,
            Response.visit_id,
            Response.instrument,
            InstrumentVersion.version,
            Response.answers,
            Response.completed_on,
            InstrumentVersion.wording,
        )
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(of_study, or_(Response.stands, Response.held))
    )
    for row in session.execute(query):
        kept = StoredResponse(row.id, row.version, row.answers, row.completed_on, row.wording)
        responses[row.visit_id][row.instrument] = kept
    begun: dict[int, set[str]] = defaultdict(set)
    drafts = select(Draft.visit_id, Draft.instrument).join(Visit, Visit.id == Draft.visit_id)
    for row in session.execute(drafts.join(Patient, Patient.id == Visit.patient_id).where(of_study)):
        begun[row.visit_id].add(row.instrument)
    visits = select(
        *(Visit.id, Visit.patient_id, Visit.timepoint_id, Visit.name, Visit.occurrence),
        *(Visit.import_id, Visit.withdrawn_at),
    ).join(Patient, Patient.id == Visit.patient_id)
    for row in session.execute(visits.where(of_study).order_by(Visit.id)):
        key = visit_key(row.timepoint_id, row.name, row.occurrence)
        visit = StoredVisit(
            row.id,
            row.name,
            own=own is not None and row.import_id == own,
            withdrawn=row.withdrawn_at is not None,
            responses=responses[row.id],
            begun=begun[row.id],
        )
        by_id[row.patient_id].visits.setdefault(key, visit)
