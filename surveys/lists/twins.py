"""Patients, sites and visits that read the same; earlier versions stored both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from surveys.lists.scope import Scope
from surveys.models import Patient, Response, Visit

_OTHER_PATIENT = aliased(Patient)
_OTHER_VISIT = aliased(Visit)


@dataclass(frozen=True)
class Twins:
    """Two study codes that read the same, the first of `patient`; two visits of `patient`; or two sites.

    With sites `patient` is empty: only their names differ, and pages take them as one.
    """

    patient: str
    one: str
    other: str
    visits: bool

    def __str__(self) -> str:
        if not self.patient:
            return f"{self.one} and {self.other} are two sites."
        if self.visits:
            return f"{self.patient} has the visits {self.one} and {self.other}."
        return f"{self.one} and {self.other} are two patients."


def of_study(session: Session, study_id: int) -> list[Twins]:
    """All twins of a study."""
    in_study = Patient.study_id == study_id
    return [
        *_patients(session, study_id, true()),
        *_visits(session, study_id, true()),
        *_sites(session, in_study),
    ]


def counted_twice(session: Session, scope: Scope) -> list[Twins]:
    """Twins that staff should check: both take part, or both have answers."""
    take_part = and_(~Patient.gone, ~_OTHER_PATIENT.gone)
    have_answers = and_(_answered(Visit.id), _answered(_OTHER_VISIT.id))
    return [
        *_patients(session, scope.study_id, and_(scope.condition, take_part)),
        *_visits(session, scope.study_id, and_(scope.condition, have_answers)),
    ]


def _patients(session: Session, study_id: int, condition: ColumnElement[bool]) -> list[Twins]:
    same = and_(
        _OTHER_PATIENT.study_id == study_id,
        _OTHER_PATIENT.code_folded == Patient.code_folded,
        _OTHER_PATIENT.twin > literal_column("0"),  # a parameter would not find the index of the few
    )
    query = (
        select(Patient.code, _OTHER_PATIENT.code)
        .join(_OTHER_PATIENT, same)
        .where(Patient.study_id == study_id, condition, Patient.twin == 0)
        .order_by(Patient.code, _OTHER_PATIENT.twin)
    )
    return [Twins(one, one, other, visits=False) for one, other in session.execute(query)]


def _sites(session: Session, condition: ColumnElement[bool]) -> list[Twins]:
    query = (
        select(Patient.site, Patient.site_folded)
        .where(condition, Patient.site.is_not(None))
        .group_by(Patient.site, Patient.site_folded)
        .order_by(func.min(Patient.id))
    )
    first: dict[str, str] = {}
    found = []
    for row in session.execute(query):
        site, folded = str(row.site), str(row.site_folded)
        if first.setdefault(folded, site) != site:
            found.append(Twins("", first[folded], site, visits=False))
    return found


def _visits(session: Session, study_id: int, condition: ColumnElement[bool]) -> list[Twins]:
    same = and_(
        _OTHER_VISIT.patient_id == Visit.patient_id,
        _OTHER_VISIT.name_folded == Visit.name_folded,
        _OTHER_VISIT.occurrence == Visit.occurrence,
        _OTHER_VISIT.study_id == study_id,
        _OTHER_VISIT.twin > literal_column("0"),
    )
    query = (
        select(Patient.code, Visit.name, _OTHER_VISIT.name)
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(_OTHER_VISIT, same)
        .where(condition, Visit.twin == 0)
        .order_by(Patient.code, Visit.id, _OTHER_VISIT.twin)
    )
    return [Twins(patient, one, other, visits=True) for patient, one, other in session.execute(query)]


def _answered(visit_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(Response.visit_id == visit_id, Response.stands)
