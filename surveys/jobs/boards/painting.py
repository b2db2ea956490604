"""The work of a job that draws a board."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from surveys.catalogues import read_in
from surveys.frames import study_frames
from surveys.jobs.boards import copies
from surveys.jobs.boards.copies import DatedBoard, Order
from surveys.jobs.boards.drawing import draw
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.lists import figures
from surveys.models import Study


def paint(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """Draw a board from the data as they are now, and keep it."""
    order, day = order_of(task.arguments)
    with read_in(order.language):
        drawn = drawn_from(workshop, order, day)
        with workshop.change() as session:
            copies.keep(session, order, drawn)
            copies.prune(session, order.study_id, at=drawn.at)
    return {}


def arguments_of(order: Order, day: date) -> dict[str, Any]:
    """The arguments of the job that draws it for a day."""
    return {"order": order.as_json(), "day": day.isoformat()}


def order_of(arguments: Mapping[str, Any]) -> tuple[Order, date]:
    """What to draw, and the day that counts as today."""
    return Order.from_json(arguments["order"]), date.fromisoformat(arguments["day"])


def drawn_from(workshop: Workshop, order: Order, day: date) -> DatedBoard:
    """The board as it is now."""
    at, began = workshop.now(), time.monotonic()
    with workshop.snapshot() as session:
        state = figures.newest_change(session, order.study_id)
        study = session.get_one(Study, order.study_id)
        frames = study_frames(session, study, workshop.library, site=order.site)
    board = draw(
        frames,
        dict(order.filters),
        page=order.page,
        pair=order.pair,
        visits=dict(order.visits),
        on=day,
        together=order.together,
        may_open_patients=order.may_open_patients,
        suppress_under=order.smallest_group,
    )
    return DatedBoard(board, state, day, at, time.monotonic() - began)
