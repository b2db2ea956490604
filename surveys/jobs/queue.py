"""The queue: who may ask for what, who works on it, and what becomes of work whose process died.

Every function is one short step of a transaction that its caller commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Host, Job, JobPart
from surveys.models.dialects import insert_once
from surveys.models.job import ENDED, LIVE
from surveys.signing import CLOCKS_APART

LONGEST = 64  # jobs that may be live at once
TRIES = 2  # what ended its process twice would end it for ever
BEAT = timedelta(seconds=10)
LOST_AFTER = 6 * BEAT
LOST_ELSEWHERE = LOST_AFTER + CLOCKS_APART  # a beat is told by the clock of its own machine
FILES_KEPT = timedelta(days=1)
KEPT = timedelta(days=7)
URGENT = ("board",)  # somebody looks at the page meanwhile
DIED = _("The process that worked on it ended before it was done, more than once.")


class FullError(Exception):
    """The queue is full; nothing was asked."""


class LostError(Exception):
    """The job is another process's by now, or has ended: nothing more is stored of it."""


@dataclass(frozen=True)
class Task:
    """A job as its work sees it."""

    id: int
    study_id: int
    kind: str
    arguments: Mapping[str, Any]
    asked_by: str
    asked_at: datetime
    begun_at: datetime
    tries: int


def ask(
    session: Session, kind: str, arguments: Mapping[str, Any], *, study_id: int, at: datetime, by: str
) -> int:
    """The id of the live job with these arguments, which is made if there is none.

    Raises:
        FullError: as many jobs as may be live are live.
    """
    key = digest(study_id, kind, arguments)
    live = select(Job.id).where(Job.key == key, Job.state.in_(LIVE))
    if (found := session.scalar(live)) is not None:
        return found
    if session.scalars(select(func.count()).where(Job.state.in_(LIVE))).one() >= LONGEST:
        raise FullError(_("As much long work is waiting as may wait. Please ask again in a few minutes."))
    asked = {"arguments": dict(arguments), "asked_by": by, "asked_at": at}
    made = insert_once(session, Job, study_id=study_id, kind=kind, key=key, **asked)
    return made if made is not None else session.scalars(live).one()


