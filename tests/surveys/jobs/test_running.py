"""What is told of a job: its result, a refusal in the store's words, a fault without anybody's answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from surveys.jobs import queue, running
from surveys.jobs.queue import Task
from surveys.jobs.running import Runner, Workshop
from surveys.models import Job
from surveys.store.errors import Refused


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The queue's own tests ask both databases."""
    return sqlite_url


def ended(workshop: Workshop, does: Any) -> tuple[str, str | None, dict[str, Any]]:
    """State, error and result of a job whose work is `does`."""

    def work(_: Workshop, task: Task) -> Mapping[str, Any]:
        result: Mapping[str, Any] = does(task)
        return result

    with workshop.change() as session:
        number = queue.ask(session, "any", {}, study_id=1, at=workshop.now(), by="staff:1")
    runner = Runner(workshop, {"any": work}, "a")
    assert runner.run_next()
    assert not runner.run_next()
    assert runner.task is None
    with workshop.snapshot() as session:
        job = session.get_one(Job, number)
        return job.state, job.error, job.result


def test_the_result_is_kept(workshop: Workshop) -> None:
    assert ended(workshop, lambda task: {"name": task.kind}) == ("done", None, {"name": "any"})


def test_a_refusal_is_told_as_it_is(workshop: Workshop) -> None:
    def refuse(_: Task) -> None:
        raise Refused("There is a freeze “A” already.")

    assert ended(workshop, refuse) == ("failed", "There is a freeze “A” already.", {})


def test_a_fault_is_told_without_what_it_says(workshop: Workshop, caplog: pytest.LogCaptureFixture) -> None:
    """The log names its kind and place, never its message, which may hold an answer."""

    fault = ValueError("S00001 answered 4")

    def fail(_: Task) -> None:
        raise fault

    with caplog.at_level(logging.ERROR):
        assert ended(workshop, fail) == ("failed", running.FAULT, {})
    assert "ValueError" in caplog.text
    assert "in fail" in caplog.text
    assert "S00001" not in caplog.text


def test_a_beat_keeps_the_job_and_leaving_gives_it_back(workshop: Workshop) -> None:
    """As the threads beside the work do it."""
    seen = []

    def work(_: Workshop, task: Task) -> Mapping[str, Any]:
        with workshop.snapshot() as session:
            seen.append(session.get_one(Job, task.id).beat_at)
        runner.beat()
        with workshop.snapshot() as session:
            seen.append(session.get_one(Job, task.id).beat_at)
        runner.leave()
        with workshop.snapshot() as session:
            seen.append(session.get_one(Job, task.id).state)
        return {}

    with workshop.change() as session:
        queue.ask(session, "any", {}, study_id=1, at=workshop.now(), by="staff:1")
    runner = Runner(workshop, {"any": work}, "a")
    runner.run_next()
    assert seen[0] < seen[1]
    assert seen[2] == "waiting"
