"""Read a backup: test whether it is whole, and put it into an empty database."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Integer,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, StatementError

from surveys.exchange.backup import FORMAT, MANIFEST, SCHEMA_TABLE, UNPROVED
from surveys.exchange.backup.reflected import NOT_KEPT, reflected
from surveys.exchange.backup.taking import Kept
from surveys.exchange.backup.values import stored
from surveys.models import PASSING
from surveys.models.dialects import on_postgresql
from surveys.store.errors import Refused

AT_ONCE = 500
LONGEST_MANIFEST = 1 << 24
LONGEST_ROW = 1 << 26
LONGEST = {"data_freeze": 1 << 30}  # a whole study in one value, of which PostgreSQL takes no more either
PIECE = 1 << 20
# What zip files, JSON and values raise where somebody damaged or forged them.
UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    OverflowError,
    RuntimeError,  # also nested too deep, and a way of packing that is not known
    OSError,
)
# What a database says of values that do not fit it.
UNFIT = (IntegrityError, DataError, ProgrammingError, StatementError)


@dataclass(frozen=True)
class Backup:
    """An opened backup whose content matches its manifest."""

    path: Path
    archive: zipfile.ZipFile
    sha256: str
    schema: str
    tables: dict[str, Kept]
    heads: list[str]

    def lines(self, name: str) -> Iterator[list[Any]]:
        """The rows of a table, in the order of its columns in the manifest.

        Raises:
            Refused: a row is longer than any of ours, or no list of as many values.
        """
        longest, width = LONGEST.get(name, LONGEST_ROW), len(self.tables[name].columns)
        with _readable(self.path), self.archive.open(f"{name}.jsonl") as member:
            while line := member.readline(longest):
                if len(line) >= longest:
                    raise ValueError(f"the table {name} has a row of more than {longest} bytes")
                row = json.loads(line)
                if not isinstance(row, list) or len(row) != width:
                    raise ValueError(f"the table {name} has a row without its {width} values")
                yield row


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """The backup at `path`, read in full once to prove that it is whole.

    Raises:
        Refused: it is not a Seventh backup, or a part is missing or changed.
    """
    with path.open("rb") as file:
        with _readable(path):
            archive = zipfile.ZipFile(file)
            found = _opened(path, archive, file)
        with archive:
            yield found


def _opened(path: Path, archive: zipfile.ZipFile, file: BufferedReader) -> Backup:
    manifest = json.loads(_manifest(archive))
    if manifest.get("format") != FORMAT:
        raise Refused(f"{path} is {manifest.get('format')!r}, not {FORMAT!r}.")
    tables = {name: Kept(**one) for name, one in manifest["tables"].items()}
    if not all(
        isinstance(one.columns, list) and set(map(type, one.columns)) <= {str} for one in tables.values()
    ):
        raise ValueError("its manifest names columns otherwise than ours do")
    for name, kept in tables.items():
        if _digest(archive, name) != (kept.sha256, kept.rows):
            raise Refused(f"{path} is damaged: the table {name} is not as it was written.")
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    heads = [str(one) for one in manifest.get("heads", [])]
    return Backup(path, archive, sha256, str(manifest["schema"]), tables, heads)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say of what is read in the block that it is no backup, whatever it raises."""
    try:
        yield
    except UNREADABLE as error:
        told = str(error) or type(error).__name__
        raise Refused(f"{path} is no whole backup of Seventh ({told}).") from error


