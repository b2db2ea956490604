"""Everything of a study in one folder: a second installation can read it, and it tells of no person."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.study import exports
from tests.support import nasty
from tests.support.study import ask_consent, changing, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def test_everything_is_there(app: Flask, tmp_path: Path) -> None:
    """Data as the tidy package, definitions that load, the plan, and the whole trail with its chain."""
    nasty.make(app)
    ask_consent(app)
    with changing(app) as session:
        exports.shift_key(session, session.scalars(select(Study)).one())
    files = nasty.leave(app, "all", exact_dates="We leave")
    tidy = nasty.leave(app, "tidy", exact_dates="We leave")
    assert {name: files[f"tidy/{name}"] for name in tidy} == tidy
    folder = tmp_path / "definitions"
    folder.mkdir()
    for name, content in files.items():
        if name.startswith("definitions/"):
            (tmp_path / name).write_bytes(content)
    assert {path.name for path in folder.iterdir()} == {"face-1.toml", "phq9-1.toml"}
    for path in folder.iterdir():
        key, version = path.stem.split("-")
        assert path.read_text() == Library.load().get(key, version).source
    plan = json.loads(files["study/plan.json"])
    assert [row["key"] for row in plan] == [row["key"] for row in one_table(app, "timepoint")]
    [consent] = json.loads(files["study/consent_texts.json"])
    assert consent["version"] == "1"
    assert "shift_key" not in json.loads(files["study/settings.json"])
    trail = [json.loads(line) for line in files["trail.ndjson"].splitlines()]
    own = [row for row in one_table(app, "event") if row["study_id"] is not None]
    # The export of the tidy package came afterwards.
    assert [row["hash"] for row in trail] == [row["hash"] for row in own][: len(trail)]
    assert len(own) - len(trail) <= 1
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert sums["trail.ndjson"] == hashlib.sha256(files["trail.ndjson"]).hexdigest()
