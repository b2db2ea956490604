"""A page's board: the newest that may be shown, at once, and a job for a newer one where there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from surveys.jobs import queue
from surveys.jobs.boards import copies
from surveys.jobs.boards.copies import DatedBoard, Order
from surveys.jobs.boards.painting import arguments_of
from surveys.jobs.desk import Desk
from surveys.lists import figures

PATIENCE = 10.0  # seconds that a request waits for a first board
SHORT_PATIENCE = 2.0  # for a newer one
QUICK = 1.0  # seconds: a newer one is waited for if the last one took no longer


@dataclass(frozen=True)
class Answer:
    """The newest board that may be shown, or None, and whether it is of the data as they are."""

    dated: DatedBoard | None
    is_: Literal["new", "being drawn", "failed"]


def board(desk: Desk, order: Order, day: date, *, by: str) -> Answer:
    """The board of an order on a day. Where it is missing or old, a job draws it."""
    arguments = arguments_of(order, day)
    answer = _look(desk, order, day)
    if answer.is_ == "new" or _tell_failure(desk, order, arguments):
        return answer if answer.is_ == "new" else Answer(answer.dated, "failed")
    try:
        number = desk.ask("board", arguments, study_id=order.study_id, by=by)
    except queue.FullError:  # the page asks again
        return answer
    quick = answer.dated is None or answer.dated.seconds <= QUICK
    patience = (SHORT_PATIENCE if answer.dated else PATIENCE) if quick else 0.0
    if not desk.wait(number, patience):
        return answer
    answer = _look(desk, order, day)
    if answer.is_ != "new" and _tell_failure(desk, order, arguments):
        return Answer(answer.dated, "failed")
    return answer


def _look(desk: Desk, order: Order, day: date) -> Answer:
    with desk.look() as session:
        state = figures.newest_change(session, order.study_id)
        found = copies.find(session, order)
    return Answer(found, "new" if found and found.is_new(state, day) else "being drawn")


def _tell_failure(desk: Desk, order: Order, arguments: dict[str, object]) -> bool:
    """Whether the last try failed. It is told once; a new request is a new try."""
    with desk.look() as session:
        if queue.last_failure(session, order.study_id, "board", arguments) is None:
            return False
    with desk.change() as session:
        failed = queue.last_failure(session, order.study_id, "board", arguments)
        queue.forget(session, [failed] if failed else [])
    return True
