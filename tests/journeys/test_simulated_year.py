"""Three weeks of a study's life in seconds; `make prove` lives the whole year with 500 patients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, create_engine

from surveys.db import engine_options
from tests.support.year import BEGINS, Year
from tests.support.year_check import check


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """One database is enough here: the proof lives on both."""
    made = create_engine(sqlite_url, **engine_options(sqlite_url))
    yield made
    made.dispose()


@pytest.mark.parametrize(
    ("people", "days", "seed"),
    [pytest.param(30, 24, 2, id="three"), pytest.param(14, 42, 4, id="six", marks=pytest.mark.long)],
)
def test_weeks_go_by_without_a_wrong_message(engine: Engine, people: int, days: int, seed: int) -> None:
    """Nobody is written to who should not be, nothing twice, nothing lost, no alert forgotten."""
    truth = Year(engine, people, days, seed=seed).live()
    told = check(engine, truth, BEGINS + timedelta(days=days))
    assert told["taken"] > 30
    assert told["refusals"] > 3
    assert told["deaths"] > 0
    assert told["alerts"] > 0
