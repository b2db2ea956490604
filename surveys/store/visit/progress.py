"""Where a patient is in a visit. Pure: it reads what `opening.load` gave and touches no database."""

from __future__ import annotations

from dataclasses import dataclass

from surveys.instruments.definition import Instrument, Item
from surveys.store.visit.opening import OpenVisit

MINUTES = {"whole": 3, "short": 1}
"""How long the background form takes."""


@dataclass(frozen=True)
class Introduction:
    """The patient has not answered yet."""


@dataclass(frozen=True)
class Declined:
    """The patient declined by the link, and may change that while the visit is open."""


@dataclass(frozen=True)
class ConsentDue:
    """The study's consent text comes before any question."""


@dataclass(frozen=True)
class AboutYou:
    """The background form: its question `number`, or its review where that is None."""

    number: int | None


@dataclass(frozen=True)
class CrisisText:
    """Help comes before anything else: the crisis text, or a page that does not tell the answer."""


@dataclass(frozen=True)
class AtItem:
    """`item` of `instrument` is the first without an answer or a decision to skip."""

    instrument: Instrument
    item: Item


@dataclass(frozen=True)
class Review:
    """Every item of `instrument` is dealt with; it is not submitted yet."""

    instrument: Instrument


@dataclass(frozen=True)
class Priority:
    """Everything is submitted; the question what matters most to the patient is still open."""


@dataclass(frozen=True)
class Helped:
    """Everything is submitted; the question whether anyone helped is still open."""


@dataclass(frozen=True)
class Finished:
    """Everything is submitted and no question is left."""


Position = (
    Declined
    | Introduction
    | ConsentDue
    | AboutYou
    | CrisisText
    | AtItem
    | Review
    | Priority
    | Helped
    | Finished
)


def position(visit: OpenVisit) -> Position:
    """Where the link leads now: the first open step."""
    if visit.declined:
        return Declined()
    if visit.crisis_text_due:
        return CrisisText()
    key = current(visit)
    if key is None:
        if "priority" in visit.feedback and not visit.priority_told and not visit.help_told:
            return Priority()
        return Finished() if visit.help_told else Helped()
    if not visit.begun:
        return Introduction()
    if visit.consent_due:
        return ConsentDue()
    if visit.background is not None and visit.background_due:
        return AboutYou(visit.background.first_open)
    item = first_open(visit, key)
    instrument = visit.instruments[key]
    return Review(instrument) if item is None else AtItem(instrument, item)


def current(visit: OpenVisit) -> str | None:
    """The questionnaire that is asked now: the first that is not submitted; None at the end."""
    return next((key for key in visit.battery if key not in visit.submitted), None)


def first_open(visit: OpenVisit, key: str) -> Item | None:
    """The first item of the questionnaire `key` without an answer or a decision to skip."""
    draft = visit.drafts.get(key)
    given = draft.given if draft else {}
    return next((item for item in visit.items(key) if item.key not in given), None)


def remaining_minutes(visit: OpenVisit) -> int:
    """How many minutes the questionnaires that are not submitted take."""
    about_you = MINUTES[visit.background.form] if visit.background and visit.background_due else 0
    remaining = [visit.instruments[key] for key in visit.battery if key not in visit.submitted]
    return about_you + sum(instrument.minutes for instrument in remaining)
