"""What a study gives back to its patients: its switches and words, and what was shown to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.instruments.change import threshold_of
from surveys.instruments.facts import asks_of, shown_to_patients
from surveys.instruments.library import Library
from surveys.models import FeedbackShown, Priority, Response, Study, Visit
from surveys.models.dialects import insert_once
from surveys.models.feedback import PRIORITIES
from surveys.schedule import not_yet_open
from surveys.store import audit
from surveys.store.visit import alert_rules, setup
from surveys.store.visit.opening import OpenVisit


class OwnWords(NamedTuple):
    """The study's words by language: who uses the answers, and its news."""

    use: Mapping[str, str]
    news: Mapping[str, str]


def change(
    session: Session, study: Study, facts: Mapping[str, Any], library: Library, *, at: datetime, actor: str
) -> bool:
    """Set what `study` gives back, as `setup.change` does; returns whether anything differed.

    With the scores each scale that patients see, and that has a published amount of change, gets the alert
    rule "worse": what a patient sees get worse, staff hear of too.

    Raises:
        Refused: the study is closed, or would lack words that it needs.
    """
    changed = setup.change(session, study, facts, library, at=at, actor=actor)
    if changed and "scores" in study.feedback:
        there = alert_rules.watched_for_worse(session, study.id)
        for one in library:
            for scale in shown_to_patients(one, library):
                if (one.key, scale) not in there and threshold_of(one, scale):
                    alert_rules.add(
                        session,
                        study,
                        library,
                        instrument=one.key,
                        scale=scale,
                        kind="worse",
                        threshold=None,
                        at=at,
                        actor=actor,
                    )
    return changed


def words_of(session: Session, study_id: int) -> OwnWords:
    """The study's words on its use of answers, and its news."""
    found = select(Study.use_texts, Study.news_texts).where(Study.id == study_id)
    return OwnWords(*session.execute(found).one())


def next_on(session: Session, visit: OpenVisit) -> date | None:
    """The day on which the patient's next visit that is not open yet is due; None if none is planned."""
    query = select(Visit.due_on).where(
        Visit.patient_id == visit.patient_id,
        not_yet_open(Visit, visit.today),
        Visit.withdrawn_at.is_(None),
        Visit.missed_reason.is_(None),
        Visit.done_at.is_(None),
    )
    return session.scalar(query.order_by(Visit.due_on).limit(1))


def is_noted(session: Session, visit_id: int, what: str) -> bool:
    """Whether it is stored that this was shown at the visit."""
    query = select(FeedbackShown.id).where(FeedbackShown.visit_id == visit_id, FeedbackShown.what == what)
    return session.scalar(query) is not None


def note(session: Session, visit_id: int, patient_id: int, what: str, *, at: datetime) -> None:
    """Store that this was shown at the visit, the first time."""
    if insert_once(session, FeedbackShown, visit_id=visit_id, what=what, shown_at=at) is not None:
        facts = {"visit": visit_id, "what": what}
        audit.record(session, audit.Entry(at, "patient", "feedback.shown", patient_id, facts))


def tell_priority(session: Session, visit: OpenVisit, matters: str | None, *, at: datetime) -> None:
    """Store the first reply to "What matters most to you today?"; None where it was passed over.

    The trail says that there was one, not which: an erasure of answers takes it away.
    """
    if visit.priority_told or any(key not in visit.submitted for key in visit.battery):
        return
    said = matters if matters in PRIORITIES else None
    if insert_once(session, Priority, visit_id=visit.id, matters=said, at=at) is not None:
        facts = {"visit": visit.id}
        audit.record(session, audit.Entry(at, "patient", "visit.priority_told", visit.patient_id, facts))


class Answered(NamedTuple):
    """A visit with answers of a patient, and the day of the last of them."""

    visit_id: int
    on: date


def answered(session: Session, patient_id: int) -> list[Answered]:
    """The patient's visits with answers that stand, the newest first."""
    query = (
        select(Visit.id, func.max(Response.completed_on))
        .join(Response, Response.visit_id == Visit.id)
        .where(Visit.patient_id == patient_id, Response.stands)
        .group_by(Visit.id)
        .order_by(func.max(Response.completed_on).desc(), Visit.id.desc())
    )
    return [Answered(*row) for row in session.execute(query)]


def is_on_mood(key: str, library: Library) -> bool:
    """Whether the questionnaire asks of mood; unknown ones count as if they did."""
    return key not in library or asks_of(library.get(key), library) == "mood"
