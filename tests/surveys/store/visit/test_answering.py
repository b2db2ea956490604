"""A visit opened by its link, answered and submitted, without pages. The walks are in tests/journeys."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.instruments.scoring import AnswerError
from surveys.models import Study, Visit
from surveys.store import audit
from surveys.store.visit import answering, links, opening
from surveys.store.visit.opening import LinkRefusal, LinkRefused, OpenVisit
from tests.support.study import FACE, Invited, changing, invite, library, one_table, seals, stored, texts

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody enrolled at `AT`."""
    return invite(app, at=AT)


def load(app: Flask, session: Session, invited: Invited, at: datetime = AT) -> OpenVisit:
    link_id = links.find(session, invited.token)
    assert link_id is not None
    return opening.load(session, link_id, texts(app), device="phone", at=at, lock=True)


def save(app: Flask, invited: Invited, key: str, item: str, value: int | None, at: datetime = AT) -> bool:
    """Save one answer in a transaction of its own; whether the crisis text is due."""
    with changing(app) as session:
        visit = load(app, session, invited, at)
        return answering.save_answer(
            session, visit, library(app).get(key), item, value, locale="en", at=at, seals=seals(app)
        )


def submit(app: Flask, invited: Invited, key: str, at: datetime = AT) -> int | None:
    with changing(app) as session:
        known = library(app)
        return answering.submit(
            session, load(app, session, invited, at), known.get(key), known, at=at, seals=seals(app)
        )


def test_a_visit_is_loaded_with_all_that_its_pages_show(app: Flask, invited: Invited) -> None:
    """The battery in its asking order; today is the study's day."""
    with app.app_context():
        visit = load(app, db.session, invited)
    assert (visit.id, visit.patient_id) == (invited.visit_id, invited.patient_id)
    assert visit.battery == ("face", "phq9", "saq")
    assert visit.today == date(2026, 3, 10)
    assert (visit.drafts, visit.submitted) == ({}, {})
    assert not visit.crisis_text_due


def test_phq9_is_asked_before_another_even_if_stored_last(app: Flask, invited: Invited) -> None:
    """A battery that ends with it, however it came into the database."""
    with changing(app) as session:
        session.execute(update(Visit).values(battery=["saq", "phq9"]))
    with app.app_context():
        assert load(app, db.session, invited).battery == ("phq9", "saq")


def test_an_answer_is_kept_with_all_that_was_said_before(app: Flask, invited: Invited) -> None:
    """Value, skip and value again, each with its time."""
    for minute, value in enumerate([3, None, 4]):
        save(app, invited, "face", "q1", value, AT + timedelta(minutes=minute))
    [draft] = one_table(app, "draft")
    assert [{**said, "at": said["at"][11:16]} for said in draft["answers"]["q1"]] == [
        {"at": "12:00", "by": ["phone"], "value": 3},
        {"at": "12:01", "by": ["phone"], "skipped": True},
        {"at": "12:02", "by": ["phone"], "value": 4},
    ]
    assert draft["started_at"] == AT
    assert draft["saved_at"] == AT + timedelta(minutes=2)
    with app.app_context():
        assert load(app, db.session, invited).drafts["face"].given == {"q1": 4}


@pytest.mark.parametrize(("item", "value"), [("q1", 9), ("q1", 0), ("q99", 1)])
def test_what_is_no_answer_is_refused(app: Flask, invited: Invited, item: str, value: int) -> None:
    """Also where no form stands in the way."""
    before = stored(app)
    with pytest.raises(AnswerError):
        save(app, invited, "face", item, value)
    assert stored(app) == before


@pytest.mark.parametrize(("value", "due"), [(0, False), (None, False), (1, True), (3, True)])
def test_saving_tells_whether_help_is_to_be_shown(
    app: Flask, invited: Invited, value: int | None, due: bool
) -> None:
    """From item 9 on, and for every answer until the text was passed."""
    assert save(app, invited, "phq9", "q9", value) is due
    assert save(app, invited, "face", "q1", 3) is due
    assert save(app, invited, "face", "q1", 3) is due


def test_submitting_makes_a_response_of_the_draft(app: Flask, invited: Invited) -> None:
    """Values, skips and times apart; the day is the study's; the draft goes; the event holds no answer."""
    save(app, invited, "face", "q1", None)
    for number, value in enumerate(FACE[1:], start=2):
        save(app, invited, "face", f"q{number}", value)
    later = AT + timedelta(days=1)
    response_id = submit(app, invited, "face", later)
    [response] = one_table(app, "response")
    assert response["id"] == response_id
    assert response["not_given"] == {"q1": "skipped"}
    assert len(response["answers"]) == 14
    assert len(response["answered_at"]) == 15
    assert (response["started_at"], response["submitted_at"]) == (AT, later)
    assert response["completed_on"] == date(2026, 3, 11)
    assert one_table(app, "draft") == []


