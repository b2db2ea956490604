"""A patient's answers about palsy and treatments at a visit: read, saved, sent. Not staff's records.

A writer holds the visit's lock, as for the questionnaires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.background import FROM_BIRTH, SENT, Form, Said, check_said, questions_of
from surveys.models import Background, Visit
from surveys.store import audit

# The answers at an earlier visit after which nobody asks whether the palsy came again.
TELL_FROM_BIRTH = {"had_before": FROM_BIRTH, "cause": "congenital_or_syndromic"}


@dataclass(frozen=True)
class BackgroundAnswers:
    """The form of one visit. `given` maps a question to its latest answer, None where it was skipped.

    The `short` form asks what changed since `since`, when the patient last sent one at another visit.
    `elsewhere` are the questions that another device answered last, `changed` those of them that this device
    had answered before. `recognised`: this device may see all answers. `from_birth`: told at another visit.
    """

    form: Form
    given: Mapping[str, Said | None]
    sent: bool
    since: datetime | None
    elsewhere: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    recognised: bool = False
    from_birth: bool = False

    @property
    def hidden(self) -> frozenset[str]:
        """The questions whose answers this device must not see."""
        return frozenset() if self.recognised else self.elsewhere

    @property
    def shown(self) -> dict[str, Said | None]:
        """The given answers that this device may see."""
        return {question: said for question, said in self.given.items() if question not in self.hidden}

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions in order, without those that would tell a hidden answer."""
        return questions_of(self.form, self.shown, from_birth=self.from_birth)

    @property
    def first_open(self) -> int | None:
        """The number, from 1, of the first question without an answer or a decision to skip."""
        return next((n for n, question in enumerate(self.questions, 1) if question not in self.given), None)


def of_visit(session: Session, visit_id: int, patient_id: int, device: str) -> BackgroundAnswers:
    """The answers of the visit so far, as `device` finds them; it does not ask whether it is recognised."""
    rows = session.execute(
        select(Background.visit_id, Background.question, Background.answer, Background.at)
        .join(Visit, Visit.id == Background.visit_id)
        .where(Visit.patient_id == patient_id)
        .where((Background.visit_id == visit_id) | Background.question.in_((SENT, *TELL_FROM_BIRTH)))
        .order_by(Background.id)
    ).all()
    others = [row for row in rows if row.visit_id != visit_id]
    since = max((row.at for row in others if row.question == SENT), default=None)
    before = {row.question: row.answer.get("value") for row in others}
    here = {row.question: row.answer for row in rows if row.visit_id == visit_id}
    sent = here.pop(SENT, None)
    elsewhere = frozenset(question for question, said in here.items() if said.get("by") != device)
    told_here = {row.question for row in rows if row.visit_id == visit_id and row.answer.get("by") == device}
    return BackgroundAnswers(
        form=sent["value"] if sent else "short" if since else "whole",
        given={question: said.get("value") for question, said in here.items()},
        sent=sent is not None,
        since=since,
        elsewhere=elsewhere,
        changed=elsewhere & told_here,
        from_birth=any(before.get(question) == code for question, code in TELL_FROM_BIRTH.items()),
    )


def say(
    session: Session,
    visit_id: int,
    told: BackgroundAnswers,
    question: str,
    value: Said | None,
    *,
    device: str,
    locale: str,
    today: date,
    at: datetime,
) -> None:
    """Store one answer; None is the decision to skip. A repeated answer, or one after sending, is ignored.

    A device that must not see an answer may give the same one: from then on it sees it.

    Raises:
        NoAnswerError: the value does not answer the question.
    """
    if told.sent or (question in told.shown and told.shown[question] == value):
        return
    if value is not None:
        check_said(question, value, today=today)
    answer: dict[str, object] = {"skipped": True} if value is None else {"value": value}
    session.add(_row(visit_id, question, {**answer, "by": device}, locale, at))
    session.flush()


def send(
    session: Session, visit_id: int, patient_id: int, told: BackgroundAnswers, *, locale: str, at: datetime
) -> bool:
    """Close the form if no question is open; returns whether it is closed. To send twice is harmless."""
    if told.sent or told.first_open is not None:
        return told.sent
    session.add(_row(visit_id, SENT, {"value": told.form}, locale, at))
    session.flush()
    facts = {"visit": visit_id, "form": told.form}
    audit.record(session, audit.Entry(at, "patient", "background.sent", patient_id, facts))
    return True


def _row(visit_id: int, question: str, answer: dict[str, object], locale: str, at: datetime) -> Background:
    return Background(
        visit_id=visit_id, question=question, answer=answer, locale=locale, reported_by="patient", at=at
    )
