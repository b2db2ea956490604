"""Files that staff send to be imported: kept in parts for a day, with the mapping that is being worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.jobs.files import PART
from surveys.jobs.queue import digest
from surveys.models import Job, JobPart
from surveys.store.errors import Refused

KIND = "incoming"
READY = "ready"
"""Set in what is told of a file that says itself what it means, so that nothing is asked of it."""
GONE = _("This file is gone: it is kept for a day, and goes when somebody's data are removed. Send it again.")


@dataclass(frozen=True)
class Incoming:
    """A file with the mapping that is proposed and the one that a person made of it."""

    name: str
    content: bytes
    proposed: str
    mapping: str
    told: Mapping[str, Any]


def keep(
    session: Session,
    study_id: int,
    name: str,
    content: bytes,
    told: Mapping[str, Any],
    *,
    at: datetime,
    by: str,
) -> int:
    """Keep a file; `told` has at least its `proposed` mapping and the `mapping`. Returns its number."""
    arguments = {"name": name, "site": None, "by": by}
    job = Job(
        study_id=study_id,
        kind=KIND,
        arguments=arguments,
        key=digest(study_id, KIND, arguments, at.isoformat()),
        state="done",
        progress=100,
        asked_by=by,
        asked_at=at,
        ended_at=at,
        result=dict(told),
    )
    session.add(job)
    session.flush()
    for number, start in enumerate(range(0, len(content), PART)):
        session.add(JobPart(job_id=job.id, number=number, content=content[start : start + PART]))
    return job.id


def change(session: Session, number: int, mapping: str) -> None:
    """Keep what a person made of the mapping."""
    job = session.get_one(Job, number)
    job.result = {**job.result, "mapping": mapping}


def find(session: Session, study_id: int, number: int) -> Incoming:
    """The file with this number.

    Raises:
        Refused: there is none of this study, or it is gone.
    """
    job = session.get(Job, number)
    if job is None or (job.study_id, job.kind) != (study_id, KIND):
        raise Refused(GONE)
    parts = select(JobPart.content).where(JobPart.job_id == number).order_by(JobPart.number)
    content = b"".join(session.scalars(parts))
    if not content:
        raise Refused(GONE)
    return Incoming(job.arguments["name"], content, job.result["proposed"], job.result["mapping"], job.result)