def test_a_clock_set_back_costs_no_answer(app: Flask, invited: Invited) -> None:
    """Submitted before it was begun, as the clock says: stored as submitted when it was begun."""
    save(app, invited, "face", "q1", 3)
    submit(app, invited, "face", AT - timedelta(hours=1))
    [response] = one_table(app, "response")
    assert (response["started_at"], response["submitted_at"]) == (AT, AT)


def test_submitting_again_or_nothing_changes_nothing(app: Flask, invited: Invited) -> None:
    """The first response stands, and answers that come after it are passed over."""
    assert submit(app, invited, "face") is None
    save(app, invited, "face", "q1", 3)
    submit(app, invited, "face")
    before = stored(app)
    assert submit(app, invited, "face") is None
    assert save(app, invited, "face", "q2", 3) is False
    assert stored(app) == before


def test_changed_answers_go_to_the_audit_trail_apart_from_the_chain(app: Flask, invited: Invited) -> None:
    """The event's facts hold none; the values beside it hold all that was said, and match their digest."""
    for value in (3, 5, None, 2):
        save(app, invited, "face", "q1", value)
    submit(app, invited, "face")
    [value] = one_table(app, "event_value")
    assert (value["field"], value["before"], value["after"]) == ("face.q1", '[3, 5, "skipped"]', "[2]")
    [event] = [row for row in one_table(app, "event") if row["action"] == "response.stored"]
    assert event["digests"].keys() == {"face.q1", "response:1"}
    with app.app_context():
        assert list(audit.verify(db.session)) == []


def test_what_other_answers_made_pointless_is_not_sent(app: Flask, invited: Invited) -> None:
    """How much problems trouble somebody who then says that there are none: no review showed it any more."""
    with changing(app) as session:
        session.execute(update(Study).values(optional_items=["phq9.q10"]))
    for item, value in (("q1", 1), *((f"q{number}", 0) for number in range(2, 10)), ("q10", 2), ("q1", 0)):
        save(app, invited, "phq9", item, value)
    submit(app, invited, "phq9")
    [response] = one_table(app, "response")
    assert response["answers"] == dict.fromkeys((f"q{number}" for number in range(1, 10)), 0)
    assert (response["not_given"], "q10" in response["answered_at"]) == ({}, False)
    told = {row["field"]: (row["before"], row["after"]) for row in one_table(app, "event_value")}
    assert told == {"phq9.q1": ("[1]", "[0]"), "phq9.q10": ("[2]", None)}


def test_a_transaction_that_fails_leaves_no_event(app: Flask, invited: Invited) -> None:
    """Events are written with the change or not at all."""
    before = stored(app)
    with app.app_context():
        answering.save_answer(
            db.session,
            load(app, db.session, invited),
            library(app).get("phq9"),
            "q9",
            3,
            locale="en",
            at=AT,
            seals=seals(app),
        )
        db.session.rollback()
        db.session.commit()
    assert stored(app) == before


def test_an_unknown_link_is_refused(app: Flask, invited: Invited) -> None:
    """As is the id of a link that is not there."""
    with app.app_context():
        assert links.find(db.session, "nothing") is None
        with pytest.raises(LinkRefused) as refused:
            opening.load(db.session, 999, texts(app), device="phone", at=AT)
    assert refused.value.refusal is LinkRefusal.UNKNOWN


def test_the_same_answer_from_two_devices_is_of_both(app: Flask, invited: Invited) -> None:
    """One answer, at its first time; the first device does not lose its own."""
    save(app, invited, "face", "q1", 3)
    with changing(app) as session:
        link_id = links.find(session, invited.token)
        assert link_id is not None
        later = AT + timedelta(minutes=1)
        tablet = opening.load(session, link_id, texts(app), device="tablet", at=later, lock=True)
        answering.save_answer(
            session, tablet, library(app).get("face"), "q1", 3, locale="en", at=later, seals=seals(app)
        )
    [draft] = one_table(app, "draft")
    assert draft["answers"]["q1"] == [{"at": AT.isoformat(), "by": ["phone", "tablet"], "value": 3}]
