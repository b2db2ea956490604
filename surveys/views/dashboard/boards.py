"""Drawn boards, and the queue of orders: requests never draw, and only a few of them wait shortly.

One thread per process hands one order at a time to the painter. It knows no Flask and no database.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Literal

from surveys.views.dashboard.painting import DatedBoard, Order, Paint, PaintingError, what_failed

KEPT = 64
QUEUE = 16  # a further order is taken once its page is asked for again
WAITING = 2  # requests that may wait at once, of a process's sixteen
PATIENCE = 10.0  # seconds that they wait without an older board
SHORT_PATIENCE = 3.0  # with an older board
IDLE = 600.0  # seconds without an order until memory is freed

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """The newest board that may be shown, or None, and whether it has the requested data."""

    painted: DatedBoard | None
    is_: Literal["new", "being drawn", "failed"]


class Boards:
    """The boards of one process; its thread enters `painting`."""

    def __init__(self, painting: Callable[[], AbstractContextManager[Paint]]) -> None:
        self._painting = painting
        self._changed = Condition()
        self._kept: OrderedDict[Order, DatedBoard] = OrderedDict()
        self._failed: dict[Order, int] = {}
        self._queue: OrderedDict[Order, int] = OrderedDict()  # the wanted state of the data, by order
        self._drawing: Order | None = None
        self._waiting = 0
        self._thread: Thread | None = None
        self._closed = False
        self._oldest = 0
        self.seen = 0

    def see(self, newest: int, loss: int) -> None:
        """Forget boards older than the event `loss`: their data may have been erased since.

        `loss` is the last such event of those after `seen`, up to `newest` at least.
        """
        with self._changed:
            self.seen = max(self.seen, newest)
            self._oldest = max(self._oldest, loss)
            for order in [one for one, painted in self._kept.items() if painted.state < self._oldest]:
                del self._kept[order]

    def ask(self, order: Order, state: int) -> Answer:
        """The board of an order with the data of `state` or newer; an order without a board is queued."""
        with self._changed:
            answer = self._answer(order, state)
            if answer.is_ != "being drawn":
                return answer
            patience = SHORT_PATIENCE if answer.painted else PATIENCE
            may_wait = self._waiting < WAITING
            self._waiting += may_wait
            try:
                self._enqueue(order, state)
                if may_wait:
                    self._changed.wait_for(lambda: not self._is_pending(order, state), patience)
            finally:
                self._waiting -= may_wait
            return self._answer(order, state)

    def close(self) -> None:
        """Stop drawing; returns when the thread has ended."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _answer(self, order: Order, state: int) -> Answer:
        painted = self._kept.get(order)
        if painted is not None and painted.state >= state:
            self._kept.move_to_end(order)
            return Answer(painted, "new")
        if self._failed.get(order, -1) >= state:
            del self._failed[order]  # told once; a new request is a new try
            return Answer(painted, "failed")
        return Answer(painted, "being drawn")

    def _is_pending(self, order: Order, state: int) -> bool:
        painted = self._kept.get(order)
        if (painted is not None and painted.state >= state) or self._failed.get(order, -1) >= state:
            return False
        return order in self._queue or order == self._drawing

    def _enqueue(self, order: Order, state: int) -> None:
        """Queue an order, even while it is being drawn: the data may have changed meanwhile."""
        if self._closed or (order not in self._queue and len(self._queue) >= QUEUE):
            return
        self._queue[order] = max(state, self._queue.get(order, 0))
        self._changed.notify_all()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="boards", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        with self._painting() as paint:
            while (found := self._next()) is not None:
                self._draw(paint, *found)

    def _next(self) -> tuple[Order, int] | None:
        """The next order to draw; None to stop."""
        with self._changed:
            while self._changed.wait_for(lambda: self._queue or self._closed, IDLE) and not self._closed:
                order, state = self._queue.popitem(last=False)
                painted = self._kept.get(order)
                if painted is None or painted.state < state:
                    self._drawing = order
                    return order, state
            self._thread = None
            return None

    def _draw(self, paint: Paint, order: Order, state: int) -> None:
        painted = None
        try:
            painted = paint(order)
        except PaintingError as error:
            _log.error("A board could not be drawn: %s", error)
        except Exception as error:  # the thread goes on with the next board
            _log.error("A board could not be drawn: %s", what_failed(error))
        with self._changed:
            self._drawing = None
            if painted is None:
                self._failed = {**self._failed, order: state} if len(self._failed) < KEPT else {order: state}
            elif painted.state >= self._oldest:
                self._kept[order] = painted
                self._kept.move_to_end(order)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._changed.notify_all()
