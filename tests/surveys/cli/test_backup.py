"""`seventh restore` of files that were damaged or forged: words and exit 1, whatever they hold."""

from __future__ import annotations

import json
import random
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from surveys.cli.backup import faults
from surveys.cli.refusals import sentences
from surveys.db import moment
from surveys.exchange.backup import MANIFEST
from surveys.exchange.backup.restoring import opened, put
from surveys.exchange.backup.taking import take
from tests.support.commands import Seventh
from tests.support.forged import HOSTILE, changed, forged
from tests.support.life import Life
from tests.support.rows import connected


@pytest.fixture(scope="module")
def lived(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The backup of a study in which patients answered, were corrected, erased and imported."""
    folder = tmp_path_factory.mktemp("lived")
    (folder / "life.db").write_bytes(_migrated_sqlite.read_bytes())
    engine = create_engine(f"sqlite:///{folder / 'life.db'}")
    life = Life(engine, folder)
    life.begin()
    for days in (90, 30, 0):
        life.enrol(days)
    first, *_, last = life.visits()
    life.enter(first, 2)
    life.correct(life.responses()[0], 1, 3, "staff:2")
    life.answer(last, "phone", 1)
    life.treat(life.patients()[0], 3)
    life.erase(life.patients()[1])
    life.bring(broken_off=False)
    with (folder / "backup.zip").open("wb") as file, moment(engine) as connection:
        take(connection, file, at=life.at)
    engine.dispose()
    return folder / "backup.zip"


def told(path: Path, url: str) -> list[str]:
    """What a restore says of this file; nothing where all was put in and proved. Other errors are raised."""
    with connected(url) as connection:
        point = connection.begin_nested()
        try:
            with opened(path) as found:
                put(connection, found)
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    return list(faults(session, found))
        except Exception as error:
            if said := sentences(error):
                return said
            raise
        finally:
            point.rollback()


def hostile(lived: Path, url: str, seed: int, times: int) -> list[list[str]]:
    """What so many restores say of damaged bytes, forged manifests, and forged values of rows."""
    chance, found = random.Random(seed), []
    with zipfile.ZipFile(lived) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    filled = sorted(name for name, kept in manifest["tables"].items() if kept["rows"])
    for turn in range(times):
        if turn % 4 == 0:
            path = damaged(lived, chance)
        elif turn % 4 == 1:
            path = changed(lived, MANIFEST, json.dumps(misled(manifest, chance)).encode())
        else:
            name = chance.choice(filled)
            place, value = chance.randrange(len(manifest["tables"][name]["columns"])), chance.choice(HOSTILE)
            path = forged(lived, name, partial(replaced, place=place, value=value))
        found.append(told(path, url))
    return found


def damaged(path: Path, chance: random.Random) -> Path:
    """Other bytes in some places, or the end cut off."""
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 4))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.2:
        del content[chance.randrange(len(content)) :]
    other = path.with_name("damaged.zip")
    other.write_bytes(content)
    return other


def misled(manifest: dict[str, Any], chance: random.Random) -> Any:
    """The manifest with one of its values, or one of a table's, replaced or left out."""
    copy = json.loads(json.dumps(manifest))
    place = copy if chance.random() < 0.5 else copy["tables"][chance.choice(sorted(copy["tables"]))]
    name = chance.choice(sorted(place))
    if chance.random() < 0.3:
        del place[name]
    else:
        place[name] = chance.choice((*HOSTILE, {"x": 1}, ["x"], 10**9))
    return copy


def replaced(row: list[Any], place: int, value: object) -> list[Any]:
    row[place] = value
    return row


def test_no_restore_ends_in_a_trace(lived: Path, sqlite_url: str) -> None:
    """What was put in is proved as well, whatever the rows hold."""
    assert sum(map(bool, hostile(lived, sqlite_url, 1, 4))) >= 3


@pytest.mark.parametrize(
    ("table", "column"),
    [("alert", "last_answer"), ("alert", "first_answer"), ("contact", "name")],
)
def test_a_forged_value_is_named(lived: Path, sqlite_url: str, table: str, column: str) -> None:
    """A value that fits its table and is not the one that the trail binds."""
    with opened(lived) as found:
        place = found.tables[table].columns.index(column)
        now = next(found.lines(table))[place]
    value = "Another" if isinstance(now, str) else now - 1
    [named] = told(forged(lived, table, partial(replaced, place=place, value=value)), sqlite_url)
    assert named.startswith(("Alert answer", "Contact"))
    assert "it is not what event" in named


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_restore_of_very_many_ends_in_a_trace(lived: Path, sqlite_url: str, seed: int) -> None:
    """The same at length; `test_restoring` puts ten times as many into tables of every kind."""
    assert told(lived, sqlite_url) == []
    assert sum(map(bool, hostile(lived, sqlite_url, seed, 100))) > 50


def test_a_damaged_file_is_told_in_words(lived: Path, sqlite_url: str, seventh: Seventh) -> None:
    """On standard error, with exit 1; the database stays empty."""
    ran = seventh("restore", damaged(lived, random.Random(3)))
    assert (ran.code, ran.out, "Traceback" in ran.err) == (1, "", False)
    assert "damaged.zip" in ran.err
