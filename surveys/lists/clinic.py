"""The patients expected in the clinic on a day: consent, visits due, visits answered that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import CTE, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from surveys import same
from surveys.lists.at_once import ShortList, read
from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE, answered, states
from surveys.models import Alert, Appointment, Consent, Contact, Patient, Priority, Response, Timepoint, Visit
from surveys.models.dialects import length

MATTERS_FOR = timedelta(days=14)
AT_ONCE = 1000  # texts of a list in one statement: databases limit their parameters


@dataclass(frozen=True)
class VisitOfTheDay:
    """A visit that can be answered now, with the numbers of questionnaires `asked` and `answered`."""

    id: int
    title: str
    state: str
    battery: list[str]
    due_on: date
    answered: int
    asked: int


@dataclass(frozen=True)
class ExpectedPatient:
    """One line of the day's list. `consent` is the latest decision; `done` are visits finished that day.

    `matters` is what the patient last said to matter most, not more than `MATTERS_FOR` before that day.
    """

    id: int
    code: str
    status: str
    gone: bool
    hospital_number: str | None
    name: str | None
    consent: str | None
    open: tuple[VisitOfTheDay, ...]
    done: tuple[str, ...]
    alerts: int
    matters: str | None

    @property
    def progress(self) -> str:
        """in_progress, due, done, or nothing, as the states of the visits say.

        What only may be answered, because the patient is lost or pauses, is not due.
        """
        states = {visit.state for visit in self.open}
        if "in_progress" in states or (self.done and "due" in states):
            return "in_progress"
        if "due" in states:
            return "due"
        return "done" if self.done else "nothing"


def expected(session: Session, scope: Scope, on: date) -> list[ExpectedPatient]:
    """The list of the day `on`, by study code, in one statement."""
    query = (
        select(
            Patient.id,
            Patient.code,
            Patient.status,
            Patient.gone.label("gone"),
            Contact.hospital_number,
            Contact.name,
            _decision().label("consent"),
            _alerts().label("alerts"),
            _matters(on).label("matters"),
        )
        .join(Appointment, Appointment.patient_id == Patient.id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(scope.condition, Appointment.expected_on == on)
    )
    expected = select(Appointment.patient_id).where(Appointment.expected_on == on)
    stated = states(scope, Visit.patient_id.in_(expected))
    rows = read(
        session,
        {
            "people": ShortList(query, (Patient.code,)),
            "open": _open(session, stated),
            "finished": _finished(stated, on),
        },
    )
    visits: defaultdict[int, list[VisitOfTheDay]] = defaultdict(list)
    finished: defaultdict[int, list[str]] = defaultdict(list)
    for row in rows["open"]:
        visits[row.pop("patient_id")].append(VisitOfTheDay(**row))
    for row in rows["finished"]:
        finished[row["patient_id"]].append(row["title"])
    return [
        ExpectedPatient(**person, open=tuple(visits[person["id"]]), done=tuple(finished[person["id"]]))
        for person in rows["people"]
    ]


def find(session: Session, scope: Scope, written: Collection[str]) -> dict[str, list[int]]:
    """Patients by the texts of a list: hospital numbers or study codes in any spelling.

    A number or code may stand among other words. Such a text counts if it names one patient in all, or one or
    more by each word.
    """
    folded = {text: same.folded(text) for text in written}
    known = _known(session, scope, set(folded.values()))
    several = [text for text in folded.values() if text not in known and " " in text]
    by_word = _known(session, scope, {word for text in several for word in text.split()})
    for text in several:
        people = [by_word.get(word, []) for word in text.split()]
        ids = list(dict.fromkeys(patient_id for some in people for patient_id in some))
        if len(ids) == 1 or all(people):
            known[text] = ids
    return {text: known[form] for text, form in folded.items() if form in known}


def _known(session: Session, scope: Scope, folded: Collection[str]) -> dict[str, list[int]]:
    """Patients by folded study codes and hospital numbers."""
    found: dict[str, list[int]] = {}
    left = iter(folded)
    while some := set(islice(left, AT_ONCE)):
        query = (
            select(Patient.id, Patient.code_folded, Contact.hospital_number_folded)
            .outerjoin(Contact, Contact.id == Patient.contact_id)
            .where(
                scope.condition,
                or_(Patient.code_folded.in_(some), Contact.hospital_number_folded.in_(some)),
            )
            .order_by(Patient.id)
        )
        for patient_id, code, number in session.execute(query):
            for form in some & {code, number}:
                found.setdefault(form, []).append(patient_id)
    return found


def _decision() -> ScalarSelect[str]:
    latest = select(Consent.decision).where(Consent.patient_id == Patient.id)
    return latest.order_by(Consent.id.desc()).limit(1).scalar_subquery()


def _matters(on: date) -> ScalarSelect[str]:
    said = (
        select(Priority.matters)
        .join(Visit, Visit.id == Priority.visit_id)
        .where(
            Visit.patient_id == Patient.id,
            Priority.matters.is_not(None),
            Priority.at > datetime.combine(on - MATTERS_FOR, time.min, UTC),
        )
        .order_by(Priority.at.desc(), Priority.id.desc())
        .limit(1)
    )
    return said.correlate(Patient).scalar_subquery()


def _alerts() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Visit)
        .join(Alert, Alert.visit_id == Visit.id)
        .where(Visit.patient_id == Patient.id, Alert.state == "new")
        .correlate(Patient)
        .scalar_subquery()
    )


def _open(session: Session, stated: CTE) -> ShortList:
    query = (
        select(
            stated.c.patient_id,
            stated.c.id,
            TITLE.label("title"),
            stated.c.state,
            Visit.battery,
            stated.c.due_on,
            answered().label("answered"),
            length(session, Visit.battery).label("asked"),
        )
        .select_from(stated)
        .join(Visit, Visit.id == stated.c.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(stated.c.open)
    )
    return ShortList(query, (stated.c.due_on, stated.c.id))


def _finished(stated: CTE, on: date) -> ShortList:
    that_day = select(Response.id).where(
        Response.visit_id == stated.c.id, Response.stands, Response.completed_on == on
    )
    query = (
        select(stated.c.patient_id, TITLE.label("title"))
        .select_from(stated)
        .join(Visit, Visit.id == stated.c.id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(stated.c.state == "done", that_day.exists())
    )
    return ShortList(query, (stated.c.due_on, stated.c.id))
