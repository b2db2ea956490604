"""Who joined by themselves and waits for a coordinator's look: with likely twins, and marks of machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from surveys import same
from surveys.lists.at_once import Part, Rows, ShortList
from surveys.lists.scope import Scope
from surveys.models import Contact, Patient, Response, SelfEnrolment, Visit

SHOWN = 50
FAST = 30  # seconds from the first page to the address; people read
ALIKE = 5  # so many answers, and all the same
A_DAY = timedelta(days=1)
CROWD = 5  # patients from one network within a day


@dataclass(frozen=True)
class LikelyTwin:
    """Another patient of the study who may be the same person, and what is the same."""

    code: str
    by: str


@dataclass(frozen=True)
class Joined:
    """A patient who joined and waits. `marks`: fast, all_alike, same_device, same_network."""

    code: str
    joined_at: datetime
    way: str
    birth_year: int | None
    answered: int
    marks: tuple[str, ...]
    twins: tuple[LikelyTwin, ...]


@dataclass(frozen=True)
class Joining:
    """How a patient's own joining stands; without an `outcome` nobody has looked yet."""

    outcome: str | None
    looked_at: datetime | None


def of_person(patient_id: int) -> Part[Joining | None]:
    """That of one patient, for their page; None for whom the clinic enrolled."""
    query = select(SelfEnrolment.outcome, SelfEnrolment.looked_at).where(
        SelfEnrolment.patient_id == patient_id
    )

    def made(rows: Rows) -> Joining | None:
        return next((Joining(**row) for row in rows["joining"]), None)

    return Part({"joining": ShortList(query, (SelfEnrolment.id,))}, made)


def waiting(session: Session, scope: Scope) -> list[Joined]:
    """The first `SHOWN`, those who joined first before others."""
    query = _waiting(scope).order_by(SelfEnrolment.joined_at, SelfEnrolment.id).limit(SHOWN)
    return [_joined(session, scope, row[0], row[1], row[2]) for row in session.execute(query).all()]


def of_patient(session: Session, scope: Scope, patient_id: int) -> Joined | None:
    """The same of one patient; None if nobody of that id waits."""
    query = _waiting(scope).where(Patient.id == patient_id)
    row = session.execute(query).first()
    return None if row is None else _joined(session, scope, row[0], row[1], row[2])


def named(session: Session, scope: Scope, typed: str) -> Patient | None:
    """The patient with this study code, as people type it."""
    return session.scalar(select(Patient).where(scope.condition, Patient.code_folded == same.folded(typed)))


def counted(scope: Scope) -> ShortList:
    """How many wait, as a list of one row: `number`."""
    number = func.count(SelfEnrolment.id)
    query = (
        select(number.label("number"))
        .join(Patient, Patient.id == SelfEnrolment.patient_id)
        .where(scope.condition, SelfEnrolment.looked_at.is_(None))
    )
    return ShortList(query, (number,))


def count(session: Session, scope: Scope) -> int:
    """How many wait."""
    return session.scalar(counted(scope).query) or 0


def _waiting(scope: Scope) -> Select[SelfEnrolment, Patient, Contact]:
    return (
        select(SelfEnrolment, Patient, Contact)
        .join(Patient, Patient.id == SelfEnrolment.patient_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(scope.condition, SelfEnrolment.looked_at.is_(None))
    )


def _joined(
    session: Session, scope: Scope, row: SelfEnrolment, patient: Patient, contact: Contact | None
) -> Joined:
    answers = _answers(session, patient.id)
    return Joined(
        code=patient.code,
        joined_at=row.joined_at,
        way=row.way,
        birth_year=patient.birth_year,
        answered=len(answers),
        marks=tuple(_marks(session, row, patient, answers)),
        twins=tuple(_twins(session, scope, row, patient, contact)),
    )


def _answers(session: Session, patient_id: int) -> Sequence[dict[str, object]]:
    query = select(Response.answers).join(Visit, Visit.id == Response.visit_id)
    return session.scalars(query.where(Visit.patient_id == patient_id, Response.stands)).all()


def _marks(
    session: Session, row: SelfEnrolment, patient: Patient, answers: Sequence[dict[str, object]]
) -> Iterator[str]:
    if row.seconds < FAST:
        yield "fast"
    given = [str(value) for one in answers for value in one.values()]
    if len(given) >= ALIKE and len(set(given)) == 1:
        yield "all_alike"
    others = (
        select(func.count(SelfEnrolment.id))
        .join(Patient, Patient.id == SelfEnrolment.patient_id)
        .where(Patient.study_id == patient.study_id, SelfEnrolment.id != row.id)
    )
    if row.device and session.scalar(others.where(SelfEnrolment.device == row.device)):
        yield "same_device"
    near = SelfEnrolment.joined_at.between(
        row.joined_at - timedelta(days=1), row.joined_at + timedelta(days=1)
    )
    crowd = session.scalar(others.where(SelfEnrolment.network == row.network, near)) or 0
    if row.network and crowd + 1 >= CROWD:
        yield "same_network"


def _twins(
    session: Session, scope: Scope, row: SelfEnrolment, patient: Patient, contact: Contact | None
) -> Iterator[LikelyTwin]:
    """Those of the study with the same address or number, or who joined with the same device and year."""
    theirs = aliased(SelfEnrolment)
    alike: list[ColumnElement[bool]] = []
    if row.device:
        alike.append((theirs.device == row.device) & (Patient.birth_year == patient.birth_year))
    if contact and contact.email:
        alike.append(Contact.searched.contains(same.searched(contact.email), autoescape=True))
    digits = same.telephone_searched(contact.mobile) if contact and contact.mobile else None
    if digits:
        alike.append(Contact.telephone_digits.contains(digits, autoescape=True))
    if not alike:
        return
    query = (
        select(Patient, Contact, theirs.device)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .outerjoin(theirs, theirs.patient_id == Patient.id)
        .where(scope.condition, Patient.id != patient.id, ~Patient.gone, or_(*alike))
        .order_by(Patient.id)
        .limit(10)
    )
    for other, known, device in session.execute(query):
        if contact and known and contact.email and same.email(known.email or "") == same.email(contact.email):
            yield LikelyTwin(other.code, "email")
        elif digits and known and digits in known.telephone_digits:
            yield LikelyTwin(other.code, "number")
        elif row.device and device == row.device and other.birth_year == patient.birth_year:
            yield LikelyTwin(other.code, "device_and_year")
