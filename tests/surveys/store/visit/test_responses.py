"""Responses with their scores, and the proof that stored scores are right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from surveys.db import db
from surveys.instruments.scoring import AnswerError
from surveys.models import Base
from surveys.store import audit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.study import FACE, PHQ9, Invited, changing, invite, library, one_table, scores, stored

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody with a visit."""
    return invite(app, at=AT)


def answers(values: tuple[int, ...]) -> dict[str, int]:
    return {f"q{number}": value for number, value in enumerate(values, start=1)}


def new(app: Flask, invited: Invited, key: str, given: Mapping[str, int], **facts: Any) -> NewResponse:
    """A response to store; its version is frozen already."""
    instrument = library(app).get(key)
    with changing(app) as session:
        version_id = versions.freeze(session, instrument, at=AT)
    usual: dict[str, Any] = {"source": "import", "submitted_at": AT, "completed_on": date(2026, 3, 10)}
    return NewResponse(
        visit_id=invited.visit_id,
        patient_id=invited.patient_id,
        instrument=instrument,
        version_id=version_id,
        answers=given,
        **{**usual, **facts},
    )


def add(app: Flask, *given: NewResponse, at: datetime = AT) -> int:
    with changing(app) as session:
        return responses.add(session, given, at=at, actor="import")


def test_a_response_is_stored_with_all_its_scores(app: Flask, invited: Invited) -> None:
    """One transaction: the response, a row per scale, and an event that holds no answer."""
    assert add(app, new(app, invited, "face", answers(FACE))) == 0
    assert scores(app)["face.total"] == 50
    assert len(one_table(app, "score")) == 7
    [event] = [row for row in one_table(app, "event") if row["action"] == "response.stored"]
    assert event["facts"].keys() == {"response", "visit", "instrument", "version", "source"}
    assert event["patient_id"] == invited.patient_id


def test_several_are_stored_at_once_in_order(app: Flask, invited: Invited) -> None:
    """Each keeps its own scores."""
    given = [new(app, invited, "face", answers(FACE)), new(app, invited, "phq9", answers(PHQ9))]
    add(app, *given)
    assert [row["instrument"] for row in one_table(app, "response")] == ["face", "phq9"]
    assert scores(app)["phq9.total"] == 12


def test_nothing_to_store_stores_nothing(app: Flask, invited: Invited) -> None:
    """An import without a response."""
    before = stored(app)
    assert add(app) == 0
    assert stored(app) == before


@pytest.mark.parametrize("given", [{"q1": 9}, {"q99": 1}])
def test_answers_outside_the_choices_store_nothing(
    app: Flask, invited: Invited, given: dict[str, int]
) -> None:
    """Whatever else is in the same batch."""
    good, bad = new(app, invited, "phq9", answers(PHQ9)), new(app, invited, "face", given)
    before = stored(app)
    with pytest.raises(AnswerError):
        add(app, good, bad)
    assert stored(app) == before


def test_a_second_current_response_is_refused_by_the_database(app: Flask, invited: Invited) -> None:
    """Also where no page stands in the way; nothing of the second is stored."""
    add(app, new(app, invited, "face", answers(FACE)))
    before = stored(app)
    with pytest.raises(IntegrityError):
        add(app, new(app, invited, "face", answers(FACE)))
    assert stored(app) == before


@pytest.mark.parametrize(
    ("old", "state"), [(timedelta(days=14), "new"), (timedelta(days=14, seconds=1), "historical")]
)
def test_alerts_of_old_answers_are_historical(
    app: Flask, invited: Invited, old: timedelta, state: str
) -> None:
    """Listed and counted, but nobody is called for what was written long ago."""
    low = new(app, invited, "phq9", answers((*PHQ9[:8], 2)))
    assert add(app, low, at=AT + old) == 1
    [alert] = one_table(app, "alert")
    assert (alert["state"], alert["first_answer"]) == (state, 2)


def test_an_alert_needs_the_item_to_be_answered(app: Flask, invited: Invited) -> None:
    """No value of item 9 is ever made up."""
    assert add(app, new(app, invited, "phq9", answers(PHQ9[:8]))) == 0
    assert one_table(app, "alert") == []


class TestWrongScores:
    """Recomputing every stored score."""

    def wrong(self, app: Flask) -> list[responses.WrongScore]:
        with app.app_context():
            return list(responses.wrong_scores(db.session))

    def test_right_ones_are_passed_over(self, app: Flask, invited: Invited) -> None:
        """To the last bit, missing scores included."""
        add(app, new(app, invited, "face", answers(FACE[:14])), new(app, invited, "phq9", answers(PHQ9)))
        assert self.wrong(app) == []

    @pytest.mark.owner
    def test_a_score_that_was_tampered_with_is_found(self, app: Flask, invited: Invited) -> None:
        """By whoever could take the trigger away; said with the value that it should have."""
        add(app, new(app, invited, "phq9", answers(PHQ9)))
        on = "" if db_kind(app) == "sqlite" else " ON score"
        with changing(app) as session:
            session.execute(text(f"DROP TRIGGER score_update{on}"))
            session.execute(text("UPDATE score SET value = 3"))
        [fault] = self.wrong(app)
        assert (fault.scale, fault.stored, fault.computed) == ("total", 3, 12)

    @pytest.mark.owner
    def test_answers_that_are_none_have_no_score(self, app: Flask, invited: Invited) -> None:
        """Whatever was written in place of them."""
        add(app, new(app, invited, "phq9", answers(PHQ9)))
        on = "" if db_kind(app) == "sqlite" else " ON response"
        with changing(app) as session:
            session.execute(text(f"DROP TRIGGER response_update{on}"))
            session.execute(text("UPDATE response SET answers = '7'"))
        [fault] = self.wrong(app)
        assert (fault.scale, fault.stored, fault.computed) == ("total", 12, None)

    def test_missing_and_surplus_scores_are_found(self, app: Flask, invited: Invited) -> None:
        """A scale without its row, and a row without its scale."""
        add(app, new(app, invited, "phq9", answers(PHQ9)))
        surplus = {"scale": "made_up", "value": 1.0, "items_used": 1, "items_missing": 0, "prorated": False}
        with changing(app) as session:
            response_id = session.execute(text("SELECT id FROM response")).scalar_one()
            session.execute(Base.metadata.tables["score"].insert(), {"response_id": response_id, **surplus})
        [fault] = self.wrong(app)
        assert (fault.scale, fault.stored, fault.computed) == ("made_up", 1, None)


def db_kind(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def test_the_audit_trail_is_whole_afterwards(app: Flask, invited: Invited) -> None:
    """Every event follows on the one before."""
    add(app, new(app, invited, "face", answers(FACE)))
    with app.app_context():
        assert list(audit.verify(db.session)) == []
