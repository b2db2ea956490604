"""Real people's answers, from the file through import and scoring, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from surveys.settings import Settings
from tests.support.commands import Seventh, seventh_with

NHANES = Path(__file__).parents[1] / "data" / "nhanes" / "phq9_2017_2018.csv"

COUNTS = """\
Rows: 5533; 440 rows without a response.
Patients: 5533 new, 0 already stored.
Visits: 5533 new, 0 already stored.
Responses: 5093 new, 0 already stored.
phq9.total: 5086 scored (5068 complete, 18 prorated), 7 without a score.
Raises 192 alerts: 0 new, 192 historical.
"""


@pytest.fixture
def seventh(settings: Settings) -> Seventh:
    """Runs a command on the test's database."""
    return seventh_with(settings)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """The test's database, to look into."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def test_nhanes_is_imported_whole(seventh: Seventh, database: Engine) -> None:
    """5,533 people: foretold by the dry run, stored, scored, proved right, and not stored twice."""
    assert seventh("study", "create", "nhanes").code == 0

    foretold = seventh("import", "nhanes", NHANES, "--dry-run")
    assert (foretold.code, foretold.out) == (0, f"{COUNTS}Nothing was changed: this was a dry run.\n")
    assert counts(database, "patient", "visit", "response", "alert") == [0, 0, 0, 0]

    done = seventh("import", "nhanes", NHANES)
    assert (done.code, done.out) == (0, f"{COUNTS}Stored.\n")
    assert counts(database, "patient", "visit", "response", "score", "alert") == [5533, 5533, 5093, 5093, 192]
    with database.connect() as connection:
        ask = connection.execute
        assert ask(text("SELECT state, count(*) FROM alert GROUP BY state")).all() == [("historical", 192)]
        scored = "SELECT count(*) FROM score WHERE value IS NOT NULL AND prorated = :prorated"
        assert connection.scalar(text(scored), {"prorated": False}) == 5068
        assert connection.scalar(text(scored), {"prorated": True}) == 18
        sources = ask(text("SELECT DISTINCT source, CAST(completed_on AS VARCHAR) FROM response"))
        assert sources.all() == [("import", "2018-06-30")]
        assert ask(text("SELECT wording, wording_status FROM instrument_version")).all() == [
            ("unknown", "unknown")
        ]

    again = seventh("import", "nhanes", NHANES)
    assert again.code == 0
    assert "Patients: 0 new, 5533 already stored." in again.out
    assert "Responses: 0 new, 5093 already stored." in again.out
    assert counts(database, "patient", "visit", "response", "alert") == [5533, 5533, 5093, 192]

    assert seventh("scores", "check").code == 0
    assert seventh("audit", "verify").code == 0


def counts(database: Engine, *tables: str) -> list[int]:
    with database.connect() as connection:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]  # noqa: S608
