"""What was made of a study's data goes with an erasure, and no backup holds it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime

from flask import Flask

from surveys.db import db, moment
from surveys.exchange.backup.restoring import is_empty
from surveys.exchange.backup.taking import take
from surveys.models import BoardCopy, Host, Job, JobPart
from surveys.store.study import results
from tests.support.study import changing, invite, one_table

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def make(app: Flask, study_id: int) -> None:
    """A board, and a job with its file."""
    with changing(app) as session:
        job = Job(
            study_id=study_id,
            kind="export",
            arguments={},
            key=str(study_id),
            state="done",
            asked_by="test",
            asked_at=AT,
            ended_at=AT,
        )
        session.add(job)
        session.add(
            BoardCopy(
                study_id=study_id,
                key=str(study_id),
                state=1,
                day=date(2026, 3, 10),
                software="test",
                drawn_at=AT,
                seconds=1.0,
                content=b"board",
            )
        )
        session.flush()
        session.add(JobPart(job_id=job.id, number=0, content=b"file"))


def test_boards_and_files_of_the_study_go_and_those_of_others_stay(app: Flask) -> None:
    first, second = (invite(app, study=code).study_id for code in ("S1", "S2"))
    for study_id in (first, second):
        make(app, study_id)
    with changing(app) as session:
        results.erase(session, first)
    assert [one["study_id"] for one in one_table(app, "board_copy")] == [second]
    assert [one["job_id"] for one in one_table(app, "job_part")] == [2]
    assert [one["id"] for one in one_table(app, "job")] == [1, 2]


def test_no_backup_holds_them(app: Flask) -> None:
    """And a database that holds nothing else is empty to it."""
    with changing(app) as session:
        session.add(Host(name="a", seen_at=AT))
    with app.app_context(), moment(db.engine) as connection:
        assert is_empty(connection)
    make(app, invite(app).study_id)
    file = io.BytesIO()
    with app.app_context(), moment(db.engine) as connection:
        assert not is_empty(connection)
        take(connection, file, at=AT)
    with zipfile.ZipFile(file) as archive:
        kept = {
            name: one["rows"] for name, one in json.loads(archive.read("manifest.json"))["tables"].items()
        }
    assert [kept[name] for name in ("board_copy", "job", "job_part", "host")] == [0, 0, 0, 0]
    assert kept["study"] == 1
