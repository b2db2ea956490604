"""`seventh demo` and `seventh simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from surveys.cli import demo
from surveys.db import db
from surveys.simulate import study
from surveys.simulate.study import SimulatedCounts
from tests.support.commands import Query, Seventh


def test_the_demo_is_made_once(seventh: Seventh, rows: Query) -> None:
    """A second call says that it is there and changes nothing."""
    assert "is ready" in seventh("demo").out
    [before] = rows("SELECT (SELECT count(*) FROM patient), (SELECT count(*) FROM event)")
    ran = seventh("demo")
    assert ran.code == 0
    assert "there already" in ran.out
    assert rows("SELECT (SELECT count(*) FROM patient), (SELECT count(*) FROM event)") == [before]
    assert seventh("scores", "check").code == 0
    assert seventh("audit", "verify").code == 0


def test_a_draft_without_patients_becomes_a_simulated_study(seventh: Seventh, rows: Query) -> None:
    """It says so, and stays one: more can be added."""
    seventh("study", "create", "try")
    ran = seventh("simulate", "try", "--patients", 20, "--visits", 2, "--seed", 3)
    assert "is a simulated study from now on" in ran.out
    assert "Added 20 patients" in ran.out
    assert rows("SELECT simulated FROM study") == [(1,)]
    assert "from now on" not in seventh("simulate", "try", "--patients", 5).out
    assert rows("SELECT count(*), count(DISTINCT code) FROM patient") == [(25, 25)]
    assert rows("SELECT DISTINCT source FROM response") == [("simulated",)]


def test_a_real_study_of_that_name_is_left_alone(seventh: Seventh, rows: Query) -> None:
    """No simulated patient gets into it."""
    seventh("study", "create", "demo")
    ran = seventh("demo")
    assert ran.code == 1
    assert "is a real one" in ran.err
    assert rows("SELECT count(*) FROM patient") == [(0,)]


@pytest.mark.parametrize("patients", ["0", "-1", "many"])
def test_a_number_of_patients_that_is_none_is_wrong_usage(seventh: Seventh, patients: str) -> None:
    """Exit 2."""
    seventh("study", "create", "try")
    assert seventh("simulate", "try", "--patients", patients).code == 2


def test_a_real_study_takes_no_simulated_patients(seventh: Seventh, rows: Query, tmp_path: Path) -> None:
    """Once somebody real is in it, made-up people are refused, and nothing is stored."""
    seventh("study", "create", "real")
    file = tmp_path / "one.csv"
    file.write_text("patient,visit,completed_on\nP1,baseline,2024-05-31\n")
    seventh("import", "real", file)
    ran = seventh("simulate", "real", "--patients", 3)
    assert ran.code == 1
    assert ran.err.startswith("Study real is a real one: simulated answers must not mix with its own.")
    assert rows("SELECT count(*) FROM patient") == [(1,)]
    assert rows("SELECT simulated FROM study") == [(0,)]


def test_nothing_is_read_while_simulated_people_are_stored(
    seventh: Seventh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite keeps beside its file what is written while somebody reads: 4 GB for 100,000 people."""
    looks = []

    def stored(*given: Any, **told: Any) -> SimulatedCounts:
        looks.append(db.session.in_transaction())
        return study.simulate(*given, **told)

    monkeypatch.setattr(demo, "simulate_study", stored)
    seventh("study", "create", "try")
    assert "Added 2 patients" in seventh("simulate", "try", "--patients", 2).out
    assert looks == [False]
