"""Read a backup: test whether it is whole, and put it into an empty database."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    select,
)

from surveys.exchange.backup import FORMAT, MANIFEST, SCHEMA_TABLE
from surveys.exchange.backup.taking import Kept
from surveys.exchange.backup.values import stored
from surveys.models import PASSING
from surveys.models.dialects import on_postgresql
from surveys.store.errors import Refused

AT_ONCE = 500


@dataclass(frozen=True)
class Backup:
    """An opened backup whose content matches its manifest."""

    archive: zipfile.ZipFile
    sha256: str
    schema: str
    tables: dict[str, Kept]
    heads: list[str]

    def lines(self, name: str) -> Iterator[list[Any]]:
        """The rows of a table, in the order of its columns in the manifest."""
        with self.archive.open(f"{name}.jsonl") as member:
            for line in member:
                yield json.loads(line)


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """The backup at `path`, read in full once to prove that it is whole.

    Raises:
        Refused: it is not a Seventh backup, or a part is missing or changed.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest.get("format") != FORMAT:
                raise Refused(f"{path} is {manifest.get('format')!r}, not {FORMAT!r}.")
            tables = {name: Kept(**one) for name, one in manifest["tables"].items()}
            for name, kept in tables.items():
                if _digest(archive, name) != (kept.sha256, kept.rows):
                    raise Refused(f"{path} is damaged: the table {name} is not as it was written.")
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            yield Backup(archive, sha256, manifest["schema"], tables, manifest.get("heads", []))
    except (zipfile.BadZipFile, KeyError, TypeError, AttributeError, json.JSONDecodeError, EOFError) as error:
        raise Refused(f"{path} is no whole backup of Seventh ({error}).") from error


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no row that a backup would keep, with tables or without."""
    metadata = MetaData()
    metadata.reflect(connection)
    return not any(
        connection.execute(select(table).limit(1)).first()
        for table in metadata.sorted_tables
        if table.name not in {SCHEMA_TABLE, *PASSING}
    )


def put(connection: Connection, backup: Backup, *, progress: Callable[[str], object] = lambda _: None) -> int:
    """Insert every row into the empty tables of the backup's own schema; returns how many.

    Raises:
        Refused: the tables are not those of the backup.
    """
    metadata = MetaData()
    metadata.reflect(connection)
    tables = {table.name: table for table in metadata.sorted_tables if table.name != SCHEMA_TABLE}
    if tables.keys() != backup.tables.keys():
        other = ", ".join(sorted(tables.keys() ^ backup.tables.keys()))
        raise Refused(f"The backup's schema {backup.schema} has other tables than this database: {other}.")
    count = 0
    for name, table in tables.items():
        progress(name)
        _null_is_null(table)
        columns = [table.columns[column] for column in backup.tables[name].columns]
        rows = backup.lines(name)
        while page := list(islice(rows, AT_ONCE)):
            values = [
                {column.name: stored(value, column) for column, value in zip(columns, row, strict=True)}
                for row in page
            ]
            connection.execute(insert(table), values)
            count += len(page)
    if on_postgresql(connection):
        _count_on(connection, tables)
    return count


def _digest(archive: zipfile.ZipFile, name: str) -> tuple[str, int]:
    digest, rows = hashlib.sha256(), 0
    with archive.open(f"{name}.jsonl") as member:
        for line in member:
            digest.update(line)
            rows += 1
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
                last = connection.scalar(select(func.max(column)))
                if sequence and last:
                    connection.execute(select(func.setval(sequence, last)))
