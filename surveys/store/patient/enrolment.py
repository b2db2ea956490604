"""What was said of a patient at enrolment, corrected: study code, day, birth, sex and site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.models import (
    BirthYearTry,
    Grading,
    Link,
    Palsy,
    Patient,
    Response,
    ShortCode,
    Study,
    Treatment,
    Visit,
)
from surveys.models.patient import before_birth, begins_too_late
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import changes, consents, contacts, participation, patients
from surveys.store.patient.patients import NewContact, NewPatient

UNKNOWN = (None, "unknown")


@dataclass(frozen=True)
class EnrolmentFacts:
    """What enrolment says of a patient. `born_on` is kept with the contact, apart from all else."""

    code: str
    enrolled_on: date
    birth_year: int | None = None
    born_on: date | None = None
    sex: str = "unknown"
    site: str | None = None


def facts_of(patient: Patient) -> EnrolmentFacts:
    """As they are recorded."""
    return EnrolmentFacts(
        patient.code,
        patient.enrolled_on,
        patient.birth_year,
        patient.contact.born_on if patient.contact else None,
        patient.sex,
        patient.site,
    )


def correct(
    session: Session,
    patient: Patient,
    facts: EnrolmentFacts,
    *,
    reason: str | None,
    today: date,
    at: datetime,
    actor: str,
) -> frozenset[str]:
    """Give `patient` the facts; returns the names of those that differed.

    A birth belongs to the person: it is corrected in every study that the person takes part in, and tries at
    the wrong year no longer count. The caller lays the visits out again where `enrolled_on` differed.

    Raises:
        Refused: a fact is impossible beside another one, or a known fact would change without a reason.
    """
    people = participation.of_the_person(session, patient, everywhere=True)
    session.refresh(patient, ["contact"])
    before = facts_of(patient)
    wanted = _completed(session, patient, before, facts)
    changed = frozenset(name for name, value in vars(wanted).items() if value != getattr(before, name))
    if not changed:
        return changed
    why = changes.why(reason, known=any(getattr(before, name) not in UNKNOWN for name in changed))
    _check(session, patient, before, wanted, today)
    if "birth_year" in changed:
        for one in people:
            if one.birth_year == wanted.birth_year:
                continue
            _check_birth(session, one, wanted.birth_year)
            _store(session, one, {"birth_year": wanted.birth_year}, at, actor, why)
            _forget_tries(session, one)
    of_row = ("code", "enrolled_on", "sex", "site")
    own: dict[str, Any] = {name: getattr(wanted, name) for name in of_row if name in changed}
    if "code" in own and same.folded(wanted.code) != same.folded(before.code):
        patient.twin = 0
    if "enrolled_on" in own and patient.status_since == before.enrolled_on:
        patient.status_since = wanted.enrolled_on
    _store(session, patient, own, at, actor, why)
    if "born_on" in changed and patient.contact:
        known = NewContact(**{one.name: getattr(patient.contact, one.name) for one in fields(NewContact)})
        contacts.change(session, patient, replace(known, born_on=wanted.born_on), at=at, actor=actor)
    session.flush()
    return changed


def was_too_young(patient: Patient, study: Study) -> bool:
    """Whether the study would not have taken the patient, as far as the year of birth tells."""
    new = NewPatient(patient.code, patient.enrolled_on, patient.birth_year)
    age = patients.age_at(new, patient.enrolled_on)
    return age is not None and age < study.lowest_age


def _completed(
    session: Session, patient: Patient, before: EnrolmentFacts, facts: EnrolmentFacts
) -> EnrolmentFacts:
    """The facts with a site as it is spelt already, and the year of a corrected date of birth."""
    year = facts.birth_year
    if facts.born_on and facts.born_on != before.born_on and year == before.birth_year:
        year = facts.born_on.year
    site = patients.spelt(session, patient.study_id, facts.site) if facts.site else None
    return replace(facts, code=facts.code.strip(), birth_year=year, site=site)


def _check(
    session: Session, patient: Patient, before: EnrolmentFacts, wanted: EnrolmentFacts, today: date
) -> None:
    study = session.get_one(Study, patient.study_id)
    site = wanted.site if wanted.site != before.site else None
    new = NewPatient(wanted.code, wanted.enrolled_on, wanted.birth_year, site=site)
    for refusal in patients.refusals(new, lowest_age=0):  # who was too young stays, with the true year
        raise refusal
    if same.folded(wanted.code) != same.folded(before.code) and (
        said := patients.taken(session, study, [new])
    ):
        raise Refused(said, "code")
    if wanted.born_on and wanted.born_on.year != wanted.birth_year:
        raise Refused(
            _("The date of birth is of %(year)s. Correct it too, or empty it.", year=wanted.born_on.year),
            "birth_year",
        )
    if wanted.enrolled_on != before.enrolled_on:
        _check_day(session, patient, before, wanted.enrolled_on, today)


def _check_day(session: Session, patient: Patient, before: EnrolmentFacts, on: date, today: date) -> None:
    if on > today:
        raise Refused(_("This day lies ahead."), "enrolled_on")
    first = session.scalar(
        select(func.min(Response.completed_on)).join(Visit).where(Visit.patient_id == patient.id)
    )
    if first and first < on:
        raise Refused(
            _("Answers of %(first)s are stored: nobody answers before the enrolment.", first=first),
            "enrolled_on",
        )
    if patient.status_since not in (before.enrolled_on, on) and patient.status_since < on:
        raise Refused(
            _(
                "The patient's status holds since %(status_since)s: the enrolment came before.",
                status_since=patient.status_since,
            ),
            "enrolled_on",
        )
    onset = select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index)
    palsy = session.scalars(onset).one_or_none()
    if palsy and begins_too_late(palsy.onset_on, palsy.cause, on):
        raise Refused(
            _(
                "The onset (%(onset_on)s) lies after it. If this day is right, correct the palsy first.",
                onset_on=palsy.onset_on,
            ),
            "enrolled_on",
        )


def _check_birth(session: Session, patient: Patient, year: int | None) -> None:
    for what, day in _recorded(session, patient):
        if before_birth(year, day):
            study = session.get_one(Study, patient.study_id)
            raise Refused(
                _(
                    "%(what)s (%(day)s) of %(code)s in study %(code_2)s lies before that year. Correct "
                    "it first, if the year is right.",
                    what=what,
                    day=day,
                    code=patient.code,
                    code_2=study.code,
                ),
                "birth_year",
            )


def _recorded(session: Session, patient: Patient) -> Iterator[tuple[str, date | None]]:
    """The days on record that no birth can follow."""
    for palsy in session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)):
        yield _("The onset"), palsy.onset_on
        yield _("The recovery"), palsy.recovered_on
        yield _("The synkinesis first seen"), palsy.synkinesis_noted_on
    for what, table, column in (
        (_("A treatment"), Treatment, Treatment.started_on),
        (_("A grading"), Grading, Grading.graded_on),
    ):
        yield what, session.scalar(select(func.min(column)).where(table.patient_id == patient.id))
    consent = consents.of_patient(session, patient.id)
    yield _("A consent"), consent.signed_on if consent else None


def _store(
    session: Session, patient: Patient, values: dict[str, Any], at: datetime, actor: str, why: str | None
) -> None:
    if not values:
        return
    told = changes.told({name: getattr(patient, name) for name in values}, values)
    for name, value in values.items():
        setattr(patient, name, value)
    session.flush()
    audit.record(session, audit.Entry(at, actor, "patient.corrected", patient.id, told, why))


def _forget_tries(session: Session, patient: Patient) -> None:
    """Wrong tries were tries at a wrong year: other devices and codes on letters begin anew."""
    visits = select(Visit.id).where(Visit.patient_id == patient.id).scalar_subquery()
    session.execute(
        delete(BirthYearTry).where(BirthYearTry.visit_id.in_(visits), BirthYearTry.matched.is_(False))
    )
    links = select(Link.id).where(Link.visit_id.in_(visits)).scalar_subquery()
    session.execute(update(ShortCode).where(ShortCode.link_id.in_(links)).values(failures=0))
