"""A question's steps: who may take them, in which order, and what an erasure leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from surveys.models import DataQuestion, Event, EventValue, Patient, QuestionStep
from surveys.store.errors import Refused
from surveys.store.patient import erasing, questions
from tests.support.study import changing, invite, one_table

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
ASKER = {"at": AT, "actor": "staff:1"}
OTHER = {"at": AT, "actor": "staff:2"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No statement of its own."""
    return sqlite_url


def ask(session, patient_id: int, text: str = "Is it?", at: datetime = AT) -> DataQuestion:  # type: ignore[no-untyped-def]
    patient = session.get_one(Patient, patient_id)
    return questions.ask(session, patient, "sex", "Sex", "Female", text, at=at, actor="staff:1")


def test_an_answer_to_what_was_asked_again_meanwhile_stands(app: Flask) -> None:
    """The page had it as answered: the state that was left behind must not stay."""
    invited = invite(app)
    with changing(app) as session:
        question = ask(session, invited.patient_id)
        questions.answer(session, question, "Yes.", **OTHER)
        asked_again = update(DataQuestion).values(state="open")
        session.execute(asked_again.execution_options(synchronize_session=False))
        questions.answer(session, question, "By the passport.", **OTHER)
    assert [row["state"] for row in one_table(app, "data_question")] == ["answered"]


def test_asked_answered_asked_again_closed(app: Flask) -> None:
    """Each step is told in the trail, its words where an erasure reaches them."""
    invited = invite(app)
    with changing(app) as session:
        question = ask(session, invited.patient_id)
        with pytest.raises(Refused):
            questions.ask_again(session, question, "And?", **ASKER)
        questions.answer(session, question, "Yes, by the passport.", **OTHER)
        questions.answer(session, question, "Seen twice.", **OTHER)
        questions.ask_again(session, question, "Whose passport?", **ASKER)
        assert question.state == "open"
        for role in ("coordinator", "analyst"):
            with pytest.raises(Refused):
                questions.close(session, question, role, **OTHER)
        questions.close(session, question, "coordinator", **ASKER)
        for act in (questions.answer, questions.ask_again):
            with pytest.raises(Refused):
                act(session, question, " ", **ASKER)
        with pytest.raises(Refused):
            questions.answer(session, question, "Late", **OTHER)
        with pytest.raises(Refused):
            questions.close(session, question, "investigator", **OTHER)
        questions.ask_again(session, question, "Still not clear", **ASKER)
        questions.close(session, question, "investigator", **OTHER)
    steps = [row["step"] for row in one_table(app, "question_step")]
    assert steps == ["asked", *["answered"] * 2, "asked_again", "closed", "asked_again", "closed"]
    with changing(app) as session:
        events = session.scalars(
            select(Event).where(Event.action.like("question.%")).order_by(Event.id)
        ).all()
        assert [event.action.partition(".")[2] for event in events] == steps
        assert {event.reason for event in events} == {None}
        assert "passport" not in str([event.facts for event in events])
        assert "Whose passport?" in session.scalars(select(EventValue.after)).all()


def test_a_second_press_asks_once(app: Flask) -> None:
    """The same words within a minute are one question; other words are another."""
    invited = invite(app)
    with changing(app) as session:
        first = ask(session, invited.patient_id)
        assert ask(session, invited.patient_id, " Is it? ").id == first.id
        assert ask(session, invited.patient_id, "Really?").id != first.id
        assert ask(session, invited.patient_id, at=AT + timedelta(minutes=2)).id != first.id
        with pytest.raises(Refused):
            ask(session, invited.patient_id, " ")
        with pytest.raises(Refused):
            ask(session, invited.patient_id, "x" * 2001)


def test_an_erasure_takes_words_and_values(app: Flask) -> None:
    """Values go with the answers, words of staff with the identity; that it was asked stays."""
    invited = invite(app)
    with changing(app) as session:
        ask(session, invited.patient_id, "Is Anna's answer right?")
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        erasing.remove(session, patient, reason="asked", on=AT.date(), at=datetime.now(UTC), actor="staff:1")
    with changing(app) as session:
        assert session.scalars(select(QuestionStep.text)).all() == [None]
        assert session.scalars(select(DataQuestion.value)).all() == [None]
    assert "Anna" not in str(one_table(app, "event_value"))
