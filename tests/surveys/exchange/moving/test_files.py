"""The files of a package are opened only as they were exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.exchange.moving import files
from surveys.store.errors import Refused
from tests.support import moved
from tests.support.sheets import workbook


def opened(content: bytes | Path) -> str:
    with files.opened(content, "S1.zip") as package:
        return package.sha256


def test_a_package_is_the_same_packed_or_not(package: moved.Files, tmp_path: Path) -> None:
    """Also within a folder of its own; a workbook is none, though it is a zip file."""
    for name, content in package.items():
        (tmp_path / name).write_bytes(content)
    within = moved.packed({f"S1/tidy/{name}": content for name, content in package.items()})
    assert opened(tmp_path) == opened(moved.packed(package)) == opened(within)
    assert files.is_package(within)
    assert not files.is_package(workbook({"a": [["a"]]}))
    assert not files.is_package(b"patient,visit\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda one: {**one, "visits.csv": one["visits.csv"] + b"x"}, "visits.csv is not as it was exported"),
        (lambda one: {name: one[name] for name in one if name != "scores.csv"}, "lacks scores.csv, which"),
        (lambda one: {name: one[name] for name in one if name != files.SUMS}, "lacks SHA256SUMS"),
        (
            lambda one: {"patients.csv": one["patients.csv"]},
            "is not what seventh export writes: it lacks datapackage.json",
        ),
    ],
)
def test_what_is_not_whole_is_refused(package: moved.Files, damage: moved.Damage, said: str) -> None:
    """With the file that is missing or differs."""
    with pytest.raises(Refused, match=said):
        opened(moved.packed(damage(package)))


def test_a_broken_zip_file_is_refused(package: moved.Files) -> None:
    """In words, wherever the damage lies."""
    content = moved.packed(package)
    for damaged in (content[:1000], content[:200] + b"xxxx" + content[204:]):
        with pytest.raises(
            Refused, match=r"neither a folder nor a zip|cannot be unpacked|as it was exported"
        ):
            opened(damaged)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("patient,visit", "patient,", "lacks the column visit: an earlier version"),
        ("patient,visit", "patient,visit,mood", "has the column mood, which this version"),
        ("patient,visit", "patient,patient", "a column stands twice"),
        ("\n", '\n"', "this is no CSV"),
        ("\n", "\nx,", "has [0-9]+ cells"),
    ],
)
def test_a_table_of_other_columns_is_refused(
    package: moved.Files, before: str, after: str, said: str
) -> None:
    """Each with what to do."""
    other = moved.changed(package, "attendance.csv", before, after)
    columns = ["patient", "visit", "occurrence", "instrument", "expected", "state", "scored"]
    with files.opened(moved.packed(other), "S1.zip") as found, pytest.raises(Refused, match=said):
        list(found.lines("attendance.csv", columns))
