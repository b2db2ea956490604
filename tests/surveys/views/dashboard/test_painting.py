"""The process that draws boards: the same board as here, failures told, another process after a death."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from surveys.db import db
from surveys.settings import Settings
from surveys.views.dashboard.painting import Order, PaintingError, _Child, paint, painting
from tests.support.simulated import populate
from tests.support.study import library, one_table

ORDER = Order(
    study_id=1,
    site=None,
    may_open_patients=True,
    smallest_group=5,
    page="change",
    filters=(("sex", "female"),),
    pair="",
    together=False,
    visits=(("baseline", "First visit"),),
    on=datetime.now(UTC).date(),
)


@pytest.fixture
def child(app: Flask, settings: Settings) -> Iterator[_Child]:
    """A process that draws a study of some patients."""
    populate(app, 12)
    made = _Child(settings)
    yield made
    made.end()


@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
def test_a_board_is_the_same_as_drawn_here(app: Flask, settings: Settings) -> None:
    """With the number of the newest event that it knows of."""
    populate(app, 12)
    with painting(settings) as there:
        painted = there(ORDER)
    with app.app_context():
        here = paint(db.engine, library(app), ORDER)
    assert painted.board.sections == here.board.sections != ()
    assert painted.board.methods == here.board.methods
    assert painted.state == here.state == max(one["id"] for one in one_table(app, "event"))


def test_a_fault_is_told_without_what_it_says_and_does_not_end_the_process(child: _Child) -> None:
    with pytest.raises(PaintingError, match="KeyError") as failed:
        child.paint(replace(ORDER, page="S00001"))
    assert "board.py" in str(failed.value)
    assert "S00001" not in str(failed.value)
    process = child._process
    assert child.paint(ORDER).board.sections
    assert child._process is process


def test_after_a_death_another_process_draws(child: _Child) -> None:
    """Killed where memory runs out: this board fails, the next does not."""
    child.paint(ORDER)
    process = child._process
    assert process is not None
    process.kill()
    process.wait()
    with pytest.raises(PaintingError, match=r"ended with -9"):
        child.paint(ORDER)
    assert child.paint(ORDER).board.sections
