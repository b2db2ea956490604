"""A patient's visit as the patient's pages need it, opened by a link.

The hot path: Core statements, few of them. Whoever is going to write locks the visit first, so that two tabs
or two devices follow one another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import Session

from surveys.instruments.definition import Answer, Instrument, Item
from surveys.instruments.library import Library, asking_order
from surveys.models import (
    Alert,
    Assistance,
    Consent,
    ConsentText,
    Draft,
    InstrumentVersion,
    Link,
    Patient,
    Permission,
    Response,
    Study,
    Visit,
)
from surveys.schedule import is_over, is_over_for_good, not_yet_open
from surveys.store.study.studies import items_asked
from surveys.store.visit import background
from surveys.store.visit.background import BackgroundAnswers
from surveys.store.visit.devices import recognised
from surveys.store.words.permissions import newest_of
from surveys.store.words.wordings import Texts


class LinkRefusal(StrEnum):
    """Why a link opens nothing now; the page's words for it are in `templates/patient/refused.html`."""

    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LEFT = "left"
    STUDY_NOT_OPEN = "study_not_open"
    STUDY_CLOSED = "study_closed"
    TOO_EARLY = "too_early"
    CLOSED = "closed"
    OTHER_LINK = "other_link"


class LinkRefused(Exception):
    """A link that opens nothing now: why, the day concerned where there is one, and whom to ask."""

    def __init__(self, refusal: LinkRefusal, contact: str = "", on: date | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.contact = contact
        self.on = on


@dataclass(frozen=True)
class Said:
    """A draft's columns, as `Draft` explains them."""

    visit_id: int
    instrument_version_id: int
    locale: str
    source: str
    started_at: datetime
    answers: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class DraftState:
    """One questionnaire under way. `said` is what its draft holds.

    `given` maps an item to its latest value, None where it was skipped.
    `elsewhere` are the items that another device said last. `changed` are those of them that this device had
    answered before, with how often they were answered in all. `recognised`: this device may see all the same.
    """

    said: Said
    given: Mapping[str, Answer]
    elsewhere: frozenset[str] = frozenset()
    changed: Mapping[str, int] = field(default_factory=dict)
    recognised: bool = False

    @property
    def locale(self) -> str:
        """The language of the latest answer."""
        return self.said.locale

    @property
    def hidden(self) -> frozenset[str]:
        """The items whose answers this device is not shown."""
        return frozenset() if self.recognised else self.elsewhere

    @property
    def shown(self) -> dict[str, Answer]:
        """What is given, as far as this device may see it."""
        return {item: value for item, value in self.given.items() if item not in self.hidden}


@lru_cache(maxsize=256)  # each page asks several times
def _items(instrument: Instrument, optional_items: tuple[str, ...]) -> tuple[Item, ...]:
    return items_asked(instrument, optional_items)


@dataclass(frozen=True)
class OpenVisit:
    """Everything the patient's pages show of a visit.

    `instruments` has each of the battery in the version and words of this visit: those it was begun in, else
    those of the study's permission in force, else the definition's own. `background` is None where the study
    does not ask of it. `crisis_text_due`: where help is comes before anything else. `crises` are the alerts
    whose crisis text this device may show: it gave the answer itself, or its user told the year of birth.
    Without any the page must not tell that something was answered.
    """

    id: int
    link_id: int
    device: str
    patient_id: int
    study_id: int
    name: str
    battery: tuple[str, ...]
    instruments: Mapping[str, Instrument]
    optional_items: tuple[str, ...]
    study_code: str
    study_title: str
    timezone: str
    locales: tuple[str, ...]
    contact: str
    who_reads: Mapping[str, str]
    privacy_notices: Mapping[str, str]
    crisis_texts: Mapping[str, str]
    simulated: bool
    today: date
    drafts: Mapping[str, DraftState]
    submitted: Mapping[str, date]
    crisis_text_due: bool
    help_told: bool
    consent_due: bool
    background: BackgroundAnswers | None
    crises: tuple[int, ...] = ()

    def items(self, key: str) -> tuple[Item, ...]:
        """What the questionnaire `key` asks, in order: optional items only where the study wants them."""
        return _items(self.instruments[key], self.optional_items)

    @property
    def hides(self) -> bool:
        """Whether anything under way is hidden from this device, or a crisis text that is due."""
        if self.crisis_text_due and not self.crises:
            return True
        if self.background is not None and self.background_due:
            return bool(self.background.hidden)
        return any(draft.hidden for draft in self.drafts.values())

    @property
    def begun(self) -> bool:
        """Whether anything was said yet."""
        return bool(self.drafts or self.submitted or (self.background and self.background.given))

    @property
    def background_due(self) -> bool:
        """Whether the background form is open: it comes before the first questionnaire or not at all."""
        told = self.background
        return told is not None and not told.sent and not (self.drafts or self.submitted)


# The statements of every page of a patient, made once: building them took longer than running them.
# A row for each permission in force in the visit's study, or one row where there is none.
_OPENED = (
    select(
        Link.expires_at,
        Link.revoked_at,
        Visit.withdrawn_at,
        Visit.id.label("visit_id"),
        Visit.name,
        Visit.battery,
        Visit.opens_on,
        Visit.closes_on,
        Patient.id.label("patient_id"),
        Patient.gone.label("patient_gone"),
        Study.id.label("study_id"),
        Study.code,
        Study.title,
        Study.timezone,
        Study.locales,
        Study.contact,
        Study.who_reads,
        Study.privacy_notices,
        Study.crisis_texts,
        Study.simulated,
        Study.optional_items,
        Study.asks_background,
        Study.status.label("study_status"),
        Permission.instrument.label("permitted"),
        Permission.version.label("permitted_version"),
        Permission.wording.label("permitted_wording"),
        Assistance.id.label("assistance_id"),
        (
            exists().where(ConsentText.study_id == Study.id)
            & ~exists().where(Consent.patient_id == Patient.id)
        ).label("consent_due"),
    )
    .join(Visit, Visit.id == Link.visit_id)
    .join(Patient, Patient.id == Visit.patient_id)
    .join(Study, Study.id == Patient.study_id)
    .outerjoin(Permission, newest_of(Study.id))
    .outerjoin(Assistance, Assistance.visit_id == Visit.id)
    .where(Link.id == bindparam("link_id"))
)
_OPENED_TO_WRITE = _OPENED.with_for_update(of=Visit)
_BEGUN = (
    select(
        literal("begun").label("what"),
        Draft.instrument.label("instrument"),
        Draft.visit_id.label("visit_id"),
        Draft.instrument_version_id.label("instrument_version_id"),
        Draft.locale.label("locale"),
        Draft.source.label("source"),
        Draft.started_at.label("started_at"),
        Draft.answers.label("answers"),
        InstrumentVersion.version.label("version"),
        InstrumentVersion.wording.label("wording"),
        cast(null(), Response.completed_on.type).label("completed_on"),
        cast(null(), Alert.id.type).label("alert_id"),
        cast(null(), Alert.rule.type).label("rule"),
    )
    .join(InstrumentVersion, InstrumentVersion.id == Draft.instrument_version_id)
    .where(Draft.visit_id == bindparam("visit_id"))
)


def _as_begun(what: str, **columns: Any) -> Select[Any]:
    """Rows beside those of `_BEGUN`, which have only these of its columns."""
    wanted = {"what": literal(what), **columns}
    return select(
        *(wanted.get(str(one.key), cast(null(), one.type)).label(one.key) for one in _BEGUN.selected_columns)
    )


# What was said so far, in one statement after the one that locks: on PostgreSQL a statement that had to wait
# for its lock sees the other tables as they were before, and would lose what the other device said meanwhile.
_SAID = union_all(
    _BEGUN,
    _as_begun("sent", instrument=Response.instrument, completed_on=Response.completed_on).where(
        Response.visit_id == bindparam("visit_id"), Response.stands
    ),
    _as_begun("unseen", instrument=Alert.instrument, alert_id=Alert.id, rule=Alert.rule).where(
        Alert.visit_id == bindparam("visit_id"), Alert.crisis_text_seen_at.is_(None)
    ),
)


def load(
    session: Session, link_id: int, texts: Texts, *, device: str, at: datetime, lock: bool = False
) -> OpenVisit:
    """The visit that the link opens on `device` at the instant `at`; `lock` for whoever is going to write.

    Raises:
        LinkRefused: the link is revoked or expired, the visit is not open, or the study is not.
    """
    session.flush()
    connection = session.connection()  # the session itself would spend a third more on rows without objects
    rows = connection.execute(_OPENED_TO_WRITE if lock else _OPENED, {"link_id": link_id}).all()
    if not rows:
        raise LinkRefused(LinkRefusal.UNKNOWN)
    row = rows[0]
    in_words = {one.permitted: (one.permitted_version, one.permitted_wording) for one in rows}
    said = connection.execute(_SAID, {"visit_id": row.visit_id}).all()
    begun = [one for one in said if one.what == "begun"]
    submitted = {one.instrument: one.completed_on for one in said if one.what == "sent"}
    in_words |= {draft.instrument: (draft.version, draft.wording) for draft in begun}
    drafts = {draft.instrument: _state(draft, device) for draft in begun}
    told = background.of_visit(session, row.visit_id, row.patient_id, device) if row.asks_background else None
    instruments = {key: texts.get(session, key, *in_words.get(key, ())) for key in row.battery}
    answers = {draft.instrument: draft.answers for draft in begun}
    unseen = [one for one in said if one.what == "unseen"]
    due = _crises_due(unseen, instruments, texts.library, answers, submitted, device)
    others = any(draft.elsewhere for draft in drafts.values()) or bool(told and told.elsewhere)
    told_year = (others or not all(due.values())) and recognised(session, row.visit_id, device)
    if told_year:
        drafts = {key: replace(draft, recognised=True) for key, draft in drafts.items()}
        told = told and replace(told, recognised=True)
    visit = OpenVisit(
        id=row.visit_id,
        link_id=link_id,
        device=device,
        patient_id=row.patient_id,
        study_id=row.study_id,
        name=row.name,
        battery=asking_order(row.battery, texts.library),
        instruments=instruments,
        optional_items=tuple(row.optional_items),
        study_code=row.code,
        study_title=row.title,
        timezone=row.timezone,
        locales=tuple(row.locales),
        contact=row.contact,
        who_reads=row.who_reads,
        privacy_notices=row.privacy_notices,
        crisis_texts=row.crisis_texts,
        simulated=row.simulated,
        today=at.astimezone(ZoneInfo(row.timezone)).date(),
        drafts=drafts,
        submitted=submitted,
        crisis_text_due=bool(due),
        help_told=row.assistance_id is not None,
        consent_due=row.consent_due,
        background=told,
        crises=tuple(one for one, own in due.items() if own or told_year),
    )
    _refuse(row, visit, at)
    return visit


def _state(draft: Any, device: str) -> DraftState:
    """A draft as `device` finds it. Answers of before devices were told apart are another's."""
    elsewhere = {item for item, said in draft.answers.items() if device not in said[-1].get("by", ())}
    return DraftState(
        said=Said(
            visit_id=draft.visit_id,
            instrument_version_id=draft.instrument_version_id,
            locale=draft.locale,
            source=draft.source,
            started_at=draft.started_at,
            answers=draft.answers,
        ),
        given={item: said[-1].get("value") for item, said in draft.answers.items()},
        elsewhere=frozenset(elsewhere),
        changed={
            item: len(said)
            for item, said in draft.answers.items()
            if item in elsewhere and any(device in one.get("by", ()) for one in said)
        },
    )


def _refuse(row: Any, visit: OpenVisit, at: datetime) -> None:
    if row.revoked_at is not None or row.withdrawn_at is not None:
        raise LinkRefused(LinkRefusal.REVOKED, row.contact)
    if at >= row.expires_at:
        raise LinkRefused(LinkRefusal.EXPIRED, row.contact)
    if row.patient_gone:
        raise LinkRefused(LinkRefusal.LEFT, row.contact)
    if row.study_status == "closed":
        raise LinkRefused(LinkRefusal.STUDY_CLOSED, row.contact)
    if row.study_status != "active":
        raise LinkRefused(LinkRefusal.STUDY_NOT_OPEN, row.contact)
    if not_yet_open(row, visit.today):
        raise LinkRefused(LinkRefusal.TOO_EARLY, row.contact, row.opens_on)
    too_late = is_over_for_good if visit.begun else is_over
    if too_late(row, visit.today) and not all(key in visit.submitted for key in visit.battery):
        raise LinkRefused(LinkRefusal.CLOSED, row.contact, row.closes_on)


def _crises_due(
    unseen: Sequence[Any],
    instruments: Mapping[str, Instrument],
    library: Library,
    answers: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]],
    submitted: Collection[str],
    device: str,
) -> dict[int, bool]:
    """The alerts whose crisis text is due, and whether `device` gave an answer that asks for it."""
    due = {}
    for alert in unseen:
        instrument = instruments.get(alert.instrument) or library.get(alert.instrument)
        for rule in instrument.alerts:
            if rule.rule != alert.rule or not rule.crisis:
                continue
            given = answers.get(alert.instrument, {}).get(rule.item, ())
            said = [one for one in given if rule.raised_by(one.get("value"))]
            # What neither a draft nor a response says any more was annulled.
            if said or alert.instrument in submitted:
                due[alert.alert_id] = any(device in one.get("by", ()) for one in said)
    return due
