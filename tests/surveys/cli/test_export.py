"""`seventh export`: a study as plain tables."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from flask import Flask

from tests.support.commands import Query, Seventh
from tests.support.simulated import MOOD_ALONE, populate


@pytest.fixture
def study(app: Flask) -> None:
    """Five simulated patients."""
    populate(app, 5, study="clinic", plan=MOOD_ALONE)


@pytest.mark.usefixtures("study")
def test_a_study_leaves_as_a_zip_file_or_a_folder(seventh: Seventh, tmp_path: Path, rows: Query) -> None:
    """The same files; each export is in the audit, and the chain whole."""
    said = []
    for target in ("clinic.zip", "clinic"):
        ran = seventh("export", "clinic", tmp_path / target)
        assert (ran.code, ran.err) == (0, "")
        said.append(ran.out)
    files = {one.name for one in (tmp_path / "clinic").iterdir()}
    with zipfile.ZipFile(tmp_path / "clinic.zip") as packed:
        assert set(packed.namelist()) == files
    assert all(f"{len(files)} files with" in one for one in said)
    exported = rows("SELECT actor, reason FROM event WHERE action = 'study.exported'")
    assert exported == [("command:export", None)] * 2
    assert seventh("audit", "verify").code == 0


@pytest.mark.usefixtures("study")
def test_calendar_dates_need_a_reason(seventh: Seventh, tmp_path: Path, rows: Query) -> None:
    """It is recorded; an empty one leaves neither file nor event."""
    ran = seventh("export", "clinic", tmp_path / "a.zip", "--exact-dates", " ")
    assert (ran.code, ran.err) == (1, "Say why calendar dates are needed.\n")
    assert not list(tmp_path.glob("*a.zip*"))
    assert seventh("export", "clinic", tmp_path / "a.zip", "--exact-dates", "linkage").code == 0
    assert rows("SELECT reason FROM event WHERE action = 'study.exported'") == [("linkage",)]


@pytest.mark.usefixtures("study")
def test_a_bundle_needs_a_reason_too(seventh: Seventh, tmp_path: Path) -> None:
    """Its data have calendar dates."""
    ran = seventh("export", "clinic", tmp_path / "a.zip", "--format", "bundle")
    assert (ran.code, ran.err) == (1, "The bundle holds calendar dates: say why they are needed.\n")
    ran = seventh("export", "clinic", tmp_path / "a.zip", "--format", "bundle", "--exact-dates", "A review.")
    assert (ran.code, ran.err) == (0, "")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {"report.json", "reproduce.py", "reproduce.R", "data/scored.csv"} <= set(archive.namelist())


def test_a_study_that_is_not_there(seventh: Seventh, tmp_path: Path) -> None:
    """One sentence, and no file."""
    ran = seventh("export", "nothing", tmp_path / "a.zip")
    assert (ran.code, ran.out) == (1, "")
    assert "There is no study nothing." in ran.err
    assert not list(tmp_path.glob("*a.zip*"))
