"""Six weeks of a study's life in seconds; `make prove` lives the whole year with 500 patients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, create_engine

from surveys.db import engine_options
from tests.support.year import BEGINS, Year
from tests.support.year_check import check

PEOPLE, DAYS = 14, 42


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One database is enough here: the proof lives on both."""
    made = create_engine(sqlite_url, **engine_options(sqlite_url))
    yield made
    made.dispose()


def test_six_weeks_go_by_without_a_wrong_message(engine: Engine) -> None:
    """Nobody is written to who should not be, nothing twice, nothing lost, no alert forgotten."""
    truth = Year(engine, PEOPLE, DAYS, seed=4).live()
    told = check(engine, truth, BEGINS + timedelta(days=DAYS))
    assert told["taken"] > 30
    assert told["refusals"] > 3
    assert told["deaths"] > 0
    assert told["alerts"] > 0
