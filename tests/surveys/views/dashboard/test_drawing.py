"""What a dashboard's page says while its board is drawn, and when that fails."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from surveys.jobs.boards import asking, painting
from surveys.jobs.boards.board import Board
from surveys.jobs.desk import Desk
from surveys.models import Job
from surveys.models import Patient as StoredPatient
from surveys.settings import THREADS
from surveys.store.patient import erasing
from surveys.views.clinic import display
from tests.support.dashboard_page import PATH, chart_data, facts, page_of, statements, words
from tests.support.patient import Patient, in_process
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.staff import Member, employ, signed_in
from tests.support.study import FACE, changing, invite, one_table


class Blocked:
    """Boards are drawn as the application does, once `may` is set; they fail while `error` is set."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may = False
        self.error: Exception | None = None
        desk: Desk = app.extensions["desk"]
        work, draw = desk.wake, painting.draw

        def wake() -> None:
            if self.may:
                work()

        def drawn(*frames: Any, **chosen: Any) -> Board:
            if self.error:
                raise self.error
            return draw(*frames, **chosen)

        monkeypatch.setattr(desk, "wake", wake)
        monkeypatch.setattr(painting, "draw", drawn)
        monkeypatch.setattr(asking, "PATIENCE", 0.0)
        monkeypatch.setattr(asking, "SHORT_PATIENCE", 0.0)


@pytest.fixture
def blocked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Blocked:
    """The application whose boards are drawn when the test lets them, and not waited for."""
    return Blocked(app, monkeypatch)


def asked(member: Member, query: str = "", path: str = PATH) -> tuple[int, str]:
    """The status and the words of a page of the dashboard."""
    member.get(path + query)
    return member.status, words(member.replies[-1].html)


def test_a_board_that_is_being_drawn_is_said_to_be(app: Flask, blocked: Blocked) -> None:
    """In words, with a link; the page loads again by itself, filters kept, and then it is there."""
    populate(app, 12)
    member = signed_in(app)
    status, said = asked(member, "?sex=female")
    assert status == 202
    assert member.replies[-1].header("Refresh") == "3"
    assert "These figures are being drawn. This page looks again by itself" in said
    assert "Showing: women" in said
    assert member.page.links[f"{PATH}?sex=female"] == "Look again now"
    status, said = asked(member, "?sex=female", f"{PATH}/time/time-face-total.csv")
    assert (status, member.path) == (202, f"{PATH}/time?sex=female")
    blocked.may = True
    assert facts(page_of(member, "?sex=female"))
    assert member.replies[-1].header("Refresh") is None


def test_sixteen_threads_answer_patients_while_boards_are_drawn(
    app: Flask, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four people ask for one board after another, none of which is drawn: two of them wait, no more."""
    invited = invite(app)
    members = [signed_in(app, role) for role in ("coordinator", "investigator", "analyst", "admin")]
    monkeypatch.setattr(asking, "PATIENCE", 600.0)
    queries = ["?sex=female", "?sex=male", "?time=acute"]
    patient = Patient(in_process(app))

    def look(member: Member) -> list[int]:
        return [asked(member, query)[0] for query in queries]

    with ThreadPoolExecutor(THREADS) as threads:
        looking = [threads.submit(look, member) for member in members]
        try:
            threads.submit(patient.open, invited.token).result()
            answered = [next(as_completed(looking)).result()]
        finally:
            monkeypatch.setattr(asking, "PATIENCE", 0.0)
            while wait(looking, timeout=0.1).not_done:  # whoever began to wait before that is let go
                with changing(app) as session:
                    session.execute(delete(Job))
    assert patient.status == 200
    assert answered == [[202] * len(queries)]


def test_the_last_board_is_shown_with_its_time_while_a_newer_one_is_drawn(
    app: Flask, blocked: Blocked
) -> None:
    """Not in a file, which could not say so."""
    invited = invite(app, "N1")
    populate(app, 12)
    member = signed_in(app)
    blocked.may = True
    assert "patients, 12 answered" in facts(page_of(member))
    blocked.may = False
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    page = page_of(member)
    assert "patients, 12 answered" in facts(page)
    today = display.moment(datetime.now(UTC), "UTC") or ""
    assert re.search(rf"These figures are as of {today[:6]}.*Newer ones are being drawn", words(page))
    assert member.page.links[PATH] == "Show the newer ones"
    [file] = [one for one in member.page.links if "/associations" in one and ".csv" in one]
    member.get(file)
    assert member.status == 200
    assert member.path.startswith(f"{PATH}/overview")
    blocked.may = True
    page = page_of(member)
    assert "patients, 13 answered" in facts(page)
    assert "as of" not in words(page)


def test_after_an_erasure_no_older_board_is_shown(app: Flask, blocked: Blocked) -> None:
    """Nor kept."""
    populate(app, 12, plan=MOOD_ALONE)
    member = signed_in(app)
    blocked.may = True
    assert "S00001" in page_of(member)
    blocked.may = False
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(StoredPatient).where(StoredPatient.code == "S00001")).one()
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    status, _ = asked(member)
    assert status == 202
    assert "S00001" not in member.replies[-1].html
    assert one_table(app, "board_copy") == []


def test_signing_in_draws_no_board_anew(app: Flask) -> None:
    """Nor do messages and exports: figures are the same after them."""
    populate(app, 12, plan=MOOD_ALONE)
    employ(app, "later@example.org", "coordinator")
    page_of(signed_in(app))
    later = Member(in_process(app))
    later.sign_in("later@example.org")
    with statements() as seen:
        page_of(later)
    assert [one for one in seen if "FROM score" in one] == []


def test_a_board_that_cannot_be_drawn_is_said_so_and_tried_again(app: Flask, blocked: Blocked) -> None:
    """With what there was before, where there was something."""
    invited = invite(app, "N1")
    populate(app, 12)
    member = signed_in(app)
    blocked.may = True
    blocked.error = ValueError("S00001")
    status, said = asked(member)
    assert status == 503
    assert "These figures could not be drawn." in said
    assert member.page.links[PATH] == "Try again"
    blocked.error = None
    assert chart_data(page_of(member))
    blocked.error = ValueError("S00001")
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    page = page_of(member)
    assert "Newer ones could not be drawn" in words(page)
    assert "patients, 12 answered" in facts(page)
