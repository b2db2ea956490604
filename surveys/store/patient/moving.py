"""Patients who come from another Seventh, each with all that a package holds of her.

Rows are columns of the tables by name, without the ids that they get here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from surveys.background import FACTS
from surveys.models import (
    Assistance,
    Background,
    BackgroundCheck,
    Consent,
    FeedbackShown,
    Grading,
    InjectionSite,
    Palsy,
    Patient,
    Priority,
    Study,
    Treatment,
    Visit,
)
from surveys.store import audit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse

Row = Mapping[str, Any]
CORRECTED_ELSEWHERE = "Corrected before it came here; the answers before stand where it came from."


@dataclass(frozen=True)
class MovedTreatment:
    """A treatment of the index palsy, with the muscles of an injection."""

    row: Row
    sites: tuple[Row, ...] = ()


@dataclass(frozen=True)
class MovedGrading:
    """A grading of the palsy of that number."""

    palsy: int
    row: Row


@dataclass(frozen=True)
class MovedAnswer:
    """What the patient reported at a visit, and what staff decided of it, if they did."""

    row: Row
    outcome: str | None


@dataclass(frozen=True)
class MovedVisit:
    """A visit with what was answered at it; the ids of `responses` are those of nobody yet."""

    row: Row
    answered_by: str | None = None
    matters: str | None = None
    shown: tuple[str, ...] = ()
    reported: tuple[MovedAnswer, ...] = ()
    responses: tuple[NewResponse, ...] = ()


@dataclass(frozen=True)
class MovedPatient:
    """A patient with everything."""

    row: Row
    palsies: tuple[Row, ...] = ()
    treatments: tuple[MovedTreatment, ...] = ()
    gradings: tuple[MovedGrading, ...] = ()
    consents: tuple[Row, ...] = ()
    visits: tuple[MovedVisit, ...] = ()

    @property
    def code(self) -> str:
        """The study code."""
        return str(self.row["code"])


def add(
    session: Session,
    study: Study,
    people: Sequence[MovedPatient],
    *,
    import_id: int,
    at: datetime,
    actor: str,
) -> None:
    """Store `people`, which the caller has checked. Instants that a package does not hold are `at`."""
    batch = _Batch(session, study, import_id, at, actor)
    patients = audit.insert_bound(
        session, Patient, [{**one.row, "study_id": study.id, "import_id": import_id} for one in people]
    )
    batch.clinical(list(zip(patients, people, strict=True)))
    visits = [(patient, visit) for patient, one in zip(patients, people, strict=True) for visit in one.visits]
    batch.visits(visits)


@dataclass(frozen=True)
class _Batch:
    """Stores the rows that hang on the patients of one transaction."""

    session: Session
    study: Study
    import_id: int
    at: datetime
    actor: str

    def clinical(self, people: Sequence[tuple[int, MovedPatient]]) -> None:
        palsies = [(patient, palsy) for patient, one in people for palsy in one.palsies]
        rows = [{**palsy, "patient_id": patient} for patient, palsy in palsies]
        ids = audit.insert_bound(self.session, Palsy, rows)
        numbered = {
            (patient, palsy["number"]): row_id for row_id, (patient, palsy) in zip(ids, palsies, strict=True)
        }
        index = {
            patient: row_id
            for row_id, (patient, palsy) in zip(ids, palsies, strict=True)
            if palsy["is_index"]
        }
        treatments = [(patient, one) for patient, person in people for one in person.treatments]
        ids = audit.insert_bound(
            self.session,
            Treatment,
            [{**one.row, **self._of(patient), "palsy_id": index.get(patient)} for patient, one in treatments],
        )
        given = zip(ids, treatments, strict=True)
        sites = [{**site, "treatment_id": row_id} for row_id, (_, one) in given for site in one.sites]
        audit.insert_bound(self.session, InjectionSite, sites)
        gradings = [
            {**one.row, **self._of(patient), "palsy_id": numbered[patient, one.palsy]}
            for patient, person in people
            for one in person.gradings
        ]
        audit.insert_bound(self.session, Grading, gradings)
        noted = {"recorded_by": self.actor, "recorded_at": self.at}
        consents = [
            {**row, **noted, "patient_id": patient} for patient, person in people for row in person.consents
        ]
        audit.insert_bound(self.session, Consent, consents)
        for patient, person in people:
            audit.record(self.session, self._enrolled(patient, person))

    def visits(self, found: Sequence[tuple[int, MovedVisit]]) -> None:
        rows = [
            {**visit.row, **self._of(patient), "study_id": self.study.id, "opened_at": None}
            for patient, visit in found
        ]
        ids = audit.insert_bound(self.session, Visit, rows)
        numbered = list(zip(ids, found, strict=True))
        helped = [
            {"visit_id": row_id, "answered_by": visit.answered_by, "at": self.at}
            for row_id, (_, visit) in numbered
            if visit.answered_by
        ]
        audit.insert_bound(self.session, Assistance, helped)
        matters = [
            {"visit_id": row_id, "matters": visit.matters, "at": self.at}
            for row_id, (_, visit) in numbered
            if visit.matters
        ]
        audit.insert_bound(self.session, Priority, matters)
        shown = [
            {"visit_id": row_id, "what": what, "shown_at": self.at}
            for row_id, (_, visit) in numbered
            for what in visit.shown
        ]
        audit.insert_bound(self.session, FeedbackShown, shown)
        self._reported(numbered)
        responses.add(self.session, list(self._responses(numbered)), at=self.at, actor=self.actor)

    def _reported(self, visits: Sequence[tuple[int, tuple[int, MovedVisit]]]) -> None:
        told = [(row_id, one) for row_id, (_, visit) in visits for one in visit.reported]
        rows = [
            {**one.row, "visit_id": row_id, "reported_by": self.actor, "at": self.at} for row_id, one in told
        ]
        ids = audit.insert_bound(self.session, Background, rows)
        checks = [
            {
                "background_id": row_id,
                "fact": one.row["question"],
                "outcome": one.outcome,
                "recorded": {},
                "checked_by": self.actor,
                "checked_at": self.at,
            }
            for row_id, (_, one) in zip(ids, told, strict=True)
            if one.outcome and one.row["question"] in FACTS
        ]
        audit.insert_bound(self.session, BackgroundCheck, checks)

    def _responses(self, visits: Sequence[tuple[int, tuple[int, MovedVisit]]]) -> Iterator[NewResponse]:
        for row_id, (patient, visit) in visits:
            for one in visit.responses:
                yield replace(one, visit_id=row_id, patient_id=patient, import_id=self.import_id)

    def _of(self, patient: int) -> Row:
        return {"patient_id": patient, "import_id": self.import_id}

    def _enrolled(self, patient: int, person: MovedPatient) -> audit.Entry:
        cause = next((palsy["cause"] for palsy in person.palsies if palsy["is_index"]), "unknown")
        facts = {
            "study": self.study.code,
            "patient": person.code,
            "cause": cause,
            "treatments": len(person.treatments),
        }
        return audit.Entry(self.at, self.actor, "patient.enrolled", patient, facts)
