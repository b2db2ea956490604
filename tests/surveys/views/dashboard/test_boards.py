"""Drawn boards and their queue: who waits, what is shown meanwhile, and what is shown no more."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Event, Thread, current_thread

import pytest

from surveys.views.dashboard import boards as module
from surveys.views.dashboard.board import Board
from surveys.views.dashboard.boards import Boards
from surveys.views.dashboard.painting import DatedBoard, Order, Paint

ORDER = Order(
    study_id=1,
    site=None,
    may_open_patients=True,
    smallest_group=5,
    page="overview",
    filters=(),
    pair="",
    together=False,
    visits=(),
    on=date(2026, 3, 10),
)
OTHER = replace(ORDER, page="time")
AT = datetime(2026, 3, 10, 10, 32, tzinfo=UTC)


class Painter:
    """Draws boards of the data in `state` once it may; `drawn` is what it was asked for."""

    def __init__(self) -> None:
        self.state = 1
        self.may, self.began = Event(), Event()
        self.may.set()
        self.error: Exception | None = None
        self.drawn: list[Order] = []
        self.threads: list[Thread] = []
        self.ended = 0

    @contextmanager
    def painting(self) -> Iterator[Paint]:
        """What `Boards` enters."""
        self.threads.append(current_thread())
        yield self._paint
        self.ended += 1

    def _paint(self, order: Order) -> DatedBoard:
        state = self.state
        self.drawn.append(order)
        self.began.set()
        self.may.wait()
        if self.error:
            raise self.error
        return DatedBoard(Board(message=f"{order.page} {state}"), state, AT)


@pytest.fixture
def painter() -> Painter:
    """Draws at once."""
    return Painter()


@pytest.fixture
def boards(painter: Painter) -> Iterator[Boards]:
    """Boards of that painter."""
    made = Boards(painter.painting)
    yield made
    painter.may.set()
    made.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No request waits."""
    monkeypatch.setattr(module, "WAITING", 0)


def shown(boards: Boards, order: Order = ORDER, state: int = 1) -> tuple[str | None, str]:
    """What is answered: the board's message, and how new it is."""
    answer = boards.ask(order, state)
    return answer.painted.board.message if answer.painted else None, answer.is_


def test_a_board_is_waited_for_and_drawn_once(boards: Boards, painter: Painter) -> None:
    assert shown(boards) == shown(boards) == ("overview 1", "new")
    assert painter.drawn == [ORDER]


def test_each_of_what_decides_about_a_board_makes_another(boards: Boards, painter: Painter) -> None:
    """Nobody gets a board that was drawn for other rights, a site, a day or filters of others."""
    others = [
        replace(ORDER, study_id=2),
        replace(ORDER, site="north"),
        replace(ORDER, may_open_patients=False),
        replace(ORDER, smallest_group=8),
        replace(ORDER, filters=(("sex", "female"),)),
        replace(ORDER, pair="face.total~saq.total"),
        replace(ORDER, together=True),
        replace(ORDER, on=date(2026, 3, 11)),
    ]
    for order in (ORDER, *others):
        boards.ask(order, 1)
    assert painter.drawn == [ORDER, *others]


def test_few_requests_wait_and_all_others_are_answered(boards: Boards, painter: Painter) -> None:
    """Also while the one that is drawn never ends."""
    painter.may.clear()
    orders = [replace(ORDER, study_id=number) for number in range(10)]
    with ThreadPoolExecutor(module.WAITING) as pool:
        waiting = [pool.submit(shown, boards, order) for order in orders[: module.WAITING]]
        with boards._changed:
            boards._changed.wait_for(lambda: boards._waiting == module.WAITING)
        assert [shown(boards, order) for order in orders] == [(None, "being drawn")] * len(orders)
        painter.may.set()
        assert [one.result() for one in waiting] == [("overview 1", "new")] * module.WAITING


@pytest.mark.usefixtures("impatient")
def test_the_queue_is_bounded_and_drops_what_is_in_it(boards: Boards, painter: Painter) -> None:
    """What found no place is drawn when it is asked for again."""
    painter.may.clear()
    boards.ask(OTHER, 1)
    painter.began.wait()
    orders = [replace(ORDER, study_id=number) for number in range(module.QUEUE + 5)]
    for order in (*orders, *orders):
        assert shown(boards, order) == (None, "being drawn")
    assert list(boards._queue) == orders[: module.QUEUE]


def test_an_older_board_is_shown_while_a_newer_one_is_drawn(
    boards: Boards, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(boards)
    painter.may.clear()
    painter.state = 2
    monkeypatch.setattr(module, "WAITING", 0)
    assert shown(boards, state=2) == ("overview 1", "being drawn")
    painter.may.set()
    monkeypatch.setattr(module, "WAITING", 1)
    assert shown(boards, state=2) == ("overview 2", "new")


@pytest.mark.parametrize(("loss", "left"), [(0, "overview 3"), (3, "overview 3"), (4, None)])
def test_no_board_from_before_a_loss_is_shown(
    boards: Boards, painter: Painter, monkeypatch: pytest.MonkeyPatch, loss: int, left: str | None
) -> None:
    painter.state = 3
    shown(boards)
    painter.may.clear()
    monkeypatch.setattr(module, "WAITING", 0)
    boards.see(5, loss)
    assert shown(boards, state=5) == (left, "being drawn")
    assert boards.seen == 5


def test_a_board_read_before_a_loss_is_not_kept(
    boards: Boards, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was being drawn when something was erased: it is drawn once more before anybody sees it."""
    painter.may.clear()
    monkeypatch.setattr(module, "WAITING", 0)
    shown(boards)
    painter.began.wait()
    painter.state = 2
    boards.see(2, 2)
    assert shown(boards, state=2) == (None, "being drawn")
    monkeypatch.setattr(module, "WAITING", 1)
    painter.may.set()
    assert shown(boards, state=2) == ("overview 2", "new")
    assert painter.drawn == [ORDER, ORDER]


def test_a_failure_is_said_once_and_then_tried_again(
    boards: Boards, painter: Painter, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the kind and the place, never what the error says: that may hold an answer."""
    painter.error = ValueError("S00001 answered 4")
    assert shown(boards) == (None, "failed")
    assert "ValueError" in caplog.text
    assert "_paint" in caplog.text
    assert "S00001" not in caplog.text
    painter.error = None
    assert shown(boards) == ("overview 1", "new")


def test_a_failure_leaves_the_older_board(boards: Boards, painter: Painter) -> None:
    shown(boards)
    painter.error = ValueError()
    assert shown(boards, state=2) == ("overview 1", "failed")


def test_only_so_many_boards_are_kept(
    boards: Boards, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that was looked at longest ago goes first."""
    monkeypatch.setattr(module, "KEPT", 2)
    third = replace(ORDER, page="mood")
    for order in (ORDER, OTHER, ORDER, third, ORDER):
        shown(boards, order)
    assert painter.drawn == [ORDER, OTHER, third]


def test_what_draws_ends_when_there_is_nothing_to_draw(
    boards: Boards, painter: Painter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And starts again with the next order."""
    monkeypatch.setattr(module, "IDLE", 0)
    shown(boards)
    painter.threads[0].join()
    assert painter.ended == 1
    assert shown(boards, OTHER) == ("time 1", "new")
    assert len(painter.threads) == 2


def test_after_closing_nothing_is_drawn(boards: Boards, painter: Painter) -> None:
    shown(boards)
    boards.close()
    assert painter.ended == 1
    assert shown(boards, OTHER) == (None, "being drawn")
    assert painter.drawn == [ORDER]
