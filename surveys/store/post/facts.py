"""The facts behind a visit's messages: the study's settings, the way to the person, earlier messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from surveys.daytime import Hours
from surveys.mail.channels import channels
from surveys.models import Consent, Contact, Message, MessageTemplate, Messaging, Patient, Study, Visit
from surveys.store.post.sendable import Decision, Facts, decide


@dataclass(frozen=True)
class MessageSettings:
    """How a study writes to its patients; `clinic` is the sender as texts name it.

    `region` is the country of mobile numbers without a country code.
    """

    clinic: str = ""
    reminder_days: tuple[int, ...] = (7, 14)
    hours: Hours = field(default_factory=Hours)
    thanks: bool = False
    region: str | None = None


@dataclass(frozen=True)
class OneVisit:
    """A visit with all that its messages depend on; `agreed` are the parts of the consent that it needs."""

    visit: Visit
    patient: Patient
    contact: Contact | None
    study: Study
    settings: MessageSettings
    rows: tuple[Message, ...]
    agreed: frozenset[str] = frozenset()

    @property
    def zone(self) -> str:
        """The patient's time zone."""
        return (self.contact and self.contact.timezone) or self.study.timezone

    @property
    def locale(self) -> str:
        """The patient's language, or the study's first language where the study does not have it."""
        spoken = self.contact.locale if self.contact else None
        return spoken if spoken in self.study.locales else self.study.locales[0]


def channel_of(contact: Contact | None) -> str | None:
    """How a person is reached: as chosen, otherwise by e-mail if there is an address; `none` is no person."""
    if contact is None:
        return "none"
    return contact.way


def reachable(contact: Contact | None, channel: str | None) -> bool:
    """Whether that way is open; an address that mail servers refuse is closed."""
    if contact is None:
        return False
    way = channels().get(channel or "")
    return way is not None and way.reachable(contact)


def settings_of(row: Messaging | None) -> MessageSettings:
    """A study's settings, or the defaults."""
    if row is None:
        return MessageSettings()
    return MessageSettings(
        clinic=row.clinic,
        reminder_days=tuple(row.reminder_days),
        hours=Hours(row.send_hour, row.earliest_hour, row.latest_hour),
        thanks=row.thanks,
        region=row.region,
    )


def settings_in(session: Session, study_id: int) -> MessageSettings:
    """The settings of that study."""
    return settings_of(session.get(Messaging, study_id))


def own_words(session: Session, study_id: int, kind: str, locale: str) -> tuple[str, str] | None:
    """Subject and body that the study has written for this kind of message, if it has."""
    query = (
        select(MessageTemplate.subject, MessageTemplate.body)
        .where(
            MessageTemplate.study_id == study_id,
            MessageTemplate.kind == kind,
            MessageTemplate.locale == locale,
        )
        .order_by(MessageTemplate.id.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else (found.subject, found.body)


def load(session: Session, condition: ColumnElement[bool]) -> list[OneVisit]:
    """The visits of `condition` (on Visit, Patient, Contact, Study) with what their messages depend on."""
    found = session.execute(
        select(Visit, Patient, Contact, Study, Messaging)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .outerjoin(Messaging, Messaging.study_id == Study.id)
        .where(condition)
        .order_by(Visit.id)
        .execution_options(populate_existing=True)
    ).all()
    ids = [row.Visit.id for row in found]
    messages = _messages(session, ids)
    parts = _parts(session, [row.Patient.id for row in found if _part(row.Contact)])
    return [
        OneVisit(
            visit=row.Visit,
            patient=row.Patient,
            contact=row.Contact,
            study=row.Study,
            settings=settings_of(row.Messaging),
            rows=tuple(messages.get(row.Visit.id, ())),
            agreed=parts.get(row.Patient.id, frozenset()),
        )
        for row in found
    ]


def decision(one: OneVisit, row: Message, at: datetime) -> Decision:
    """The decision about `row`, one of the visit's messages, at the instant `at`."""
    return decide(facts_of(one, row.kind, row.planned_at, row), at)


def facts_of(one: OneVisit, kind: str, planned_at: datetime, row: Message | None = None) -> Facts:
    """The facts that decide about a message of that `kind`; `row` is the message if it is stored already."""
    channel, part = channel_of(one.contact), _part(one.contact)
    others = [other for other in one.rows if other is not row and other.kind != "thanks"]
    gone = [other.outcome_at for other in others if other.outcome in {"sent", "unknown"} and other.outcome_at]
    waiting = row is not None and any(
        other.outcome is None and other.planned_at < row.planned_at for other in others
    )
    return Facts(
        kind=kind,
        planned_at=planned_at,
        channel=channel,
        reachable=reachable(one.contact, channel),
        study_status=one.study.status,
        study_zone=one.study.timezone,
        patient_status=one.patient.status,
        stopped=one.patient.messages_stopped_at is not None,
        opens_on=one.visit.opens_on,
        closes_on=one.visit.closes_on,
        missed=one.visit.missed_reason is not None,
        withdrawn=one.visit.withdrawn_at is not None,
        finished_at=one.visit.done_at,
        settled_at=max(gone, default=None),
        waiting=waiting,
        hours=one.settings.hours,
        zone=one.zone,
        agreed=part is None or part in one.agreed,
        year_known=_year_known(one),
    )


def _part(contact: Contact | None) -> str | None:
    """The part of the consent that this person's channel needs."""
    way = channels().get(channel_of(contact) or "")
    return way.part if way else None


def _parts(session: Session, patient_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The parts that each patient agrees to, as the last decision says."""
    found: dict[int, frozenset[str]] = {}
    for some in _portions(patient_ids):
        query = select(Consent).where(Consent.patient_id.in_(some)).order_by(Consent.id)
        for given in session.scalars(query):
            stands = given.decision == "agreed"
            agreed = (part for part, said in given.parts.items() if stands and said is True)
            found[given.patient_id] = frozenset(agreed)
    return found


def _year_known(one: OneVisit) -> bool:
    """Whether the year of birth that a short link asks for is known, if this person's channel has one."""
    way = channels().get(channel_of(one.contact) or "")
    known = one.patient.birth_year or (one.contact and one.contact.born_on)
    return bool(known) or not (way and way.neutral_link)


def _messages(session: Session, visit_ids: Sequence[int]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for some in _portions(visit_ids):
        query = select(Message).where(Message.visit_id.in_(some)).order_by(Message.planned_at, Message.id)
        for row in session.scalars(query.execution_options(populate_existing=True)):
            found.setdefault(row.visit_id, []).append(row)
    return found


def _portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """`ids` in portions, because a statement has a limit of parameters."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))
