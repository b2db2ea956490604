"""How many findings of the checks wait: counted at once where that is quick, else by a job, and dated.

The checks look at every patient and every answer, which takes seconds in a study of very many. There the
last count is shown with its time while a job counts again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import SOFTWARE
from surveys.jobs import queue
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.lists.at_once import Part, Rows, ShortList
from surveys.lists.checks import page
from surveys.lists.checks.check import Terms
from surveys.lists.scope import Scope
from surveys.models import Event, Job, Study
from surveys.models.audit import READ
from surveys.store.study.studies import today

KIND = "checks"
QUICK = 0.5  # seconds that a request may spend on counting


@dataclass(frozen=True)
class Findings:
    """How many wait, by check; `counted_at` is None where that is so now."""

    numbers: Mapping[str, int]
    counted_at: datetime | None = None


@dataclass(frozen=True)
class LastCount:
    """The last count by a job, if there is one, and the number of the study's newest event."""

    result: Mapping[str, Any] | None
    counted_at: datetime | None
    newest: int


def last_count(scope: Scope) -> Part[LastCount]:
    """The last count of these patients' findings."""
    key = queue.digest(scope.study_id, KIND, _arguments(scope))
    done = select(Job.result, Job.ended_at, Job.id).where(Job.key == key, Job.state == "done")

    def made(rows: Rows) -> LastCount:
        newest = rows["newest_event"][0]["newest"] if rows["newest_event"] else 0
        if not rows["last_count"]:
            return LastCount(None, None, newest)
        row = rows["last_count"][0]
        return LastCount(row["result"], row["ended_at"], newest)

    lists = {
        "last_count": ShortList(done, (Job.id.desc(),), 1),
        "newest_event": ShortList(_events(scope.study_id), (Event.number.desc(),), 1),
    }
    return Part(lists, made)


def waiting(session: Session, terms: Terms, last: LastCount, *, ask: Callable[[], None]) -> Findings:
    """What waits, counted here unless that takes long: then it is `ask`ed for."""
    told = last.result
    if told is None or told["seconds"] <= QUICK:
        began = time.monotonic()
        numbers = page.waiting(session, terms)
        if time.monotonic() - began > QUICK:
            ask()
        return Findings(numbers)
    # An earlier version may have counted for a check that is no more.
    numbers = {key: number for key, number in told["numbers"].items() if key in page.CHECKS}
    if told["basis"] == _basis(terms.scope, last.newest):
        return Findings(numbers)
    ask()
    return Findings(numbers, last.counted_at)


def count(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """The work of a job that counts them; the counts before are dropped."""
    began = time.monotonic()
    with workshop.look() as session:
        study = session.get_one(Study, task.study_id)
        scope = Scope(study.id, task.arguments["site"], today(study, workshop.now()))
        newest = session.scalar(_events(study.id).order_by(Event.number.desc()).limit(1)) or 0
        numbers = page.waiting(session, Terms(scope, study.lowest_age, list(workshop.library)))
    with workshop.change() as session:
        queue.forget(session, queue.done(session, task.study_id, KIND, task.arguments))
    seconds = time.monotonic() - began
    return {"numbers": numbers, "basis": _basis(scope, newest), "seconds": seconds}


def note(session: Session, scope: Scope, *, at: datetime, by: str) -> None:
    """Note, in this transaction, that a job is to count; the next look does where too much waits already."""
    with suppress(queue.FullError):
        queue.ask(session, KIND, _arguments(scope), study_id=scope.study_id, at=at, by=by)


def _arguments(scope: Scope) -> dict[str, Any]:
    return {"site": scope.site}


def _basis(scope: Scope, newest: int) -> Sequence[Any]:
    """All that a count depends on."""
    return [newest, scope.today.isoformat(), SOFTWARE]


def _events(study_id: int) -> Any:
    """Numbers of the study's events. Reading a patient's page changes no finding."""
    return select(Event.number.label("newest")).where(Event.study_id == study_id, Event.action != READ)
