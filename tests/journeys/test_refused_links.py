"""Links that open nothing now: the right status, why, what to do, whom to ask; and nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from surveys.models import Link, Patient, Study, Visit
from surveys.store.visit import links
from tests.support import patient as walkers
from tests.support.answers import arrived, finish, send
from tests.support.study import CONTACT, FACE, PHQ9, SAQ, Invited, changing, invite, one_table, stored

ENROLLED = datetime(2026, 3, 10, 12, tzinfo=UTC)  # open until 9 April, to be finished until 16 April
IN_TIME = datetime(2026, 3, 20, 12, tzinfo=UTC)


long = partial(pytest.param, marks=pytest.mark.long)  # one value of its family that the proofs take


@dataclass
class Clock:
    """The time that the application reads; a test sets it."""

    traveller: time_machine.Traveller

    def at(self, moment: datetime) -> None:
        """Make it `moment`."""
        self.traveller.move_to(moment, tick=False)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands at `IN_TIME`."""
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def invited(app: Flask, clock: Clock) -> Invited:
    """Somebody enrolled on 10 March with a link to the first visit."""
    return invite(app, at=ENROLLED)


def device(app: Flask, invited: Invited) -> walkers.Patient:
    """A new browser that opened the link."""
    patient = walkers.Patient(walkers.in_process(app))
    patient.open(invited.token)
    return patient


