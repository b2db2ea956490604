"""Take a backup: one moment of the database in one file, while others go on writing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, cast

from sqlalchemy import Connection, MetaData, Table, false, select, text

from surveys import SOFTWARE
from surveys.exchange.backup import FORMAT, MANIFEST, SCHEMA_TABLE
from surveys.exchange.backup.reflected import NOT_KEPT, reflected
from surveys.exchange.backup.values import plain
from surveys.exchange.places import DigestWriter, Place, zipped
from surveys.models import PASSING
from surveys.store.audit.heads import heads

AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """One table in the backup: its columns in order, its rows, and the digest of their lines."""

    columns: list[str]
    rows: int
    sha256: str


def take(
    connection: Connection,
    file: IO[bytes],
    *,
    at: datetime,
    progress: Callable[[str], object] = lambda _: None,
) -> tuple[str, int]:
    """Write every table that `connection` sees, at one moment, into the open `file`.

    Boards and files that jobs made are left out: they are made anew, and might hold what was erased since.
    Memory does not grow with the database. Returns the SHA-256 of the file and the number of rows.
    """
    metadata = reflected(connection)
    tables = [table for table in metadata.sorted_tables if table.name != SCHEMA_TABLE]
    measured = DigestWriter(file)
    with zipped(cast(IO[bytes], measured)) as place:
        kept = {}
        for table in tables:
            progress(table.name)
            kept[table.name] = _keep(connection, place, table)
        manifest = {
            "format": FORMAT,
            "software": SOFTWARE,
            "schema": connection.scalar(text(f"SELECT version_num FROM {SCHEMA_TABLE}")),  # noqa: S608
            "taken_at": at.isoformat(),
            "heads": _heads(connection, metadata),
            "tables": {name: asdict(one) for name, one in kept.items()},
        }
        with place.open(MANIFEST) as member:
            member.write(json.dumps(manifest, indent=1).encode())
    return measured.digest.hexdigest(), sum(one.rows for one in kept.values())


def _heads(connection: Connection, metadata: MetaData) -> list[str]:
    """The last event of each chain; none in a schema that had one chain."""
    if "number" not in metadata.tables["event"].columns:
        return []
    return [str(head) for head in heads(connection)]


def _keep(connection: Connection, place: Place, table: Table) -> Kept:
    columns = list(table.columns)
    query = select(*columns).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)
    if table.name in PASSING:
        query = query.where(false())
    count = 0
    with place.open(f"{table.name}.jsonl") as member:
        measured = DigestWriter(member)
        for page in connection.execute(query, execution_options=NOT_KEPT).partitions():
            count += len(page)
            lines = (json.dumps([plain(value) for value in row], ensure_ascii=False) for row in page)
            measured.write("".join(f"{line}\n" for line in lines).encode())
    return Kept([column.name for column in columns], count, measured.digest.hexdigest())
