"""Findings of the checks: counted at once, or by a job and told with the time of the count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.jobs import findings, queue
from surveys.jobs.findings import KIND, Findings
from surveys.jobs.kinds import WORKS
from surveys.jobs.running import Runner, Workshop
from surveys.lists.at_once import ask
from surveys.lists.checks import page
from surveys.lists.checks.check import Terms
from surveys.lists.scope import Scope
from surveys.models import Job, Patient, Treatment
from surveys.models.audit import READ
from surveys.store import audit
from tests.support.present import now, today
from tests.support.study import changing, invite, library

Look = Callable[..., Findings]


@pytest.fixture
def is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """No count is quick, as in a study of very many patients."""
    monkeypatch.setattr(findings, "QUICK", -1.0)


@pytest.fixture
def is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every count is quick, on a busy machine too."""
    monkeypatch.setattr(findings, "QUICK", 600.0)


@pytest.fixture
def runner(workshop: Workshop) -> Runner:
    """What works on jobs."""
    return Runner(workshop, WORKS, "here")


@pytest.fixture
def look(app: Flask, workshop: Workshop) -> Look:
    """What a look at Today tells."""

    def look(site: str | None = None, on: date | None = None) -> Findings:
        scope = Scope(1, site, on or today())
        terms = Terms(scope, 18, list(library(app)))
        asked: list[bool] = []
        with workshop.look() as session:
            last = ask(session, findings.last_count(scope))
            found = findings.waiting(session, terms, last, ask=lambda: asked.append(True))
        if asked:
            with workshop.change() as session:
                findings.note(session, scope, at=workshop.now(), by="test")
        return found

    return look


def injected(app: Flask, code: str, site: str) -> None:
    """A patient of that site, injected without a dose."""
    found = invite(app, code)
    with changing(app) as session:
        session.get_one(Patient, found.patient_id).site = site
        session.add(Treatment(patient_id=found.patient_id, kind="botulinum_toxin"))


def happened(app: Flask, action: str) -> None:
    with changing(app) as session:
        audit.record(session, audit.Entry(now(), "test", action, study_id=1))


def jobs(app: Flask, state: str) -> int:
    with changing(app) as session:
        return session.scalars(select(func.count(Job.id)).where(Job.kind == KIND, Job.state == state)).one()


@pytest.mark.usefixtures("is_quick")
def test_a_quick_count_is_made_at_once_and_leaves_no_job(app: Flask, look: Look) -> None:
    injected(app, "P2", "South")
    assert look().numbers["injection"] == 1
    injected(app, "P3", "South")
    found = look()
    assert (found.numbers["injection"], found.counted_at) == (2, None)
    assert jobs(app, "waiting") == 0


@pytest.mark.usefixtures("is_slow")
def test_a_slow_count_is_made_by_a_job_and_dated_once_something_happens(
    app: Flask, look: Look, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    injected(app, "P2", "South")
    first = look()
    assert (first.numbers["injection"], first.counted_at) == (1, None)
    assert (look(), jobs(app, "waiting")) == (first, 1)
    assert runner.run_next()
    with monkeypatch.context() as context:
        context.setattr(page, "waiting", None)  # from here on no look counts
        assert look() == first
        happened(app, READ)
        assert (look(), jobs(app, "waiting")) == (first, 0)
        injected(app, "P3", "South")
        for _turn in range(2):
            old = look()
            assert old.numbers == first.numbers
            assert old.counted_at is not None
        assert jobs(app, "waiting") == 1
    assert runner.run_next()
    newer = look()
    assert (newer.numbers["injection"], newer.counted_at) == (2, None)
    assert jobs(app, "done") == 1  # the count before is dropped


@pytest.mark.usefixtures("is_slow")
def test_a_count_is_of_its_readers_patients(app: Flask, look: Look, runner: Runner) -> None:
    """Who sees one site gets a count of their own."""
    injected(app, "P2", "North")
    look()
    assert runner.run_next()
    found = look("south")
    assert (found.numbers.get("injection", 0), found.counted_at) == (0, None)
    assert jobs(app, "waiting") == 1


@pytest.mark.usefixtures("is_slow")
def test_the_morning_after_a_count_is_of_yesterday(app: Flask, look: Look, runner: Runner) -> None:
    injected(app, "P2", "North")
    look()
    assert runner.run_next()
    found = look(on=today() + timedelta(days=1))
    assert found.numbers["injection"] == 1
    assert found.counted_at is not None
    assert jobs(app, "waiting") == 1


@pytest.mark.usefixtures("is_slow")
def test_a_check_that_is_no_more_is_not_told(app: Flask, look: Look, runner: Runner) -> None:
    """The page has no words for it."""
    injected(app, "P2", "South")
    look()
    assert runner.run_next()
    with changing(app) as session:
        job = session.scalars(select(Job)).one()
        job.result = {**job.result, "numbers": {**job.result["numbers"], "of before": 3}}
    found = look()
    assert (found.numbers["injection"], "of before" in found.numbers) == (1, False)


@pytest.mark.usefixtures("is_slow")
def test_a_full_queue_keeps_the_page(app: Flask, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "LONGEST", 0)
    injected(app, "P2", "South")
    assert look().numbers["injection"] == 1
    assert jobs(app, "waiting") == 0


@pytest.mark.usefixtures("is_quick")
def test_what_was_slow_once_is_counted_at_once_when_it_is_quick(
    app: Flask, look: Look, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setattr(findings, "QUICK", -1.0)
        look()
        assert runner.run_next()
    injected(app, "P2", "South")
    assert look() == Findings({**look().numbers, "injection": 1})
