"""A package comes in whole, once, and is taken back whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from surveys.exchange.moving import storing
from surveys.models import Patient
from surveys.store.audit import verify
from surveys.store.errors import Refused
from surveys.store.patient import moving, undoing
from tests.support import moved
from tests.support.desk import Desk

FILLED = (
    *("visit", "response", "score", "treatment", "grading", "palsy", "injection_site"),
    *("background", "background_check", "assistance", "priority", "feedback_shown"),
)


def seen(desk: Desk) -> list[str]:
    """The patients whom pages show."""
    desk.session.rollback()
    return sorted(desk.session.scalars(select(Patient.code)))


def test_it_is_seen_in_one_moment_and_goes_on_where_it_broke_off(
    package: moved.Files, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then no patient of it is seen; then all are, each once."""
    monkeypatch.setattr(storing, "PORTION", 1)
    add, stored = moving.add, 0

    def dies(*given: object, **how: object) -> None:
        nonlocal stored
        stored += 1
        if stored == 2:
            raise KeyboardInterrupt
        add(*given, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(moving, "add", dies)
    with pytest.raises(KeyboardInterrupt):
        moved.take(desk, package)
    assert seen(desk) == []
    monkeypatch.setattr(moving, "add", add)
    assert moved.take(desk, package).new
    assert seen(desk) == ["0012", "1E5", "NA"]
    assert not moved.take(desk, package).new
    assert desk.count("patient") == 3
    assert list(verify(desk.session)) == []


def test_it_is_taken_back_whole(package: moved.Files, desk: Desk) -> None:
    """Nothing is left but the trail and rows of patients without facts, though much is append-only."""
    moved.take(desk, package)
    assert [table for table in FILLED if not desk.count(table)] == []
    undoing.undo(desk.transaction, desk.study_id, None, at=desk.at, actor="test")
    assert [table for table in FILLED if desk.count(table)] == []
    assert list(verify(desk.session)) == []
    assert moved.take(desk, package).new


def test_what_only_the_database_refuses_is_taken_back(
    package: moved.Files, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Portions that had come in go again, so that the next package is not stopped by what is left."""
    monkeypatch.setattr(storing, "PORTION", 1)
    header, *rows = package["visits.csv"].decode().splitlines()
    place = header.split(",").index("closes_on")
    cells = rows[-1].split(",")
    cells[place] = "1990-01-01"
    broken = moved.changed(package, "visits.csv", rows[-1], ",".join(cells))
    with pytest.raises(Refused, match=r"contradict each other \(.*\)\. What had come in was taken back"):
        moved.take(desk, broken)
    assert [table for table in FILLED if desk.count(table)] == []
    assert moved.take(desk, package).new
    assert list(verify(desk.session)) == []


def test_what_mixes_or_is_there_is_refused(package: moved.Files, desk: Desk) -> None:
    """Patients who are there already, and a package without dates."""
    lines = package["patients.csv"].decode().splitlines()
    place = lines[0].split(",").index("enrolled_on")
    without = [
        ",".join(cell * (at != place) for at, cell in enumerate(line.split(","))) for line in lines[1:]
    ]
    undated = moved.summed({**package, "patients.csv": "\n".join([lines[0], *without, ""]).encode()})
    with pytest.raises(Refused, match="has no calendar dates, and Seventh does not make them up"):
        moved.take(desk, undated)
    moved.take(desk, package)
    other = moved.summed({**package, "README.md": b"another"})
    with pytest.raises(Refused, match="The study has the patient 0012 already"):
        moved.take(desk, other)


def test_simulated_patients_stay_among_themselves(
    package: moved.Files, make_desk: Callable[..., Desk]
) -> None:
    """And real ones among theirs."""
    real = moved.ready(make_desk, simulated=False)
    with pytest.raises(Refused, match="The patients of this package are simulated"):
        moved.take(real, package)
    found = moved.changed(package, "codebook.json", '"simulated": true', '"simulated": false')
    assert moved.take(real, found).new


def test_who_joined_and_was_not_looked_at_stays_behind(package: moved.Files, desk: Desk) -> None:
    """Here nobody could look; it is told."""
    columns, first = package["patients.csv"].decode().splitlines()[:2]
    place = columns.split(",").index("unconfirmed")
    cells = first.split(",")
    cells[place] = "true"
    found = moved.changed(package, "patients.csv", first, ",".join(cells))
    came = moved.take(desk, found)
    assert "Left out: 1 patient who joined without help and whom nobody had looked at." in came.lines
    assert seen(desk) == ["1E5", "NA"]
