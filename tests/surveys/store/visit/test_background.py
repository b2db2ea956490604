"""What a patient says of palsy and treatment at a visit, and on which device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.background import NoAnswerError, Said, questions_of
from surveys.models import Background, Event, Visit
from surveys.store.visit import background
from surveys.store.visit.background import BackgroundAnswers
from tests.surveys.store.conftest import AT

TODAY = AT.date()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def found(session: Session, visit: Visit, device: str = "phone") -> BackgroundAnswers:
    return background.of_visit(session, visit.id, visit.patient_id, device)


def say(session: Session, visit: Visit, question: str, value: Said | None, device: str = "phone") -> None:
    told = found(session, visit, device)
    background.say(session, visit.id, told, question, value, device=device, locale="en", today=TODAY, at=AT)


def send(session: Session, visit: Visit, device: str = "phone") -> bool:
    told = replace(found(session, visit, device), recognised=True)
    return background.send(session, visit.id, visit.patient_id, told, locale="en", at=AT)


def rows(session: Session) -> list[tuple[str, Mapping[str, object]]]:
    query = select(Background.question, Background.answer).order_by(Background.id)
    return [(row.question, row.answer) for row in session.execute(query)]


def finish(session: Session, visit: Visit) -> None:
    """Every question skipped."""
    while (told := found(session, visit)).first_open is not None:
        say(session, visit, told.questions[told.first_open - 1], None)


def test_the_first_form_asks_everything(session: Session, visit: Visit) -> None:
    told = found(session, visit)
    assert (told.form, told.given, told.sent, told.since, told.first_open) == ("whole", {}, False, None, 1)
    assert told.questions == questions_of("whole", {})


def test_the_last_answer_stands(session: Session, visit: Visit) -> None:
    """The same answer again is no new row; a skipped question has its place."""
    for value in ("left", "left", "right"):
        say(session, visit, "side", value)
    say(session, visit, "cause", None)
    assert rows(session) == [
        ("side", {"value": "left", "by": "phone"}),
        ("side", {"value": "right", "by": "phone"}),
        ("cause", {"skipped": True, "by": "phone"}),
    ]
    assert found(session, visit).given == {"side": "right", "cause": None}


def test_what_is_no_answer_is_not_stored(session: Session, visit: Visit) -> None:
    for question, value in (("side", "middle"), ("onset", {"on": "2027-01-01", "precision": "year"})):
        with pytest.raises(NoAnswerError):
            say(session, visit, question, value)
    assert rows(session) == []


def test_another_device_does_not_see_the_answers(session: Session, visit: Visit) -> None:
    """Until it gives the same one, or its user is recognised. What it had answered itself was changed."""
    say(session, visit, "side", "left", "tablet")
    say(session, visit, "cause", "lyme", "phone")
    say(session, visit, "side", "right", "phone")
    told = found(session, visit, "tablet")
    assert (told.elsewhere, told.changed) == ({"side", "cause"}, {"side"})
    assert (told.hidden, told.shown) == ({"side", "cause"}, {})
    known = replace(told, recognised=True)
    assert (known.hidden, known.shown) == (frozenset(), {"side": "right", "cause": "lyme"})
    say(session, visit, "cause", "lyme", "tablet")
    told = found(session, visit, "tablet")
    assert (told.hidden, told.shown) == ({"side"}, {"cause": "lyme"})
    assert len(rows(session)) == 4


def test_a_form_is_sent_once_nothing_is_open(session: Session, visit: Visit) -> None:
    """To send twice is harmless; afterwards nothing changes."""
    assert not send(session, visit)
    say(session, visit, "side", "left")
    finish(session, visit)
    assert send(session, visit)
    before = rows(session)
    assert before[-1] == ("sent", {"value": "whole"})
    assert send(session, visit)
    say(session, visit, "side", "right")
    assert rows(session) == before
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "background.sent"))
    assert (event.actor, event.patient_id) == ("patient", visit.patient_id)
    assert event.facts == {"visit": visit.id, "form": "whole"}


@pytest.mark.parametrize(
    ("answers", "from_birth"),
    [
        ({"had_before": "from_birth"}, True),
        ({"cause": "congenital_or_syndromic"}, True),
        ({"had_before": "again", "cause": "lyme"}, False),
    ],
)
def test_a_palsy_from_birth_is_remembered(
    session: Session, visit: Visit, answers: Mapping[str, str], from_birth: bool
) -> None:
    """At the visits that follow, as it was said last."""
    later = session.scalars(
        select(Visit).where(Visit.patient_id == visit.patient_id, Visit.id != visit.id).order_by(Visit.due_on)
    ).first()
    assert later
    say(session, visit, "had_before", "unknown")
    for question, value in answers.items():
        say(session, visit, question, value)
    finish(session, visit)
    send(session, visit)
    told = found(session, later)
    assert (told.form, told.from_birth) == ("short", from_birth)
    assert ("came_again" in told.questions) is not from_birth


def test_a_later_visit_asks_what_changed_since(session: Session, visit: Visit) -> None:
    """Since the last form that was sent, not one that was only begun."""
    later = session.scalars(
        select(Visit).where(Visit.patient_id == visit.patient_id, Visit.id != visit.id).order_by(Visit.due_on)
    ).first()
    assert later
    say(session, visit, "side", "left")
    assert found(session, later).form == "whole"
    finish(session, visit)
    send(session, visit)
    told = found(session, later)
    assert (told.form, told.since, told.given) == ("short", AT, {})
    finish(session, later)
    background.send(
        session, later.id, later.patient_id, found(session, later), locale="en", at=AT + timedelta(days=90)
    )
    told = found(session, later)
    assert (told.form, told.sent, told.since) == ("short", True, AT)
    assert found(session, visit).form == "whole"
