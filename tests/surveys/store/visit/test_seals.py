"""Answers that something else changed before they were sent are not taken as the patient's without a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from surveys.db import db, short_transaction, writing
from surveys.lists.checks import page
from surveys.lists.checks.check import Terms
from surveys.lists.scope import Scope
from surveys.models import Event, Response, Study
from surveys.models.response import CHANGED, NO_SEAL, UNPROVED
from surveys.schedule import PlannedVisit
from surveys.store.visit.finishing import finish_late
from surveys.store.visit.seals import Seals, Unsealed, changed
from tests.support.answers import arrived, send
from tests.support.study import Invited, changing, invite, seals, texts

OTHER = Seals("other " * 10)
LATER = PlannedVisit("later", "Later", "enrolment", 200, 10, 60, ("phq9",))
VALUES = (0, 1, 2, 3, 3, 2, 1)
# What may be done to a draft by who has the database alone.
TAMPERED = (
    """UPDATE draft SET answers = '{"q1": [{"value": 3, "at": "2026-03-10T09:30:00+00:00"}]}'""",
    "UPDATE draft SET source = 'paper'",
    "UPDATE draft SET locale = 'de'",
    "UPDATE draft SET started_at = (SELECT min(created_at) FROM study)",
    "UPDATE draft SET saved_at = (SELECT min(created_at) FROM study)",
    "UPDATE draft SET visit_id = (SELECT max(id) FROM visit)",
    "UPDATE draft SET seal = NULL",
    "UPDATE draft SET seal = (SELECT min(digest) FROM link)",
)


@dataclass(frozen=True)
class Row:
    """A draft."""

    visit_id: int = 1
    instrument: str = "phq9"
    instrument_version_id: int = 1
    locale: str = "en"
    source: str = "web"
    started_at: datetime = datetime(2026, 3, 10, 9, 30, 1, 5, tzinfo=UTC)
    saved_at: datetime = datetime(2026, 3, 10, 9, 31, tzinfo=UTC)
    answers: Any = None
    seal: str | None = None


@pytest.fixture
def begun(app: Flask) -> Invited:
    """Somebody who answered seven items of a PHQ-9, did not send them, and has another visit."""
    invited = invite(app, plan=(PlannedVisit("baseline", "First", "enrolment", 0, 0, 60, ("phq9",)), LATER))
    send(app, invited.token, draft=VALUES)
    return invited


def tamper(app: Flask, statement: str) -> None:
    with changing(app) as session:
        session.execute(text(statement))


def why(session: Session) -> list[str]:
    """What the events say of responses whose draft was not proved."""
    found = select(Event).where(Event.action == UNPROVED).order_by(Event.id)
    return [one.facts["why"] for one in session.scalars(found)]


def test_what_our_pages_wrote_holds(app: Flask, begun: Invited) -> None:
    """Read back from the database, and sent without a word."""
    with app.app_context():
        assert changed(db.session, seals(app), Unsealed()) == []
    send(app, begun.token, (0, 0))
    with app.app_context():
        assert db.session.scalars(select(Response)).one().instrument == "phq9"
        assert why(db.session) == []


@pytest.mark.owner  # the server may not even say whose a draft is
def test_what_else_was_written_does_not(app: Flask, begun: Invited) -> None:
    """Every column that becomes part of a response; a proof of the record names the draft."""
    with app.app_context(), writing():
        for statement in TAMPERED:
            db.session.execute(text(statement))
            unsealed = Unsealed()
            named = [str(one) for one in changed(db.session, seals(app), unsealed)]
            expected = (0, 1) if "NULL" in statement else (1, 0)
            assert (len(named), unsealed.number) == expected, statement
            db.session.rollback()


@pytest.mark.parametrize(("statement", "kind"), [(TAMPERED[0], CHANGED), (TAMPERED[6], NO_SEAL)])
def test_the_patient_goes_on_and_staff_look(app: Flask, begun: Invited, statement: str, kind: str) -> None:
    """Later answers do not make a whole draft of it. The answers are kept, an event and a check name them."""
    tamper(app, statement)
    send(app, begun.token, (1,) * (8 if statement == TAMPERED[0] else 2))  # one item of it was left
    with app.app_context():
        response = db.session.scalars(select(Response)).one()
        study_id = db.session.scalars(select(Study.id)).one()
        assert why(db.session) == [kind]
        here = Terms(Scope(study_id, None, datetime.now(UTC).date()), 18, ())
        [found] = page.page(db.session, here, "unproved")
        assert [(one.kind, one.figure) for one in found.findings] == [(kind, response.id)]


def test_the_review_asks_to_read_again(app: Flask, begun: Invited) -> None:
    """Only where something else wrote, and in no words that alarm."""
    patient = arrived(app, begun.token, draft=(0, 0))
    assert "Please read each answer once more" not in patient.page.text
    tamper(app, "UPDATE draft SET source = 'paper'")
    patient.get(patient.path)
    assert "Please read each answer once more" in patient.page.text


def test_an_unfinished_one_is_looked_at_too(app: Flask, begun: Invited) -> None:
    """When it becomes a partial response after its visit."""
    tamper(app, TAMPERED[0])
    at = datetime.now(UTC) + timedelta(days=400)
    with app.app_context():
        count = finish_late(lambda: short_transaction(db.engine), texts(app), seals(app), at=at, actor="test")
        assert (count, why(db.session)) == (1, [CHANGED])


def test_a_secret_before_is_still_read() -> None:
    """So that after a change nobody under way is named; what follows is sealed with the new one."""
    row = Row(answers={"q1": [{"value": 3}]})
    old = Row(answers=row.answers, seal=OTHER.seal(row))
    now = Seals("test " * 10, before=OTHER.secret_key)
    assert (now.fault(old), Seals(now.secret_key).fault(old)) == (None, CHANGED)
    following = Row(answers={"q1": [{"value": 2}]})
    assert now.sealed_anew(old, following) == Seals(now.secret_key).seal(following)
    assert Seals(now.secret_key).sealed_anew(old, following) == old.seal
