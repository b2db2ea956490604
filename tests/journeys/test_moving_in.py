"""A study leaves one installation and comes into another: what leaves there is the same, byte by byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from tests.support import moved, nasty
from tests.support.commands import seventh_with


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The study leaves SQLite, and comes into PostgreSQL."""
    return sqlite_url


def test_what_comes_in_leaves_as_it_came(app: Flask, postgres_url: str, tmp_path: Path) -> None:
    """Every file; the trail and the scores hold; the same package again changes nothing."""
    moved.make(app)
    first = seventh_with(app.config["SETTINGS"])
    second = seventh_with(replace(app.config["SETTINGS"], database_url=postgres_url))
    dates = ("--exact-dates", "We leave")
    assert first("export", "S1", tmp_path / "one", *dates).code == 0
    assert first("study", "export-setup", "S1", tmp_path / "setup.json").code == 0
    assert second("study", "import-setup", tmp_path / "setup.json", "S1", "--simulated").code == 0
    dry = second("import", "S1", tmp_path / "one", "--dry-run")
    came = second("import", "S1", tmp_path / "one")
    assert dry.out.splitlines()[:-1] == came.out.splitlines()[:-1]
    assert "Responses, with the scores of the package: 7." in came.out
    assert second("export", "S1", tmp_path / "two.zip", *dates).code == 0
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    again = moved.unpacked((tmp_path / "two.zip").read_bytes())
    assert sorted(again) == names
    assert [name for name in names if (tmp_path / "one" / name).read_bytes() != again[name]] == []
    for word in (nasty.PRODUCT.split("\r")[0], "Annegret"):
        assert (word in again["treatments.csv"].decode()) is (word != "Annegret")
    assert "nothing was changed" in second("import", "S1", tmp_path / "two.zip").out
    assert (second("audit", "verify").code, second("scores", "check").code) == (0, 0)


@pytest.mark.long
def test_a_study_is_taken_over_whole(app: Flask, tmp_path: Path) -> None:
    """One command: plan with its amendment, texts, rules, words, own forms in each version, and all data."""
    moved.make_whole(app)
    first = seventh_with(app.config["SETTINGS"])
    second = seventh_with(replace(app.config["SETTINGS"], database_url=f"sqlite:///{tmp_path}/other.db"))
    leave = ("--format", "all", "--exact-dates", "We leave")
    assert first("export", "S1", tmp_path / "one.zip", *leave).code == 0
    came = second("study", "take-over", tmp_path / "one.zip")
    assert "Study S1 is a draft now." in came.out, came
    assert second("export", "S1", tmp_path / "two.zip", *leave).code == 0
    before, after = (moved.unpacked((tmp_path / name).read_bytes()) for name in ("one.zip", "two.zip"))
    assert before.keys() == after.keys()
    differing = {name for name in before if before[name] != after[name]}
    assert differing == {"SHA256SUMS", "study/settings.json", "trail.ndjson"}
    assert len(before["tidy/amendments.csv"].splitlines()) == 2
    again = second("study", "take-over", tmp_path / "one.zip")
    assert (again.code, again.err) == (1, "There already is a study S1. Choose another code.\n")
    assert (second("audit", "verify").code, second("scores", "check").code) == (0, 0)
