"""What SQLite holds and PostgreSQL cannot, with its place."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from surveys.exchange.backup.portable import hindrances
from surveys.exchange.backup.restoring import Backup
from surveys.exchange.backup.taking import Kept


def backup(*rows: list[Any]) -> Backup:
    """A backup of one table of two columns."""
    archive = zipfile.ZipFile(io.BytesIO(), "w")
    archive.writestr("score.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    return Backup(
        Path("backup.zip"), archive, "", "0001", {"score": Kept(["id", "value"], len(rows), "")}, []
    )


def test_what_both_hold_is_no_hindrance() -> None:
    whole = {"texts": ["ä", None, True], "number": -0.5}
    assert list(hindrances(backup([1, None], [2, "a\nb"], [3, whole], [4, 1e308], [5, []]))) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (float("inf"), "a number that is infinite or none"),
        (float("nan"), "a number that is infinite or none"),
        ("a\0b", "a text with NUL"),
        ({"a": {"b": ["\0"]}}, "a text with NUL"),
        ({"\0": 1}, "a text with NUL"),
        (["x", [float("-inf")]], "a number that is infinite or none"),
    ],
)
def test_what_cannot_move_is_named_with_its_row(value: Any, problem: str) -> None:
    assert list(hindrances(backup([1, 2.0], [2, value]))) == [
        f"Table score, row 2, value: {problem}, which PostgreSQL cannot hold."
    ]
