"""A backup is opened whole or not at all, and put into empty tables of its own schema."""

from __future__ import annotations

import gc
import hashlib
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, create_engine, select, text

from surveys.exchange.backup import FORMAT, MANIFEST, restoring
from surveys.exchange.backup.restoring import is_empty, note_proved, opened, put, unproved
from surveys.exchange.backup.taking import take
from surveys.models import Base
from surveys.store.errors import Refused
from tests.support.rows import ROWS, connected, fill

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def backup(database_url: str, tmp_path: Path) -> Path:
    """A backup of a row of every table."""
    engine, path = create_engine(database_url), tmp_path / "backup.zip"
    with connected(database_url) as connection, path.open("wb") as file:
        fill(connection, engine)
        take(connection, file, at=AT)
    engine.dispose()
    return path


def changed(path: Path, name: str, content: bytes | None) -> Path:
    """The same zip with one member replaced, or without it."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for member in old.namelist():
            kept = old.read(member) if member != name else content
            if kept is not None:
                new.writestr(member, kept)
    return other


def test_what_was_taken_is_put_back(database_url: str, backup: Path) -> None:
    """Every value as it was, in a database that held nothing; none stays none in JSON too."""
    with connected(database_url) as connection, opened(backup) as one:
        assert is_empty(connection)
        assert put(connection, one) == sum(kept.rows for kept in one.tables.values()) > 20
        assert not is_empty(connection)
        for name, row in ROWS.items():
            table = Base.metadata.tables[name]
            found = connection.execute(
                select(table).where(*(table.c[key.name] == row[key.name] for key in table.primary_key))
            )
            stored = found.mappings().one_or_none()
            assert (stored is None) == (one.tables[name].rows == 0), name
            assert stored is None or {key: stored[key] for key in row} == row, name
        empty = text("SELECT count(*) FROM grading WHERE parts = 'null'")
        assert connection.scalar(empty) == 0


def test_a_part_that_was_changed_or_lost_is_found(backup: Path) -> None:
    with opened(backup) as one:
        lines = b"".join(f"{json.dumps(row)}\n".encode() for row in one.lines("contact"))
        assert one.tables["contact"].rows == 1
    other = changed(backup, "contact.jsonl", lines.replace(b"Anna", b"Bert"))
    with pytest.raises(Refused, match="damaged: the table contact"), opened(other):
        pass
    for name in ("contact.jsonl", MANIFEST):
        with pytest.raises(Refused, match="no whole backup"), opened(changed(backup, name, None)):
            pass
    backup.write_bytes(backup.read_bytes()[:-100])
    with pytest.raises(Refused, match="no whole backup"), opened(backup):
        pass


def test_another_format_is_named(backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    other = changed(backup, MANIFEST, json.dumps({**manifest, "format": "seventh backup 9"}).encode())
    with pytest.raises(Refused, match=f"'seventh backup 9', not {FORMAT!r}"), opened(other):
        pass


def test_other_tables_are_refused(database_url: str, backup: Path, tmp_path: Path) -> None:
    """Nothing is put anywhere."""
    copy = tmp_path / "other.db"
    shutil.copyfile(database_url.removeprefix("sqlite:///"), copy)
    with connected(f"sqlite:///{copy}") as connection, opened(backup) as one:
        connection.execute(text("CREATE TABLE shoe (size INTEGER)"))
        with pytest.raises(Refused, match="other tables than this database: shoe"):
            put(connection, one)
        assert is_empty(connection)


HOSTILE = (
    None,
    True,
    -1,
    2**70,
    1e400,
    "",
    "x" * 300,
    "2026-13-45",
    "0000-00-00T99:99",
    [],
    {},
    [[[]]],
    "\x00",
    "\ud800",
)


def forged(path: Path, name: str, change: Callable[[list[Any]], Any]) -> Path:
    """The same backup with the first row of a table changed, and a manifest that fits."""
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        first, *rest = archive.read(f"{name}.jsonl").splitlines(keepends=True)
    lines = b"".join([f"{json.dumps(change(json.loads(first)))}\n".encode(), *rest])
    manifest["tables"][name]["sha256"] = hashlib.sha256(lines).hexdigest()
    other = changed(path, f"{name}.jsonl", lines)
    return changed(other.rename(path.with_name("other.zip")), MANIFEST, json.dumps(manifest).encode())


def tried(connection: Connection, path: Path) -> str:
    """What a restore of `path` says; empty where all was put in. Nothing of it stays."""
    try:
        with opened(path) as one:
            put(connection, one)
    except Refused as refusal:
        return str(refusal)
    finally:
        connection.rollback()  # a savepoint would stay open, and hold what it undid
    return ""


def hostile(backup: Path, url: str, seed: int, times: int) -> int:
    """Damage bytes and forge rows so many times; returns how many were refused."""
    chance, refused, whole = random.Random(seed), 0, backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        tables = json.loads(archive.read(MANIFEST))["tables"]
    filled = [name for name, kept in tables.items() if kept["rows"]]
    damaged = backup.with_name("damaged.zip")
    with connected(url) as connection:
        for turn in range(times):
            if turn % 2:
                content = bytearray(whole)
                for _ in range(chance.choice((1, 1, 4))):
                    content[chance.randrange(len(content))] = chance.randrange(256)
                damaged.write_bytes(content)
                path = damaged
            else:
                name = chance.choice(filled)
                place, value = chance.randrange(len(tables[name]["columns"])), chance.choice(HOSTILE)

                def change(row: list[Any], place: int = place, value: object = value) -> Any:
                    row[place] = value
                    return row if chance.random() < 0.9 else value

                path = forged(backup, name, change)
            refused += bool(tried(connection, path))
    return refused


@pytest.mark.parametrize("seed", [1])
def test_no_backup_ends_in_a_trace(database_url: str, backup: Path, seed: int) -> None:
    """Damaged bytes, and well-made files with rows that fit no table: words, or a restore."""
    assert hostile(backup, database_url, seed, 16) > 6


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_backup_of_very_many_ends_in_a_trace(database_url: str, backup: Path, seed: int) -> None:
    """The same at length."""
    assert hostile(backup, database_url, seed, 1000) > 500


@pytest.mark.parametrize(
    "value", [[], *(pytest.param(one, marks=pytest.mark.long) for one in ("x", {"a": 1}, 7))]
)
def test_a_row_of_another_shape_is_named(database_url: str, backup: Path, value: object) -> None:
    """As is a value that no column takes."""
    with connected(database_url) as connection:
        told = tried(connection, forged(backup, "contact", lambda row: value))
        assert "the table contact has a row without its" in told
        told = tried(connection, forged(backup, "patient", lambda row: [*row[:-1], ["x"]]))
        assert "a row of the table patient does not fit it, among rows 1 to 2" in told
        assert is_empty(connection)


def test_a_row_without_end_is_not_read(backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of gigabytes packs into a small file: no more of it is held than our longest row has."""
    monkeypatch.setattr(restoring, "LONGEST_ROW", 1000)
    other = forged(backup, "contact", lambda row: [*row[:-1], "x" * 5000])
    with opened(other) as one, pytest.raises(Refused, match="has a row of more than 1000 bytes"):
        list(one.lines("contact"))
    monkeypatch.setattr(restoring, "LONGEST_MANIFEST", 100)
    with pytest.raises(Refused, match="its manifest has more than 100 bytes"), opened(backup):
        pass


@pytest.mark.long  # it looks through all that the process holds, twice on each database
def test_a_restore_keeps_no_tables(database_url: str, backup: Path) -> None:
    """Each reads them anew: a process that tries many files would grow by them."""

    def kept() -> int:
        gc.collect()
        return sum(type(one) is MetaData for one in gc.get_objects())

    with connected(database_url) as connection, opened(backup) as one:
        before = kept()
        for _ in range(2):
            point = connection.begin_nested()
            put(connection, one)
            point.rollback()
        assert kept() == before


def test_what_is_in_counts_as_unproved_until_said(database_url: str, backup: Path) -> None:
    """So that nobody takes a restore that was cut short for a finished one."""
    with connected(database_url) as connection, opened(backup) as one:
        assert unproved(connection) is None
        put(connection, one)
        assert unproved(connection) == one.sha256
        note_proved(connection)
        assert unproved(connection) is None
