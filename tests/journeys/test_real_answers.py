"""Real people's answers, from the file through import and scoring, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from surveys.settings import Settings
from tests.support.commands import Seventh, seventh_with

NHANES = Path(__file__).parents[1] / "data" / "nhanes" / "phq9_2017_2018.csv"


@dataclass(frozen=True)
class People:
    """Rows of the file, and what counting its cells by hand tells of them."""

    first: int
    rows: int
    without: int
    complete: int
    prorated: int
    unscored: int
    alerts: int

    @property
    def responses(self) -> int:
        """Rows with an answer."""
        return self.rows - self.without

    @property
    def told(self) -> str:
        """What the command says."""
        return (
            f"Rows: {self.rows}; without a response: {self.without}.\n"
            f"Patients: {self.rows} new, 0 already stored.\n"
            f"Visits: {self.rows} new, 0 already stored.\n"
            f"Responses: {self.responses} new, 0 already stored.\n"
            f"phq9.total: {self.complete + self.prorated} scored ({self.complete} complete, "
            f"{self.prorated} prorated), {self.unscored} without a score.\n"
            f"Raises {self.alerts} alert{'s' * (self.alerts != 1)}: 0 new, {self.alerts} historical.\n"
        )


EVERYBODY = People(0, 5533, 440, 5068, 18, 7, 192)
SOME = People(2400, 400, 36, 362, 1, 1, 21)


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


@pytest.mark.parametrize(
    "people",
    [pytest.param(SOME, id="some"), pytest.param(EVERYBODY, id="everybody", marks=pytest.mark.long)],
)
def test_nhanes_is_imported(seventh: Seventh, database: Engine, tmp_path: Path, people: People) -> None:
    """Foretold by the dry run, stored, scored, proved right, and not stored twice."""
    head, *lines = NHANES.read_text("utf-8").splitlines(keepends=True)
    file = tmp_path / "nhanes.csv"
    file.write_text("".join([head, *lines[people.first : people.first + people.rows]]), "utf-8")
    assert seventh("study", "create", "nhanes").code == 0

    foretold = seventh("import", "nhanes", file, "--dry-run")
    assert (foretold.code, foretold.out) == (0, f"{people.told}Nothing was changed: this was a dry run.\n")
    assert counts(database, "patient", "visit", "response", "alert") == [0, 0, 0, 0]

    done = seventh("import", "nhanes", file)
    assert (done.code, done.out) == (0, f"{people.told}Stored.\n")
    stored = [people.rows, people.rows, people.responses, people.responses, people.alerts]
    assert counts(database, "patient", "visit", "response", "score", "alert") == stored
    with database.connect() as connection:
        ask = connection.execute
        states = ask(text("SELECT state, count(*) FROM alert GROUP BY state")).all()
        assert states == [("historical", people.alerts)]
        scored = "SELECT count(*) FROM score WHERE value IS NOT NULL AND prorated = :prorated"
        assert connection.scalar(text(scored), {"prorated": False}) == people.complete
        assert connection.scalar(text(scored), {"prorated": True}) == people.prorated
        sources = ask(text("SELECT DISTINCT source, CAST(completed_on AS VARCHAR) FROM response"))
        assert sources.all() == [("import", "2018-06-30")]
        assert ask(text("SELECT wording, wording_status FROM instrument_version")).all() == [
            ("unknown", "unknown")
        ]

    again = seventh("import", "nhanes", file)
    assert again.code == 0
    assert f"Patients: 0 new, {people.rows} already stored." in again.out
    assert f"Responses: 0 new, {people.responses} already stored." in again.out
    assert counts(database, "patient", "visit", "response", "score", "alert") == stored

    assert seventh("scores", "check").code == 0
    assert seventh("audit", "verify").code == 0


def counts(database: Engine, *tables: str) -> list[int]:
    with database.connect() as connection:
        return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]  # noqa: S608
