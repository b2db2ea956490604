"""Who waits for a board, what is shown meanwhile, and what is shown no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from surveys.jobs import queue
from surveys.jobs.boards import asking, copies
from surveys.jobs.boards.board import Board, packed, unpacked
from surveys.jobs.boards.copies import DatedBoard, Order
from surveys.jobs.desk import Desk
from surveys.jobs.running import Workshop
from surveys.lists import figures
from surveys.models import BoardCopy, Job, Patient
from surveys.store import audit
from surveys.store.patient import erasing
from tests.support.boards import order_of
from tests.support.study import changing

ORDER = order_of("overview")
DAY = date(2026, 3, 10)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queue's own tests ask both databases."""
    return sqlite_url


class Painters:
    """Draw what is asked for, at once; with `may` False nobody draws. `asked` counts the jobs."""

    def __init__(self, workshop: Workshop) -> None:
        self.may, self.seconds, self.error, self.asked = True, 0.1, "", 0
        self._workshop = workshop
        self.desk = Desk(workshop.look, workshop.change, self.wake, workshop.now)

    def wake(self) -> None:
        """A board that says the state of its data."""
        self.asked += 1
        if not self.may:
            return
        with self._workshop.change() as session:
            while task := queue.claim(session, "here", at=self._workshop.now()):
                if self.error:
                    queue.fail(session, task, self.error, at=self._workshop.now())
                    continue
                state = figures.newest_change(session, 1)
                order = Order.from_json(task.arguments["order"])
                day = date.fromisoformat(task.arguments["day"])
                drawn = DatedBoard(Board(str(state)), state, day, self._workshop.now(), self.seconds)
                copies.keep(session, order, drawn)
                queue.finish(session, task, {}, at=self._workshop.now())

    def shown(self, order: Order = ORDER, day: date = DAY) -> tuple[str | None, str]:
        """The board's message, and how new it is."""
        answer = asking.board(self.desk, order, day, by="test")
        return answer.dated.board.message if answer.dated else None, answer.is_


