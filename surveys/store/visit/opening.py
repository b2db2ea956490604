"""A patient's visit as the patient's pages need it, opened by a link; `found` reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from surveys.instruments.definition import Answer, Instrument, Item
from surveys.instruments.library import Library, asking_order
from surveys.models.consent import may_still_agree
from surveys.models.patient import is_gone
from surveys.models.study import by_language
from surveys.schedule import is_over, is_over_for_good, not_yet_open
from surveys.store.study.studies import items_asked
from surveys.store.visit import background, found
from surveys.store.visit.background import BackgroundAnswers
from surveys.store.visit.devices import recognised
from surveys.store.visit.item_rules import ItemRule
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
    NO_COOKIES = "no_cookies"


class LinkRefused(Exception):
    """A link that opens nothing now: why, the day concerned if there is one, and whom to ask, by language."""

    def __init__(
        self, refusal: LinkRefusal, contacts: Mapping[str, str] | None = None, on: date | None = None
    ) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.contacts = contacts or {}
        self.on = on


@dataclass(frozen=True)
class Said:
    """A draft's columns, as `Draft` explains them."""

    visit_id: int
    instrument: str
    instrument_version_id: int
    locale: str
    source: str
    started_at: datetime
    saved_at: datetime
    answers: Mapping[str, list[dict[str, Any]]]
    seal: str | None = None


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

    def with_answer(self, item: str, value: Answer) -> DraftState:
        """As it is once this device said `value`."""
        return replace(
            self,
            given={**self.given, item: value},
            elsewhere=self.elsewhere - {item},
            changed={other: times for other, times in self.changed.items() if other != item},
        )

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
    Without any the page must not tell that something was answered. `consent_anew`: consent is due because an
    amendment asks for it again. `declined`: the patient declined by the
    link and takes part no longer, but may still agree.
    """

    id: int
    link_id: int
    link_expires_at: datetime
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
    contacts: Mapping[str, str]
    feedback: tuple[str, ...]
    who_reads: Mapping[str, str]
    privacy_notices: Mapping[str, str]
    crisis_texts: Mapping[str, str]
    eye_texts: Mapping[str, str]
    alert_rules: tuple[ItemRule, ...]
    simulated: bool
    today: date
    drafts: Mapping[str, DraftState]
    submitted: Mapping[str, date]
    crisis_text_due: bool
    help_told: bool
    priority_told: bool
    consent_due: bool
    consent_anew: bool
    declined: bool
    closes_on: date
    background: BackgroundAnswers | None
    crises: tuple[int, ...] = ()

    def items(self, key: str) -> tuple[Item, ...]:
        """What the questionnaire `key` asks, in order: optional items only where the study wants them.

        What follows from other items is left out once they are answered so that it does not.
        """
        instrument, draft = self.instruments[key], self.drafts.get(key)
        asked = _items(instrument, self.optional_items)
        if draft is None or not instrument.facts.only_after:
            return asked
        return tuple(item for item in asked if not instrument.leaves_out(item.key, draft.given))

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


def load(
    session: Session, link_id: int, texts: Texts, *, device: str, at: datetime, lock: bool = False
) -> OpenVisit:
    """The visit that the link opens on `device` at the instant `at`; `lock` for whoever is going to write.

    Raises:
        LinkRefused: the link is revoked or expired, the visit is not open, or the study is not.
    """
    session.flush()
    row = found.read(session, link_id, lock=lock)
    if row is None:
        raise LinkRefused(LinkRefusal.UNKNOWN)
    in_words = {one.instrument: (one.version, one.wording) for one in (*row.permitted, *row.begun)}
    submitted = {one.instrument: one.completed_on for one in row.sent}
    drafts = {draft.instrument: _state(draft, device) for draft in row.begun}
    told = background.of_visit(session, row.visit_id, row.patient_id, device) if row.asks_background else None
    instruments = {key: texts.get(session, key, *in_words.get(key, ())) for key in row.battery}
    answers = {draft.instrument: draft.answers for draft in row.begun}
    due = _crises_due(row.unseen, instruments, texts.library, answers, submitted, device)
    others = any(draft.elsewhere for draft in drafts.values()) or bool(told and told.elsewhere)
    told_year = (others or not all(due.values())) and recognised(session, row.visit_id, device)
    if told_year:
        drafts = {key: replace(draft, recognised=True) for key, draft in drafts.items()}
        told = told and replace(told, recognised=True)
    declined = may_still_agree(row.patient_status, row.decision, row.decided_how)
    visit = OpenVisit(
        id=row.visit_id,
        link_id=link_id,
        link_expires_at=row.expires_at,
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
        contacts=by_language(row.contact, row.contacts, row.locales),
        feedback=tuple(row.feedback),
        who_reads=row.who_reads,
        privacy_notices=row.privacy_notices,
        crisis_texts=row.crisis_texts,
        eye_texts=row.eye_texts,
        alert_rules=tuple(row.alert_rules),
        simulated=bool(row.simulated),
        today=at.astimezone(ZoneInfo(row.timezone)).date(),
        drafts=drafts,
        submitted=submitted,
        crisis_text_due=bool(due),
        help_told=bool(row.help_told),
        priority_told=bool(row.priority_told),
        consent_due=bool(row.consent_due or row.consent_anew) or declined,
        consent_anew=bool(row.consent_anew),
        declined=declined,
        closes_on=row.closes_on,
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
            instrument=draft.instrument,
            instrument_version_id=draft.instrument_version_id,
            locale=draft.locale,
            source=draft.source,
            started_at=draft.started_at,
            saved_at=draft.saved_at,
            answers=draft.answers,
            seal=draft.seal,
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
    contacts = visit.contacts
    if row.revoked_at is not None or row.withdrawn_at is not None:
        raise LinkRefused(LinkRefusal.REVOKED, contacts)
    if at >= row.expires_at:
        raise LinkRefused(LinkRefusal.EXPIRED, contacts)
    if is_gone(row.patient_status) and not visit.declined:
        raise LinkRefused(LinkRefusal.LEFT, contacts)
    if row.study_status == "closed":
        raise LinkRefused(LinkRefusal.STUDY_CLOSED, contacts)
    if row.study_status != "active":
        raise LinkRefused(LinkRefusal.STUDY_NOT_OPEN, contacts)
    if not_yet_open(row, visit.today):
        raise LinkRefused(LinkRefusal.TOO_EARLY, contacts, row.opens_on)
    too_late = is_over_for_good if visit.begun else is_over
    if too_late(row, visit.today) and not all(key in visit.submitted for key in visit.battery):
        raise LinkRefused(LinkRefusal.CLOSED, contacts, row.closes_on)


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
