"""A backup is opened whole or not at all, and put into empty tables of its own schema."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from surveys.exchange.backup import FORMAT, MANIFEST
from surveys.exchange.backup.restoring import is_empty, opened, put
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
