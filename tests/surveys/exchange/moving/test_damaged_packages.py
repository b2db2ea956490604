"""Packages with damage by chance: read, or refused in words; never a traceback."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest

from surveys.exchange.moving import files, storing
from surveys.exchange.moving.storing import TargetStudy
from tests.support import moved
from tests.support.damage import LONG, SEED, SHORT, STRANGE, spoilt, tried
from tests.support.desk import LIBRARY

TIMEPOINTS = {name: number for number, name in enumerate(("baseline", "month_3", "month_6", "month_12"), 1)}


def damaged_packages(package: Mapping[str, bytes], chance: random.Random) -> Iterator[bytes]:
    """Packages with another cell in a table, with sums that fit; or with other bytes in the zip file."""
    names = sorted(name for name in package if name.endswith(".csv"))
    while True:
        name = chance.choice(names)
        rows = package[name].decode().splitlines()
        at = chance.randrange(len(rows))
        cells = rows[at].split(",")
        place = chance.randrange(len(cells))
        cells[place] = chance.choice([*(one for one in STRANGE if one.isprintable()), "2020-01-01", "1990"])
        rows[at] = ",".join(cells)
        content = "\n".join([*rows, ""]).encode("utf-8", "replace")
        if chance.random() < 0.2:
            yield spoilt(moved.packed(package), chance)
        else:
            yield moved.packed(moved.summed({**package, name: content}))


def look_at(content: bytes) -> None:
    """As a study without anybody would."""
    study = TargetStudy("S1", True, TIMEPOINTS, {("1", "en"): 1}, None, None, frozenset(), frozenset())
    with files.opened(content, "package.zip") as package:
        storing.look(package, study, LIBRARY)


def test_a_damaged_package_is_read_or_refused_in_words(package: moved.Files) -> None:
    """Each cell of it is checked before anything is stored."""
    found = damaged_packages(package, random.Random(SEED))
    for _ in range(SHORT):
        content = next(found)
        tried(lambda content=content: look_at(content))  # type: ignore[misc]


@pytest.mark.long
def test_many_damaged_packages(package: moved.Files) -> None:
    """Other damages."""
    found = damaged_packages(package, random.Random(SEED + 1))
    for _ in range(LONG // 10):
        content = next(found)
        tried(lambda content=content: look_at(content))  # type: ignore[misc]
