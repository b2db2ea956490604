"""Patients, sites and visits that read the same; earlier versions stored both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from analysis.words import words as _
from surveys.lists.at_once import ShortList, read
from surveys.lists.scope import Scope
from surveys.models import Patient, Response, Visit

_OTHER_PATIENT = aliased(Patient)
_OTHER_VISIT = aliased(Visit)
# With a parameter the database would not take the index of the few twins.
_NONE: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True)
class Twins:
    """Two names of one `kind` that read the same; of two visits, `patient` has both.

    Of two patients `patient` is the first; sites have none.
    """

    kind: Literal["patients", "visits", "sites"]
    one: str
    other: str
    patient: str | None = None

    def __str__(self) -> str:
        if self.kind == "visits":
            return _(
                "%(patient)s has the visits %(one)s and %(other)s.",
                patient=self.patient,
                one=self.one,
                other=self.other,
            )
        return _("%(one)s and %(other)s are two %(kind)s.", one=self.one, other=self.other, kind=self.kind)


def of_study(session: Session, study_id: int) -> list[Twins]:
    """All twins of a study."""
    found = twins_of(read(session, _lists(study_id, true(), true())))
    return [*found, *_sites(session, Patient.study_id == study_id)]


def counted_twice(scope: Scope) -> dict[str, ShortList]:
    """The lists of twins that staff should check: both take part, or both have answers."""
    take_part = and_(scope.condition, ~Patient.gone, ~_OTHER_PATIENT.gone)
    have_answers = and_(scope.condition, _answered(Visit.id), _answered(_OTHER_VISIT.id))
    return _lists(scope.study_id, take_part, have_answers)


def twins_of(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Twins]:
    """The twins in the rows of these lists."""
    return [
        *(Twins("patients", row["one"], row["other"], row["one"]) for row in rows["patient_twins"]),
        *(Twins("visits", row["one"], row["other"], row["patient"]) for row in rows["visit_twins"]),
    ]


def _lists(study_id: int, patients: ColumnElement[bool], visits: ColumnElement[bool]) -> dict[str, ShortList]:
    return {"patient_twins": _patients(study_id, patients), "visit_twins": _visits(study_id, visits)}


def _patients(study_id: int, condition: ColumnElement[bool]) -> ShortList:
    same = and_(
        _OTHER_PATIENT.study_id == study_id,
        _OTHER_PATIENT.code_folded == Patient.code_folded,
        _OTHER_PATIENT.twin > _NONE,
    )
    query = (
        select(Patient.code.label("one"), _OTHER_PATIENT.code.label("other"))
        .join(_OTHER_PATIENT, same)
        .where(Patient.study_id == study_id, condition, Patient.twin == 0)
    )
    # By code the database would go through all patients in that order, to find the few that have a twin.
    return ShortList(query, (_OTHER_PATIENT.id.expression,))


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
            found.append(Twins("sites", first[folded], site))
    return found


def _visits(study_id: int, condition: ColumnElement[bool]) -> ShortList:
    same = and_(
        _OTHER_VISIT.patient_id == Visit.patient_id,
        _OTHER_VISIT.name_folded == Visit.name_folded,
        _OTHER_VISIT.occurrence == Visit.occurrence,
        _OTHER_VISIT.study_id == study_id,
        _OTHER_VISIT.twin > _NONE,
    )
    query = (
        select(Patient.code.label("patient"), Visit.name.label("one"), _OTHER_VISIT.name.label("other"))
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(_OTHER_VISIT, same)
        .where(Patient.study_id == study_id, condition, Visit.twin == 0)
    )
    return ShortList(query, (Patient.code, Visit.id, _OTHER_VISIT.twin))


def _answered(visit_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(Response.visit_id == visit_id, Response.stands)
