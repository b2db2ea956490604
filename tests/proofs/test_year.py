"""A year of 500 patients, the worker restarted at random, the mail server refusing a tenth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import create_engine

from surveys.db import engine_options
from tests.support.year import BEGINS, Year
from tests.support.year_check import check


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """The database of production; the suite's three weeks are lived on SQLite."""
    return postgres_url


def test_a_year_goes_by_without_a_wrong_message(database_url: str) -> None:
    """Nobody is written to who should not be, nothing twice, nothing lost, no alert forgotten."""
    engine = create_engine(database_url, **engine_options(database_url))
    truth = Year(engine, people=500, days=365, seed=1).live()
    told = check(engine, truth, BEGINS + timedelta(days=365))
    engine.dispose()
    assert told["taken"] > 1500
    assert told["refusals"] > 200
    assert told["deaths"] > 10
    assert told["unknown"] > 10
    assert told["escalated"] > 0
