"""A file beside a study: what is new of it, before anything is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from surveys.exchange import import_file, matching
from surveys.exchange.faults import FileRefused
from surveys.exchange.import_plan import ImportPlan
from surveys.models import Study
from surveys.store.errors import Refused

from .conftest import LIBRARY, Desk

HEADER = "patient,visit,completed_on,treatments,house_brackmann,phq9_q1\n"


def planned(
    desk: Desk, folder: Path, *rows: str, wording: str | None = None, corrects: bool = False
) -> ImportPlan:
    path = folder / "next.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    file = import_file.read(path, LIBRARY)
    try:
        told: dict[str, Any] = {"wording": wording, "at": desk.at, "corrects": corrects}
        return matching.plan(desk.session, desk.study(), file, LIBRARY, **told)
    finally:
        desk.session.rollback()


def test_a_plan_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    """It names the new patients, each with the day of the first answers."""
    plan = planned(desk, tmp_path, "P1,b,2025-02-01,,,1", "P1,a,2025-01-01,,,1", "P2,a,2025-03-01,,,")
    assert [(one.code, one.enrolled_on) for one in plan.new_patients] == [
        ("P1", date(2025, 1, 1)),
        ("P2", date(2025, 3, 1)),
    ]
    assert (plan.wording, plan.stored_patients) == ("unknown", {})
    assert desk.count("patient") == 0


def test_what_is_stored_is_passed_over(desk: Desk, tmp_path: Path) -> None:
    """A later file brings what is new: treatments, gradings, visits, answers."""
    desk.take(f"{HEADER}P1,a,2025-01-01,massage,,1\n")
    rows = ("P1,A,2025-01-01,massage;antiviral,4,1", "p1,b,2025-02-01,,,2")
    plan = planned(desk, tmp_path, *rows)
    assert (plan.new_patients, set(plan.stored_patients)) == ((), {"P1"})
    assert (plan.summary.treatments, plan.summary.gradings) == (1, 1)
    first, second = plan.entries
    assert first.stored
    assert (first.answers, second.stored) == ({}, None)
    assert second.answers == {"phq9": {"q1": 2}}
    assert plan.summary.spellings == {"p1": "P1"}


def test_a_correction_is_of_the_same_day(desk: Desk, tmp_path: Path) -> None:
    """Another day is a fault with answers that differ as with those that do not: it would be passed over."""
    desk.take(f"{HEADER}P1,a,2025-01-01,,,1\n")
    plan = planned(desk, tmp_path, "P1,a,2025-01-01,,,2", corrects=True)
    assert [one.answers for one in plan.corrections] == [{"q1": 2}]
    with pytest.raises(FileRefused, match="stored as of 2025-01-01, not 2025-01-09"):
        planned(desk, tmp_path, "P1,a,2025-01-09,,,2", corrects=True)


def test_a_day_counts_at_noon_of_the_studys_clock(make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    """An instant is itself, on the day it has there."""
    desk = make_desk(timezone="Europe/Berlin")
    plan = planned(desk, tmp_path, "P1,a,2025-01-01,,,1", "P1,b,2025-02-01T23:30:00Z,,,1")
    assert [(entry.on, entry.at.astimezone(UTC)) for entry in plan.entries] == [
        (date(2025, 1, 1), datetime(2025, 1, 1, 11, tzinfo=UTC)),
        (date(2025, 2, 2), datetime(2025, 2, 1, 23, 30, tzinfo=UTC)),
    ]


def test_a_visit_of_the_plan_has_its_timepoint(desk: Desk, tmp_path: Path) -> None:
    plan = planned(desk, tmp_path, "P1,BASELINE,2025-01-01,,,1", "P1,before op,2025-02-01,,,1")
    named = [entry.timepoint.key if entry.timepoint else None for entry in plan.entries]
    assert named == ["baseline", None]
    assert plan.summary.outside == {"before op": 1}


@pytest.mark.parametrize(
    ("row", "said"), [("P1,a,2025-01-01,,,2", "phq9"), ("P1,a,2025-01-02,,,1", "2025-01-0")]
)
def test_what_differs_from_what_is_stored_is_refused(desk: Desk, tmp_path: Path, row: str, said: str) -> None:
    desk.take(f"{HEADER}P1,a,2025-01-01,,,1\n")
    with pytest.raises(FileRefused, match=said):
        planned(desk, tmp_path, row)


@pytest.mark.parametrize("stored", [True, False])
def test_another_dose_of_one_day_is_refused(desk: Desk, tmp_path: Path, stored: bool) -> None:
    """As tables of other programs have them: the stored one has none, or two rows differ."""
    if stored:
        desk.take(f"{HEADER}P1,a,2025-01-01,massage@2024-06-01,,1\n")
    path = tmp_path / "next.csv"
    path.write_text(f"{HEADER}P1,a,2025-01-01,massage@2024-06-01,,1\n")
    file = import_file.read(path, LIBRARY)
    [given] = file.rows[0].treatments
    doses = tuple(replace(given, dose=dose, unit="U") for dose in (20.0, 20.0 if stored else 25.0))
    other = replace(file, rows=(replace(file.rows[0], treatments=doses),))
    said = "nothing is stored" if stored else "make one of both"
    with pytest.raises(FileRefused, match=said):
        matching.plan(desk.session, desk.study(), other, LIBRARY, wording=None, at=desk.at)


@pytest.mark.parametrize(
    ("status", "simulated", "said"), [("closed", False, "is closed"), ("draft", True, "simulated")]
)
def test_a_study_may_take_no_import(
    desk: Desk, tmp_path: Path, status: str, simulated: bool, said: str
) -> None:
    desk.session.get_one(Study, desk.study_id).status = status
    desk.session.get_one(Study, desk.study_id).simulated = simulated
    with desk.session.no_autoflush, pytest.raises(Refused, match=said):
        planned(desk, tmp_path, "P1,a,2025-01-01,,,1")


@pytest.mark.parametrize(
    ("wording", "right"), [("Spanish 2015", True), ("w" * 64, True), ("w" * 65, False), ("", False)]
)
def test_a_wording_has_a_name(desk: Desk, tmp_path: Path, wording: str, right: bool) -> None:
    if right:
        assert planned(desk, tmp_path, "P1,a,2025-01-01,,,1", wording=wording).wording == wording
        return
    with pytest.raises(Refused, match="1 to 64 characters"):
        planned(desk, tmp_path, "P1,a,2025-01-01,,,1", wording=wording)
