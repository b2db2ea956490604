"""The address of the patient's next page."""

from __future__ import annotations

from flask import url_for

from surveys.store.visit.opening import OpenVisit
from surveys.store.visit.progress import (
    AboutYou,
    AtItem,
    ConsentDue,
    CrisisText,
    Declined,
    Finished,
    Helped,
    Introduction,
    Position,
    Priority,
    Review,
    position,
)


def next_address(visit: OpenVisit) -> str:
    """The address of the first open step after the introduction."""
    here = position(visit)
    if isinstance(here, Introduction):
        if visit.consent_due:
            return address(visit, ConsentDue())
        if visit.background_due:
            return address(visit, AboutYou(1))
        first = visit.battery[0]
        return address(visit, AtItem(visit.instruments[first], visit.items(first)[0]))
    return address(visit, here)


def address(visit: OpenVisit, here: Position) -> str:
    """The page of `here`."""
    match here:
        case Introduction():
            return url_for("patient.start", visit_id=visit.id)
        case Declined():
            return url_for("taking_part.declined", visit_id=visit.id)
        case ConsentDue():
            return url_for("taking_part.consent", visit_id=visit.id)
        case AboutYou(None):
            return url_for("about_you.review", visit_id=visit.id)
        case AboutYou(number):
            return url_for("about_you.question", visit_id=visit.id, number=number)
        case CrisisText():
            return url_for("patient.crisis_text", visit_id=visit.id)
        case AtItem(instrument, asked):
            return url_for("patient.item", visit_id=visit.id, key=instrument.key, number=asked.number)
        case Review(instrument):
            return url_for("patient.review", visit_id=visit.id, key=instrument.key)
        case Priority():
            return url_for("asked_once.ask", visit_id=visit.id, question="what-matters")
        case Helped():
            return url_for("asked_once.ask", visit_id=visit.id, question="helped")
        case Finished():
            return url_for("patient.thanks", visit_id=visit.id)


def something_first(visit: OpenVisit) -> bool:
    """Whether another step comes before the questionnaires."""
    return visit.crisis_text_due or visit.consent_due or visit.background_due
