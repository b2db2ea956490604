"""A backup of every row of every table."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

from sqlalchemy import create_engine, text

from surveys.exchange.backup import FORMAT, MANIFEST, SCHEMA_TABLE
from surveys.exchange.backup.taking import take
from surveys.models import Base
from tests.support.rows import connected, fill

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_every_row_is_kept_and_counted(database_url: str) -> None:
    """The manifest has the digest of what was written, table by table."""
    engine, told = create_engine(database_url), list[str]()
    with connected(database_url) as connection:
        fill(connection, engine)
        written = io.BytesIO()
        sha256, rows = take(connection, written, at=AT, progress=told.append)
        schema = connection.scalar(text(f"SELECT version_num FROM {SCHEMA_TABLE}"))  # noqa: S608
    engine.dispose()
    content = written.getvalue()
    assert sha256 == hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        assert (manifest["format"], manifest["schema"], manifest["taken_at"]) == (
            FORMAT,
            schema,
            AT.isoformat(),
        )
        assert rows == sum(kept["rows"] for kept in manifest["tables"].values()) > 20
        assert set(manifest["tables"]) == set(told) == set(Base.metadata.tables)
        for name, kept in manifest["tables"].items():
            lines = archive.read(f"{name}.jsonl")
            assert kept["sha256"] == hashlib.sha256(lines).hexdigest(), name
            assert kept["rows"] == len(lines.splitlines()), name
        columns = manifest["tables"]["patient"]["columns"]
        patients = [json.loads(line) for line in archive.read("patient.jsonl").splitlines()]
    assert [dict(zip(columns, row, strict=True))["code"] for row in patients] == ["P1", "P2"]
    first = dict(zip(columns, patients[0], strict=True))
    assert (first["id"], first["enrolled_on"], first["sex"]) == (1, "2026-03-10", "female")
