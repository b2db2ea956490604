"""Questions about data: asked, answered and closed. None of these changes what it is about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import DataQuestion, Patient, QuestionStep
from surveys.store import audit
from surveys.store.errors import Refused

LONGEST = 2000
PRESSED_TWICE = timedelta(minutes=1)
CLOSERS = ("investigator", "admin")


def may_close(question: DataQuestion, actor: str, role: str) -> bool:
    """Who asked, or an investigator: who answered alone does not say that the answer will do."""
    return actor == question.asked_by or role in CLOSERS


def ask(
    session: Session,
    patient: Patient,
    about: str,
    label: str,
    value: str | None,
    text: str,
    *,
    at: datetime,
    actor: str,
) -> DataQuestion:
    """Ask about a value. The same words about it by the same person within a minute are one question.

    Raises:
        Refused: nothing is asked, or too much.
    """
    said = _said(text, _("Write the question first."))
    # The second press of a button may come while the first is still being stored.
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update())
    same = (
        select(DataQuestion)
        .join(QuestionStep, QuestionStep.question_id == DataQuestion.id)
        .where(
            DataQuestion.patient_id == patient.id,
            DataQuestion.about == about,
            DataQuestion.asked_by == actor,
            DataQuestion.asked_at > at - PRESSED_TWICE,
            QuestionStep.text == said,
        )
    )
    if (asked := session.scalars(same.limit(1)).first()) is not None:
        return asked
    question = DataQuestion(
        study_id=patient.study_id,
        patient_id=patient.id,
        about=about,
        label=label,
        value=value,
        state="open",
        asked_by=actor,
        asked_at=at,
    )
    session.add(question)
    session.flush()
    _step(session, question, "asked", said, at, actor)
    return question


def answer(session: Session, question: DataQuestion, text: str, *, at: datetime, actor: str) -> None:
    """Answer an open question.

    Raises:
        Refused: nothing is said, or the question is closed.
    """
    said = _said(text, _("Write the answer first."))
    _must_be(session, question, ("open", "answered"), _("This question is closed. Ask a new one."))
    question.state = "answered"
    _step(session, question, "answered", said, at, actor)


def ask_again(session: Session, question: DataQuestion, text: str, *, at: datetime, actor: str) -> None:
    """Say why the answer will not do; also of a question that was closed.

    Raises:
        Refused: nothing is said, or the question still waits for its first answer.
    """
    said = _said(text, _("Say what is still not clear."))
    _must_be(session, question, ("answered", "closed"), _("This question still waits for an answer."))
    question.state, question.closed_at = "open", None
    _step(session, question, "asked_again", said, at, actor)


def close(session: Session, question: DataQuestion, role: str, *, at: datetime, actor: str) -> None:
    """Close a question, answered or not.

    Raises:
        Refused: the actor neither asked nor is an investigator, or it is closed already.
    """
    if not may_close(question, actor, role):
        raise Refused(_("Who asked closes the question, or an investigator."))
    _must_be(session, question, ("open", "answered"), _("This question is closed already."))
    question.state, question.closed_at = "closed", at
    _step(session, question, "closed", None, at, actor)


def empty(session: Session, patient_id: int, *, answers: bool) -> int:
    """Remove what staff wrote in a patient's questions, and with `answers` the values; how many questions."""
    ids = session.scalars(select(DataQuestion.id).where(DataQuestion.patient_id == patient_id)).all()
    session.execute(update(QuestionStep).where(QuestionStep.question_id.in_(ids)).values(text=None))
    if answers:
        session.execute(update(DataQuestion).where(DataQuestion.id.in_(ids)).values(value=None))
    return len(ids)


def _said(text: str, wanted: str) -> str:
    said = text.strip()
    if not said:
        raise Refused(wanted, "text")
    if len(said) > LONGEST:
        raise Refused(
            _(
                "At most %(longest)s characters, please; this has %(number)s.",
                longest=LONGEST,
                number=len(said),
            ),
            "text",
        )
    return said


def _must_be(session: Session, question: DataQuestion, states: Collection[str], words: str) -> None:
    # Two people may answer or close it at once: what the page was drawn from may be another state.
    session.refresh(question, with_for_update=True)
    if question.state not in states:
        raise Refused(words)


def _step(
    session: Session, question: DataQuestion, step: str, text: str | None, at: datetime, actor: str
) -> None:
    session.add(QuestionStep(question_id=question.id, step=step, text=text, by=actor, at=at))
    session.flush()
    facts = {"question": question.id, "about": question.label}
    values = () if text is None else (audit.Value("text", None, text),)
    audit.record(
        session, audit.Entry(at, actor, f"question.{step}", question.patient_id, facts, values=values)
    )
