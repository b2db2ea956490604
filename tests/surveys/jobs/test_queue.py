"""The queue of jobs: one of each, each to one process, and none lost when a process dies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from surveys.jobs import queue
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Job, JobPart
from surveys.signing import CLOCKS_APART

pytestmark = pytest.mark.database

AT = datetime(2026, 3, 10, 10, 32, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)


def asked(workshop: Workshop, kind: str = "export", **arguments: Any) -> int:
    with workshop.change() as session:
        return queue.ask(session, kind, arguments, study_id=1, at=AT, by="staff:1")


def claimed(workshop: Workshop, host: str = "a", at: datetime = AT) -> Task | None:
    with workshop.change() as session:
        return queue.claim(session, host, at=at)


def jobs(workshop: Workshop) -> list[Mapping[str, Any]]:
    with workshop.snapshot() as session:
        return list(session.execute(select(*Job.__table__.columns).order_by(Job.id)).mappings())


def lost(workshop: Workshop, host: str, at: datetime) -> None:
    with workshop.change() as session:
        queue.give_up_lost(session, host, at=at)


def taken_over(workshop: Workshop) -> tuple[Task, Task]:
    """A job as the process sees it that was thought dead, and as the one sees it that has it now."""
    asked(workshop, form="tidy")
    first = claimed(workshop, "a")
    lost(workshop, "a", LATER)
    second = claimed(workshop, "b", LATER)
    assert first is not None
    assert second is not None
    return first, second


def test_the_same_work_is_asked_for_once_while_it_is_live(workshop: Workshop) -> None:
    """Also by somebody else; other arguments are other work; once it is done it may be asked for again."""
    first = asked(workshop, form="tidy")
    assert asked(workshop, form="tidy") == first
    assert asked(workshop, form="bundle") != first
    task = claimed(workshop)
    assert task is not None
    assert asked(workshop, form="tidy") == first
    with workshop.change() as session:
        queue.finish(session, task, {"name": "S1.zip"}, at=LATER)
    assert asked(workshop, form="tidy") > first
    assert jobs(workshop)[0]["result"] == {"name": "S1.zip"}


def test_two_transactions_that_ask_at_once_get_one_job(workshop: Workshop) -> None:
    """The second waits for the first on PostgreSQL; SQLite has one writer at a time anyhow."""
    numbers = {asked(workshop, form="tidy") for _ in range(2)}
    assert len(numbers) == len(jobs(workshop)) == 1


def test_what_somebody_looks_at_comes_first(workshop: Workshop) -> None:
    """Then the oldest."""
    asked(workshop, form="tidy")
    asked(workshop, form="bundle")
    asked(workshop, "board", page="time")
    tasks = [claimed(workshop) for _ in range(4)]
    assert [(one.kind, dict(one.arguments)) if one else None for one in tasks] == [
        ("board", {"page": "time"}),
        ("export", {"form": "tidy"}),
        ("export", {"form": "bundle"}),
        None,
    ]


def test_a_job_that_another_claims_at_this_moment_is_passed_over(workshop: Workshop) -> None:
    """On PostgreSQL; on SQLite the second process waits for the first."""
    asked(workshop, form="tidy")
    asked(workshop, form="bundle")
    with workshop.change() as session:
        first = queue.claim(session, "a", at=AT)
        second = claimed(workshop, "b") if session.get_bind().dialect.name == "postgresql" else None
    second = second or claimed(workshop, "b")
    assert first is not None
    assert second is not None
    assert {first.id, second.id} == {1, 2}


def test_the_queue_is_bounded(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is live already may still be asked for."""
    monkeypatch.setattr(queue, "LONGEST", 2)
    asked(workshop, form="tidy")
    asked(workshop, form="bundle")
    with pytest.raises(queue.FullError, match="ask again"):
        asked(workshop, form="spss")
    assert asked(workshop, form="tidy") == 1


def test_what_a_dead_process_left_is_done_by_another(workshop: Workshop) -> None:
    """On its own machine at once, elsewhere after a while without a beat."""
    asked(workshop, form="tidy")
    first = claimed(workshop, "a")
    assert first is not None
    lost(workshop, "b", AT + queue.LOST_ELSEWHERE)
    assert claimed(workshop, "b") is None
    with workshop.change() as session:
        queue.beat(session, first, at=LATER)
    lost(workshop, "b", AT + queue.LOST_ELSEWHERE + timedelta(seconds=1))
    assert claimed(workshop, "b") is None
    lost(workshop, "a", LATER)
    second = claimed(workshop, "a", LATER)
    assert second is not None
    assert (second.id, second.tries) == (first.id, 2)


