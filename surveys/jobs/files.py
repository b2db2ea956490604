"""The file that a job makes: kept in the database in parts, for whoever asked, for a day."""

from __future__ import annotations

from typing import IO, Any

from sqlalchemy import select

from analysis.words import words as _
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
        Refused: there are more `erasures` than when its data were read.
    """
    file.seek(0)
    number = 0
    while content := file.read(PART):
        with workshop.change() as session:
            session.add(JobPart(job_id=task.id, number=number, content=content))
        number += 1
    with workshop.look() as session:
        if results.erasures(session, task.study_id) != erasures:
            raise Refused(ERASED)
    return {"name": name, "erasures": erasures}


def is_there(desk: Desk, job: Job) -> bool:
    """Whether the file of a job is there and may be given out."""
    if job.state != "done" or "erasures" not in job.result:
        return False
    with desk.look() as session:
        kept = session.scalar(select(JobPart.number).where(JobPart.job_id == job.id).limit(1))
        return kept is not None and results.erasures(session, job.study_id) == job.result["erasures"]


def copy(desk: Desk, job: Job, to: IO[bytes]) -> None:
    """Write the file of a job into the open file `to`, part by part."""
    number = 0
    while True:
        with desk.look() as session:
            part = session.scalar(select(JobPart.content).filter_by(job_id=job.id, number=number))
        if part is None:
            to.seek(0)
            return
        to.write(part)
        number += 1