@pytest.fixture
def painters(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Painters:
    """Nobody waits for those who do not draw."""
    monkeypatch.setattr(asking, "PATIENCE", 0.0)
    monkeypatch.setattr(asking, "SHORT_PATIENCE", 0.0)
    return Painters(workshop)


def happen(app: Flask, action: str) -> int:
    """An event; returns its number."""
    with changing(app) as session:
        audit.record(session, audit.Entry(datetime.now(UTC), "test", action, study_id=1))
    with changing(app) as session:
        return figures.newest_change(session, 1)


def test_a_board_is_drawn_once_per_state_of_the_data(app: Flask, painters: Painters) -> None:
    first = painters.shown()
    assert first == painters.shown()
    assert (first[1], painters.asked) == ("new", 1)
    happen(app, "staff.signed_in")
    assert painters.shown() == first
    state = happen(app, "response.stored")
    assert painters.shown() == (str(state), "new")
    assert painters.asked == 2


def test_each_of_what_decides_about_a_board_makes_another(painters: Painters) -> None:
    """Nobody gets a board that was drawn for other rights, a site, or filters of others."""
    others = [
        replace(ORDER, site="north"),
        replace(ORDER, may_open_patients=False),
        replace(ORDER, smallest_group=8),
        replace(ORDER, page="time"),
        replace(ORDER, filters=(("sex", "female"),)),
        replace(ORDER, pair="face.total~saq.total"),
        replace(ORDER, together=True),
        replace(ORDER, visits=(("baseline", "Start"),)),
    ]
    for order in (ORDER, *others):
        painters.shown(order)
    assert painters.asked == 1 + len(others)
    assert len({one.key for one in (ORDER, *others)}) == 1 + len(others)


def test_an_older_board_is_shown_while_a_newer_one_is_drawn(app: Flask, painters: Painters) -> None:
    """At once where the last took long, and yesterday's in the morning; the job is asked for once."""
    first, _ = painters.shown()
    painters.may = False
    happen(app, "response.stored")
    assert painters.shown() == painters.shown() == (first, "being drawn")
    with changing(app) as session:
        assert session.scalar(select(func.count(Job.id)).where(Job.state == "waiting")) == 1
    painters.may = True
    assert painters.shown()[1] == "new"
    painters.may = False
    assert painters.shown(day=date(2026, 3, 11))[1] == "being drawn"


def test_without_a_board_it_is_said_to_be_drawn(painters: Painters) -> None:
    painters.may = False
    assert painters.shown() == (None, "being drawn")


def test_a_board_of_another_version_is_drawn_anew(app: Flask, painters: Painters) -> None:
    """And shown meanwhile, unless it has another form."""
    painters.shown()
    painters.may = False
    with changing(app) as session:
        session.execute(update(BoardCopy).values(software="seventh 0.0"))
    assert painters.shown()[1] == "being drawn"
    assert painters.shown()[0] is not None
    with changing(app) as session:
        session.execute(update(BoardCopy).values(content=b"other"))
    assert painters.shown() == (None, "being drawn")


@pytest.mark.parametrize("action", ["response.annulled", "patient.status", "consent.declined"])
def test_no_board_from_before_a_loss_is_shown(app: Flask, painters: Painters, action: str) -> None:
    painters.shown()
    painters.may = False
    happen(app, action)
    happen(app, "response.stored")
    assert painters.shown() == (None, "being drawn")


def test_a_board_read_before_a_loss_is_not_kept(app: Flask, workshop: Workshop) -> None:
    """It was being drawn when something was erased: it is drawn once more before anybody sees it."""
    with workshop.snapshot() as session:
        state = figures.newest_change(session, 1)
    happen(app, "response.annulled")
    with workshop.change() as session:
        assert not copies.keep(session, ORDER, DatedBoard(Board("old"), state, DAY, workshop.now(), 1.0))
        assert copies.find(session, ORDER) is None


def test_an_erasure_takes_the_boards_along(app: Flask, painters: Painters) -> None:
    """In its own transaction."""
    painters.shown()
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(Patient).where(Patient.code == "P1")).one()
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    with changing(app) as session:
        assert session.scalars(select(BoardCopy)).all() == []


def test_a_failure_is_told_once_and_then_tried_again(app: Flask, painters: Painters) -> None:
    """With the older board, where there is one."""
    painters.error = "It could not be made."
    assert painters.shown() == (None, "failed")
    painters.error = ""
    first = painters.shown()
    assert first[1] == "new"
    painters.error = "It could not be made."
    happen(app, "response.stored")
    assert painters.shown() == (first[0], "failed")


def test_a_failure_that_nobody_waited_for_is_told_to_the_next(painters: Painters) -> None:
    painters.may = False
    assert painters.shown() == (None, "being drawn")
    painters.may, painters.error = True, "It could not be made."
    painters.wake()
    assert painters.shown() == (None, "failed")


def test_a_full_queue_is_no_fault_of_the_page(painters: Painters, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks again by itself."""
    monkeypatch.setattr(queue, "LONGEST", 0)
    assert painters.shown() == (None, "being drawn")


def test_old_boards_go(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those beyond the limit, the oldest first, and those of more than a month ago."""
    monkeypatch.setattr(copies, "MOST", 2)
    with workshop.change() as session:
        state = figures.newest_change(session, 1)
        for number, page in enumerate(("overview", "time", "mood")):
            at = datetime(2026, 3, 10, number, tzinfo=UTC)
            copies.keep(session, order_of(page), DatedBoard(Board(page), state, DAY, at, 1.0))
        session.flush()
        copies.prune(session, 1, at=at)
        kept = [bool(copies.find(session, order_of(page))) for page in ("overview", "time", "mood")]
        assert kept == [False, True, True]
        copies.prune(session, 1, at=at + copies.KEPT)
        assert session.scalar(select(func.count(BoardCopy.id))) == 1


def test_a_board_comes_back_as_it_was() -> None:
    assert unpacked(packed(Board("No patient", warnings=("a", "b")))) == Board(
        "No patient", warnings=("a", "b")
    )
