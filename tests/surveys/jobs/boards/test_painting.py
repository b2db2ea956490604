"""The work that draws a board: from the data as they are, and kept whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from surveys.jobs import queue
from surveys.jobs.boards import copies
from surveys.jobs.boards.painting import arguments_of, drawn_from, paint
from surveys.jobs.running import Workshop
from tests.support.boards import order_of
from tests.support.simulated import populate
from tests.support.study import one_table

pytestmark = pytest.mark.database(both=False)

ORDER = order_of("change", filters=(("sex", "female"),))


def test_a_board_is_kept_as_it_was_drawn(app: Flask, workshop: Workshop) -> None:
    """With the number of the newest event that it knows of, its day and how long it took."""
    populate(app, 12)
    day = datetime.now(UTC).date()
    with workshop.change() as session:
        queue.ask(session, "board", arguments_of(ORDER, day), study_id=1, at=workshop.now(), by="test")
    with workshop.change() as session:
        task = queue.claim(session, "here", at=workshop.now())
    assert task is not None
    paint(workshop, task)
    with workshop.snapshot() as session:
        kept = copies.find(session, ORDER)
    assert kept is not None
    drawn = drawn_from(workshop, ORDER, day)
    assert kept.board == drawn.board
    assert kept.board.sections
    assert replace(drawn, at=kept.at, seconds=kept.seconds) == kept
    assert kept.state == max(one["number"] for one in one_table(app, "event") if one["study_id"] == 1)
