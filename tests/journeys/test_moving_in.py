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