def _manifest(archive: zipfile.ZipFile) -> bytes:
    with archive.open(MANIFEST) as member:
        content = member.read(LONGEST_MANIFEST)
    if len(content) == LONGEST_MANIFEST:
        raise ValueError(f"its manifest has more than {LONGEST_MANIFEST} bytes")
    return content


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no row that a backup would keep, with tables or without."""
    return not any(
        connection.execute(select(table).limit(1), execution_options=NOT_KEPT).first()
        for table in reflected(connection).sorted_tables
        if table.name not in {SCHEMA_TABLE, *PASSING}
    )


def unproved(connection: Connection) -> str | None:
    """The SHA-256 of the backup whose rows are in, and which nobody has proved since."""
    if UNPROVED not in inspect(connection).get_table_names():
        return None
    return str(connection.scalar(text(f"SELECT sha256 FROM {UNPROVED}")))  # noqa: S608 - a name of ours


def note_proved(connection: Connection) -> None:
    """Note that somebody has looked at what was restored."""
    connection.execute(text(f"DROP TABLE {UNPROVED}"))


def put(connection: Connection, backup: Backup, *, progress: Callable[[str], object] = lambda _: None) -> int:
    """Insert every row into the empty tables of the backup's own schema; returns how many.

    They count as not proved until `note_proved`.

    Raises:
        Refused: the tables are not those of the backup, or a row does not fit its table.
    """
    tables = {
        table.name: table for table in reflected(connection).sorted_tables if table.name != SCHEMA_TABLE
    }
    if tables.keys() != backup.tables.keys():
        other = ", ".join(sorted(tables.keys() ^ backup.tables.keys()))
        raise Refused(f"The backup's schema {backup.schema} has other tables than this database: {other}.")
    count = 0
    for name, table in tables.items():
        progress(name)
        _null_is_null(table)
        columns = _columns(backup, table)
        rows, start = backup.lines(name), count
        while page := list(islice(rows, AT_ONCE)):
            with _fitting(backup.path, name, count - start, len(page)):
                rows_of_page = [_values(columns, row) for row in page]
                connection.execute(insert(table), rows_of_page, execution_options=NOT_KEPT)
            count += len(page)
    if on_postgresql(connection):
        _count_on(connection, tables)
    connection.execute(text(f"CREATE TABLE {UNPROVED} (sha256 VARCHAR(64) NOT NULL)"))
    note = text(f"INSERT INTO {UNPROVED} (sha256) VALUES (:sha256)")  # noqa: S608 - a name of ours
    connection.execute(note, {"sha256": backup.sha256})
    return count


@contextmanager
def _fitting(path: Path, table: str, before: int, number: int) -> Iterator[None]:
    """Name the rows of which one does not fit its table."""
    try:
        yield
    except (*UNFIT, ValueError, TypeError, AttributeError, OverflowError) as error:
        told = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Refused(
            f"{path}: a row of the table {table} does not fit it, among rows {before + 1} to "
            f"{before + number} ({told}). Nothing was restored."
        ) from error


def _values(columns: Sequence[Column[Any]], row: Sequence[Any]) -> dict[str, Any]:
    return {column.name: stored(value, column) for column, value in zip(columns, row, strict=True)}


def _columns(backup: Backup, table: Table) -> list[Column[Any]]:
    named = backup.tables[table.name].columns
    if unknown := sorted(set(named) ^ set(table.columns.keys())):
        raise Refused(f"{backup.path}: the table {table.name} has other columns: {', '.join(unknown)}.")
    return [table.columns[column] for column in named]


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, rows = hashlib.sha256(), 0
    with archive.open(f"{name}.jsonl") as member:
        while piece := member.read(PIECE):
            digest.update(piece)
            rows += piece.count(b"\n")
    return digest.hexdigest(), rows


def _null_is_null(table: Table) -> None:
    """Store None in a JSON column as NULL, not as the JSON text `null`."""
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True


def _count_on(connection: Connection, tables: dict[str, Table]) -> None:
    """Set PostgreSQL's id counters, which do not follow from the restored rows."""
    for name, table in tables.items():
        for column in table.primary_key:
            if isinstance(column.type, Integer) and not column.foreign_keys:
                sequence = connection.scalar(select(func.pg_get_serial_sequence(name, column.name)))
                last = connection.scalar(select(func.max(column)), execution_options=NOT_KEPT) or 0
                if sequence and last > 0:  # of no row, or of one that somebody forged, it begins at 1
                    connection.execute(select(func.setval(sequence, last)))
