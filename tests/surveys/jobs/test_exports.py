"""Files of a study's data that are overtaken by an erasure: none is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.exchange import freezing
from surveys.exchange.tidy import package
from surveys.jobs import files, queue
from surveys.jobs.kinds import WORKS
from surveys.jobs.running import Runner, Workshop
from surveys.models import Patient
from surveys.store.patient import erasing
from tests.support.study import changing, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queue's own tests ask both databases."""
    return sqlite_url


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
    told = {"form": "tidy", "site": None, "reason": None}
    assert done(app, workshop, "export", told) == files.ERASED
    assert one_table(app, "job_part") == []


def test_a_freeze_that_was_read_before_is_emptied(
    app: Flask, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name and day stay, as those of freezes that were kept before."""
    monkeypatch.setattr(freezing, "held", then_erased(app, freezing.held))
    assert done(app, workshop, "freeze", {"name": "First"}) == files.ERASED
    [freeze] = one_table(app, "data_freeze")
    assert (freeze["content"], freeze["name"]) == (None, "First")