def test_a_machine_whose_clock_is_ahead_takes_no_living_job(workshop: Workshop) -> None:
    """Clocks may be as far apart as for what is signed: the last beat is of the other's."""
    asked(workshop, form="tidy")
    assert claimed(workshop, "a")
    lost(workshop, "b", AT + queue.BEAT + CLOCKS_APART)
    assert claimed(workshop, "b") is None


def test_a_job_whose_process_may_have_died_needs_one(workshop: Workshop) -> None:
    """Also where no other job waits: else it stays half done until somebody asks for another."""

    def needs(host: str, at: datetime) -> bool:
        with workshop.snapshot() as session:
            return queue.needs_process(session, host, at=at)

    soon, later = AT + queue.LOST_ELSEWHERE, AT + queue.LOST_ELSEWHERE + timedelta(seconds=1)
    before = needs("a", AT)
    asked(workshop, form="tidy")
    waits = needs("b", AT)
    task = claimed(workshop, "a")
    assert task is not None
    assert (before, waits) == (False, True)
    assert (needs("a", AT), needs("b", soon), needs("b", later)) == (True, False, True)
    with workshop.change() as session:
        queue.finish(session, task, {}, at=AT)
    assert not needs("a", later)


def test_what_ends_its_process_twice_is_told_as_failed(workshop: Workshop) -> None:
    asked(workshop, form="tidy")
    for _ in range(queue.TRIES):
        assert claimed(workshop)
        lost(workshop, "a", LATER)
    assert claimed(workshop) is None
    [job] = jobs(workshop)
    assert (job["state"], job["error"]) == ("failed", queue.DIED)


def test_a_process_that_is_told_to_end_costs_no_try(workshop: Workshop) -> None:
    asked(workshop, form="tidy")
    for _ in range(queue.TRIES + 1):
        task = claimed(workshop)
        assert task is not None
        with workshop.change() as session:
            queue.give_back(session, task)


def test_who_lost_a_job_changes_nothing_of_it(workshop: Workshop) -> None:
    """A process that was thought dead and comes back finds its job with another."""
    first, second = taken_over(workshop)
    with workshop.change() as session:
        queue.finish(session, first, {}, at=LATER)
        queue.tell(session, second, 40)
    [job] = jobs(workshop)
    assert (job["state"], job["host"], job["progress"]) == ("running", "b", 40)


def test_who_lost_a_job_takes_nothing_of_its_file(workshop: Workshop) -> None:
    """Told as failed by whom it is no more, it stays with its parts."""
    first, second = taken_over(workshop)
    with workshop.change() as session:
        queue.hold(session, second)
        session.add(JobPart(job_id=second.id, number=0, content=b"PK"))
    with workshop.change() as session:
        queue.fail(session, first, "A fault", at=LATER)
        with pytest.raises(queue.LostError):
            queue.tell(session, first, 50)
    with workshop.snapshot() as session:
        assert [part.content for part in session.scalars(select(JobPart))] == [b"PK"]
    assert jobs(workshop)[0]["state"] == "running"


def test_files_go_after_a_day_and_jobs_after_a_week(workshop: Workshop) -> None:
    asked(workshop, form="tidy")
    task = claimed(workshop)
    assert task is not None
    with workshop.change() as session:
        session.add(JobPart(job_id=task.id, number=0, content=b"PK"))
        queue.finish(session, task, {}, at=AT)

    def left(after: timedelta) -> tuple[int, int]:
        with workshop.change() as session:
            queue.prune(session, at=AT + after)
        with workshop.snapshot() as session:
            return len(session.scalars(select(JobPart)).all()), len(session.scalars(select(Job)).all())

    assert left(queue.FILES_KEPT) == (1, 1)
    assert left(queue.FILES_KEPT + timedelta(seconds=1)) == (0, 1)
    assert left(queue.KEPT + timedelta(seconds=1)) == (0, 0)


def test_a_worker_of_another_host_is_known_for_a_minute(workshop: Workshop) -> None:
    """Then a server starts a process of its own again."""
    with workshop.change() as session:
        queue.see(session, "a", at=AT - queue.LOST_AFTER)
    with workshop.change() as session:
        queue.see(session, "a", at=AT)
    with workshop.snapshot() as session:
        known = [
            queue.has_worker_elsewhere(session, host, at=at)
            for host, at in (("a", AT), ("b", AT), ("b", AT + queue.LOST_AFTER))
        ]
    assert known == [False, True, False]