def digest(*what: Any) -> str:
    """A digest that is the same for the same values."""
    return hashlib.sha256(json.dumps(what, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def is_waited_for(session: Session) -> bool:
    """Whether a job waits."""
    return session.scalar(select(Job.id).where(Job.state == "waiting").limit(1)) is not None


def needs_process(session: Session, host: str, *, at: datetime) -> bool:
    """Whether a job waits, or is one that a process of this host would take back."""
    wanted = (Job.state == "waiting") | _lost(host, at)
    return session.scalar(select(Job.id).where(wanted).limit(1)) is not None


def claim(session: Session, host: str, *, at: datetime) -> Task | None:
    """The next job, which is now this host's; no two processes get the same."""
    job = session.scalar(
        select(Job)
        .where(Job.state == "waiting")
        .order_by(Job.kind.not_in(URGENT), Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state, job.host, job.begun_at, job.beat_at = "running", host, at, at
    job.tries += 1
    session.execute(delete(JobPart).where(JobPart.job_id == job.id))  # of a try that was cut off
    return Task(
        job.id,
        job.study_id,
        job.kind,
        job.arguments,
        job.asked_by,
        job.asked_at,
        begun_at=at,
        tries=job.tries,
    )


def hold(session: Session, task: Task) -> None:
    """Keep the job this process's until the transaction ends, so that what it stores is stored once.

    Raises:
        LostError: it is another's, or has ended.
    """
    if session.scalar(select(Job.id).where(_is(task)).with_for_update()) is None:
        raise LostError


def beat(session: Session, task: Task, *, at: datetime) -> None:
    """Say that the job is still being worked on."""
    _of(session, task, beat_at=at)


def tell(session: Session, task: Task, progress: int) -> None:
    """Say how far it is, in hundredths.

    Raises:
        LostError: nobody needs to go on.
    """
    hold(session, task)
    _of(session, task, progress=progress)


def finish(session: Session, task: Task, result: Mapping[str, Any], *, at: datetime) -> None:
    """The job is done."""
    _of(session, task, state="done", progress=100, beat_at=None, ended_at=at, result=dict(result))


def fail(session: Session, task: Task, error: str, *, at: datetime) -> None:
    """The job cannot be done; `error` is for whoever asked. What was made of its file goes."""
    failed = (JobPart.job_id == task.id) & exists().where(_is(task))
    session.execute(delete(JobPart).where(failed).execution_options(synchronize_session=False))
    _of(session, task, state="failed", beat_at=None, ended_at=at, error=error)


def give_back(session: Session, task: Task) -> None:
    """Let another process do it, because this one is told to end."""
    _of(session, task, state="waiting", beat_at=None, host=None, tries=task.tries - 1)


def give_up_lost(session: Session, host: str, *, at: datetime) -> None:
    """Take back what processes left that died: on this host any, elsewhere what has not been seen for long.

    Only the one process of a host may call this.
    """
    for job in session.scalars(select(Job).where(_lost(host, at)).with_for_update()):
        job.beat_at, job.host = None, None
        if job.tries < TRIES:
            job.state = "waiting"
        else:
            job.state, job.ended_at, job.error = "failed", at, DIED


def prune(session: Session, *, at: datetime) -> None:
    """Drop files of yesterday, and jobs of last week."""
    over = select(Job.id).where(Job.ended_at < at - FILES_KEPT)
    session.execute(delete(JobPart).where(JobPart.job_id.in_(over)))
    session.execute(delete(Job).where(Job.ended_at < at - KEPT))


def last_failure(session: Session, study_id: int, kind: str, arguments: Mapping[str, Any]) -> Job | None:
    """The last such job, if it failed."""
    key = digest(study_id, kind, arguments)
    last = session.scalar(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1))
    return last if last is not None and last.state == "failed" else None


def done(session: Session, study_id: int, kind: str, arguments: Mapping[str, Any]) -> Sequence[Job]:
    """Such jobs that are done."""
    key = digest(study_id, kind, arguments)
    return session.scalars(select(Job).where(Job.key == key, Job.state == "done")).all()


def forget(session: Session, jobs: Iterable[Job]) -> None:
    """Drop ended jobs with their files."""
    ids = [job.id for job in jobs if job.state in ENDED]
    session.execute(delete(JobPart).where(JobPart.job_id.in_(ids)))
    session.execute(delete(Job).where(Job.id.in_(ids)))


def see(session: Session, host: str, *, at: datetime) -> None:
    """Note that a worker of this host looks for jobs."""
    found = session.get(Host, host)
    if found is None:
        session.add(Host(name=host, seen_at=at))
    else:
        found.seen_at = at


def has_worker_elsewhere(session: Session, host: str, *, at: datetime) -> bool:
    """Whether a worker of another host looks for jobs, so that this one need not work on them."""
    seen = select(Host.name).where(Host.name != host, Host.seen_at > at - LOST_AFTER)
    return session.scalar(seen.limit(1)) is not None


def _lost(host: str, at: datetime) -> ColumnElement[bool]:
    """Jobs whose process has died, where none of this host is at work."""
    return (Job.state == "running") & ((Job.host == host) | (Job.beat_at < at - LOST_ELSEWHERE))


def _of(session: Session, task: Task, **values: Any) -> None:
    """Change the job while it is the task's."""
    mine = update(Job).where(_is(task)).values(**values)
    session.execute(mine.execution_options(synchronize_session=False))


def _is(task: Task) -> ColumnElement[bool]:
    """That the job is the task's still: another process may have taken it over."""
    return (Job.id == task.id) & (Job.state == "running") & (Job.tries == task.tries)
