"""What is made of a study's data: none is kept that an erasure overtook, and none twice."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from surveys.exchange import freezing
from surveys.exchange.tidy import package
from surveys.jobs import files, queue
from surveys.jobs.kinds import WORKS
from surveys.jobs.queue import Task
from surveys.jobs.running import Runner, Workshop
from surveys.models import Patient
from surveys.store.errors import Refused
from surveys.store.patient import erasing
from surveys.store.study import results
from tests.support.study import changing, one_table, stored

EXPORT = {"form": "tidy", "site": None, "reason": None}


def then_erased(app: Flask, read: Callable[..., Any]) -> Callable[..., Any]:
    """The same reading, after which somebody's answers are erased."""

    def reading(*given: Any, **more: Any) -> Any:
        found = read(*given, **more)
        at = datetime.now(UTC)
        with changing(app) as session:
            patient = session.scalars(select(Patient)).one()
            erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
        return found

    return reading


def done(app: Flask, workshop: Workshop, kind: str, arguments: Mapping[str, Any]) -> str | None:
    """The error of a job of that kind."""
    with workshop.change() as session:
        queue.ask(session, kind, arguments, study_id=1, at=workshop.now(), by="staff:1")
    Runner(workshop, WORKS, "here").run_next()
    [job] = one_table(app, "job")
    error: str | None = job["error"]
    return error


@pytest.mark.long
def test_an_export_that_was_read_before_is_thrown_away(
    app: Flask, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "write", then_erased(app, package.write))
    assert done(app, workshop, "export", EXPORT) == files.ERASED
    assert one_table(app, "job_part") == []


def test_a_freeze_that_was_read_before_is_not_kept(
    app: Flask, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name stays free."""
    monkeypatch.setattr(freezing, "held", then_erased(app, freezing.held))
    assert done(app, workshop, "freeze", {"name": "First"}) == files.ERASED
    assert one_table(app, "data_freeze") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_nothing_is_kept_while_somebody_erases(workshop: Workshop) -> None:
    """The erasure is not seen until it is committed, nor sees it what is kept meanwhile: one waits."""
    task = claimed(workshop, "freeze")
    with workshop.change() as erasing_one, workshop.change() as keeping:
        results.alone(erasing_one, 1)
        keeping.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError):
            files.must_still_hold(keeping, task, 0)
        keeping.rollback()


def test_parts_that_went_with_an_erasure_leave_no_file_of_the_others(
    app: Flask, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where only who somebody is was erased: the answers count."""
    monkeypatch.setattr(files, "PART", 1)
    content = io.BytesIO(b"abc")
    task = claimed(workshop, "export")

    class Erased(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = content.read(size)
            if found == b"b":
                with workshop.change() as session:
                    results.erase(session, task.study_id)
            return found

    with pytest.raises(Refused, match="thrown away"):
        files.keep(workshop, task, Erased(), name="S1.zip", erasures=0)


@pytest.mark.parametrize(
    ("kind", "arguments", "table"),
    [("freeze", {"name": "First"}, "data_freeze"), ("report", {"freeze": None}, "report")],
)
def test_what_is_kept_once_is_kept_once_though_its_process_dies(
    app: Flask, workshop: Workshop, kind: str, arguments: dict[str, Any], table: str
) -> None:
    """As soon as it is kept the job is done: nobody begins it again, or tells that it failed."""
    task = claimed(workshop, kind, **arguments)
    WORKS[kind](workshop, task)
    # Here it dies.
    with workshop.change() as session:
        queue.give_up_lost(session, "here", at=workshop.now())
    assert not Runner(workshop, WORKS, "here").run_next()
    [job] = one_table(app, "job")
    assert (job["state"], len(one_table(app, table))) == ("done", 1)
    assert job["result"] in ({"freeze": "First"}, {"report": 1})


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("freeze", {"name": "First"}), ("report", {"freeze": None}), ("export", EXPORT)],
)
def test_a_process_that_is_taken_for_dead_stores_nothing(
    app: Flask, workshop: Workshop, kind: str, arguments: dict[str, Any]
) -> None:
    """One that was stopped, say: its job is another's when it goes on."""
    task = claimed(workshop, kind, **arguments)
    with workshop.change() as session:
        queue.give_up_lost(session, "elsewhere", at=workshop.now() + 2 * queue.LOST_ELSEWHERE)
        assert queue.claim(session, "elsewhere", at=workshop.now())
    with pytest.raises(queue.LostError):
        WORKS[kind](workshop, task)
    kept = stored(app, "data_freeze", "report", "job_part", "job")
    [job] = kept.pop("job")
    assert job["state"] == "running"
    assert not any(kept.values())


def claimed(workshop: Workshop, kind: str, **arguments: Any) -> Task:
    """A job of that kind that a process here has begun."""
    with workshop.change() as session:
        queue.ask(session, kind, arguments, study_id=1, at=workshop.now(), by="staff:1")
        task = queue.claim(session, "here", at=workshop.now())
    assert task is not None
    return task
