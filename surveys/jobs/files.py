"""The file that a job makes: kept in the database in parts, for whoever asked, for a day."""

from __future__ import annotations

from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.jobs import queue
from surveys.jobs.desk import Desk
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Job, JobPart
from surveys.store.errors import Refused
from surveys.store.study import results

PART = 1 << 20  # bytes: a transaction that stores one holds up no answer
ERASED = _("Somebody's data were removed while this was being made, so it was thrown away. Please ask again.")


def keep(workshop: Workshop, task: Task, file: IO[bytes], *, name: str, erasures: int) -> dict[str, Any]:
    """Keep the open file, from its beginning, in short transactions; returns the job's result.

    Raises:
        Refused: there are more `erasures` than when its data were read, or parts went with one.
        LostError: another process makes the file.
    """
    file.seek(0)
    number = 0
    while content := file.read(PART):
        with workshop.change() as session:
            queue.hold(session, task)
            session.add(JobPart(job_id=task.id, number=number, content=content))
        number += 1
    with workshop.look() as session:
        kept = session.scalars(select(func.count()).where(JobPart.job_id == task.id)).one()
        if kept != number or results.erasures(session, task.study_id) != erasures:
            raise Refused(ERASED)
    return {"name": name, "erasures": erasures}


def must_still_hold(session: Session, task: Task, erasures: int) -> None:
    """Hold the job, and keep alone until the transaction ends what was read at so many `erasures`.

    Raises:
        LostError: the job is another process's by now.
        Refused: there are more erasures by now.
    """
    queue.hold(session, task)
    results.alone(session, task.study_id)
    if results.erasures(session, task.study_id) != erasures:
        raise Refused(ERASED)


def is_there(desk: Desk, job: Job) -> bool:
    """Whether the file of a job is there and may be given out."""
    if job.state != "done" or "erasures" not in job.result:
        return False
    with desk.look() as session:
        kept = session.scalar(select(JobPart.number).where(JobPart.job_id == job.id).limit(1))
        return kept is not None and results.erasures(session, job.study_id) == job.result["erasures"]


def copy(desk: Desk, job: Job, to: IO[bytes]) -> bool:
    """Write the file of a job into the open file `to`, part by part; False where it is gone by now.

    In one look: between two the file might go, and a part of it would be taken for the whole.
    """
    number = 0
    with desk.look() as session:
        while part := session.scalar(select(JobPart.content).filter_by(job_id=job.id, number=number)):
            to.write(part)
            number += 1
    to.seek(0)
    return number > 0