def revoke(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        assert links.revoke(session, visit, at=IN_TIME, actor="test") == 1


def expire(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        session.execute(update(Link).values(expires_at=IN_TIME))


def close_the_window(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        dates = {"opens_on": date(2026, 1, 1), "due_on": date(2026, 1, 1), "closes_on": date(2026, 3, 1)}
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(**dates))


def postpone(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        dates = {"opens_on": date(2026, 5, 1), "due_on": date(2026, 5, 2), "closes_on": date(2026, 5, 3)}
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(**dates))


def leave(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.id == invited.patient_id).values(status="left"))


def draft_study(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        session.execute(update(Study).values(status="draft"))


def close_study(app: Flask, invited: Invited) -> None:
    with changing(app) as session:
        session.execute(update(Study).values(status="closed"))


REFUSALS = [
    pytest.param(revoke, 410, "This link was replaced", "use the newest link", id="revoked"),
    pytest.param(expire, 410, "This link has expired", "ask the clinic for a new link", id="expired"),
    pytest.param(
        close_the_window, 410, "The time for these questions has passed", "1 March 2026", id="closed"
    ),
    pytest.param(postpone, 403, "It is a little early", "open on 1 May 2026", id="too early"),
    pytest.param(leave, 410, "You are not taking part any more", "nothing that you need to do", id="left"),
    pytest.param(draft_study, 403, "These questions are not open yet", "try again later", id="draft study"),
    pytest.param(close_study, 410, "This study has ended", "You need do nothing", id="closed study"),
]


@pytest.mark.parametrize(("change", "status", "heading", "advice"), REFUSALS)
def test_a_link_that_opens_nothing_says_why(
    app: Flask,
    invited: Invited,
    change: Callable[[Flask, Invited], None],
    status: int,
    heading: str,
    advice: str,
) -> None:
    """A new browser that opens the link is told why, what to do and whom to ask."""
    change(app, invited)
    before = stored(app)
    patient = device(app, invited)
    assert (patient.status, patient.page.heading) == (status, heading)
    assert advice in patient.page.text
    assert CONTACT in patient.page.text
    assert patient.page.forms == []
    assert stored(app) == before


@pytest.mark.parametrize(("change", "status", "heading", "advice"), REFUSALS)
def test_an_open_page_is_refused_likewise(
    app: Flask,
    invited: Invited,
    change: Callable[[Flask, Invited], None],
    status: int,
    heading: str,
    advice: str,
) -> None:
    """Who had the page open already is refused at the next press; nothing is stored."""
    patient = device(app, invited)
    patient.next()
    change(app, invited)
    before = stored(app)
    patient.answer(3)
    assert (patient.status, patient.page.heading) == (status, heading)
    assert advice in patient.page.text
    assert stored(app) == before


@pytest.mark.parametrize(
    "token", ["x", long("A" * 32), "A" * 3000, "%00", long("%F0%9F%99%82"), "..", long("' OR 1=1 --")]
)
def test_an_unknown_link_is_not_found(app: Flask, invited: Invited, token: str) -> None:
    """A mistyped link: 404, what to do, no session."""
    stranger = walkers.Patient(walkers.in_process(app))
    stranger.open(token.replace(" ", "%20"))
    assert stranger.status == 404
    assert "ask the clinic for a new link" in stranger.page.text or token == ".."
    stranger.get(f"/visit/{invited.visit_id}")
    assert stranger.status == 403


def test_several_links_of_a_visit_are_live_at_once(app: Flask, invited: Invited) -> None:
    """A second link revokes none: each message and letter makes its own."""
    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        second = links.issue(session, visit, at=IN_TIME, actor="test")
    assert device(app, invited).status == 200
    patient = walkers.Patient(walkers.in_process(app))
    patient.open(second)
    assert patient.status == 200
    revoke_all = [row["revoked_at"] for row in one_table(app, "link")]
    assert revoke_all == [None, None]


def test_a_visit_not_begun_ends_with_its_window(app: Flask, invited: Invited, clock: Clock) -> None:
    """Open through the last day of the window, closed from the next on."""
    clock.at(datetime(2026, 4, 9, 23, 59, 59, tzinfo=UTC))
    assert device(app, invited).status == 200
    clock.at(datetime(2026, 4, 10, tzinfo=UTC))
    assert device(app, invited).status == 410


def test_a_visit_begun_in_its_window_may_be_finished_a_week_later(
    app: Flask, invited: Invited, clock: Clock
) -> None:
    """Until the seventh day after it closed; the day of each questionnaire is the day it was sent."""
    clock.at(datetime(2026, 4, 9, 23, 59, tzinfo=UTC))
    patient = device(app, invited)
    patient.next()
    patient.answer(FACE[0])
    clock.at(datetime(2026, 4, 16, 23, 59, tzinfo=UTC))
    late = device(app, invited)
    assert late.asked == "face/2"
    send(app, invited.token, FACE[1:], PHQ9, draft=SAQ)
    late.get(f"/visit/{invited.visit_id}/saq/review")
    late.next()
    late.answer("patient")
    assert late.page.heading == "Thank you"
    assert {row["completed_on"] for row in one_table(app, "response")} == {date(2026, 4, 16)}


def test_after_that_week_it_is_closed(app: Flask, invited: Invited, clock: Clock) -> None:
    """The eighth day is too late; the draft stays as it was."""
    patient = arrived(app, invited.token, draft=FACE[:3])
    clock.at(datetime(2026, 4, 17, tzinfo=UTC))
    before = stored(app)
    patient.answer(4)
    assert patient.status == 410
    assert device(app, invited).status == 410
    assert stored(app) == before


def test_a_finished_visit_still_thanks_after_it_closed(app: Flask, invited: Invited, clock: Clock) -> None:
    """Who opens the link once more reads that all is saved, not that it is too late."""
    finish(app, invited.token, FACE, PHQ9, SAQ)
    clock.at(datetime(2026, 4, 17, 12, tzinfo=UTC))
    assert device(app, invited).page.heading == "Thank you"


@pytest.mark.parametrize(
    ("timezone", "opens_at"),
    [
        ("Pacific/Auckland", datetime(2026, 9, 26, 12, tzinfo=UTC)),  # the day daylight saving begins
        ("America/New_York", datetime(2026, 9, 27, 4, tzinfo=UTC)),
        ("UTC", datetime(2026, 9, 27, tzinfo=UTC)),
    ],
)
def test_a_visit_opens_with_the_studys_own_day(
    app: Flask, clock: Clock, timezone: str, opens_at: datetime
) -> None:
    """Not a second before midnight where the study is, wherever the server stands."""
    invited = invite(app, at=ENROLLED, timezone=timezone)
    on = date(2026, 9, 27)
    with changing(app) as session:
        dates = {"opens_on": on, "due_on": on, "closes_on": on}
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(**dates))
        session.execute(update(Link).values(expires_at=opens_at + timedelta(days=30)))
    clock.at(opens_at - timedelta(seconds=1))
    early = device(app, invited)
    assert (early.status, early.page.heading) == (403, "It is a little early")
    clock.at(opens_at)
    assert device(app, invited).status == 200


def test_a_day_of_25_hours_is_open_throughout(app: Flask, clock: Clock) -> None:
    """Auckland sets its clocks back on 5 April 2026: open for 25 hours, and that day is what is stored."""
    begins = datetime(2026, 4, 4, 11, tzinfo=UTC)
    invited = invite(app, at=begins, timezone="Pacific/Auckland")
    on = date(2026, 4, 5)
    with changing(app) as session:
        dates = {"opens_on": on, "due_on": on, "closes_on": on}
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(**dates))
    clock.at(begins - timedelta(seconds=1))
    assert device(app, invited).status == 403
    clock.at(begins + timedelta(hours=25) - timedelta(seconds=1))
    patient = device(app, invited)
    patient.finish(FACE)
    assert one_table(app, "response")[0]["completed_on"] == on
    clock.at(begins + timedelta(hours=25))
    assert device(app, invited).asked == "phq9/1"  # begun in time: a week more to finish


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_link_lives_as_long_as_its_visit_in_every_time_zone(
    app: Flask, clock: Clock, timezone: str
) -> None:
    """The last second of the last day to finish is still open at both ends of the world."""
    enrolled = datetime(2026, 3, 10, 12, tzinfo=UTC)
    invited = invite(app, at=enrolled, timezone=timezone)
    visit = next(row for row in one_table(app, "visit") if row["id"] == invited.visit_id)
    ahead = {"Pacific/Kiritimati": 14, "Etc/GMT+12": -12}[timezone]
    midnight = datetime.combine(visit["closes_on"] + timedelta(days=8), datetime.min.time(), UTC)
    over = midnight - timedelta(hours=ahead)
    patient = device(app, invited)
    patient.next()
    patient.answer(3)
    clock.at(over - timedelta(seconds=1))
    assert device(app, invited).asked == "face/2"
    clock.at(over)
    assert device(app, invited).status == 410
