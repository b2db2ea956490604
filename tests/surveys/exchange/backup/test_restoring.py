"""A backup is opened whole or not at all, and put into empty tables of its own schema."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from surveys.exchange.backup import FORMAT, MANIFEST, restoring
from surveys.exchange.backup.restoring import is_empty, note_proved, opened, put, unproved
from surveys.models import Base
from surveys.store.errors import Refused
from tests.support.forged import changed, forged, tried
from tests.support.rows import ROWS, connected

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


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


def test_what_is_in_counts_as_unproved_until_said(database_url: str, backup: Path) -> None:
    """So that nobody takes a restore that was cut short for a finished one."""
    with connected(database_url) as connection, opened(backup) as one:
        assert unproved(connection) is None
        put(connection, one)
        assert unproved(connection) == one.sha256
        note_proved(connection)
        assert unproved(connection) is None
