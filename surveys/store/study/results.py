"""What jobs made of a study's data: boards and files, which an erasure takes along."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from surveys.models import BoardCopy, Erasure, Job, JobPart, Patient, Study


def alone(session: Session, study_id: int) -> None:
    """Let nobody else keep or erase results of the study until the transaction ends.

    Else what was read before an erasure might be kept by a transaction that does not see it yet.
    """
    session.execute(select(Study.id).where(Study.id == study_id).with_for_update(key_share=True))


def erase(session: Session, study_id: int) -> None:
    """Delete the study's boards and files: they may hold what is being erased."""
    ours = select(Job.id).where(Job.study_id == study_id)
    session.execute(delete(BoardCopy).where(BoardCopy.study_id == study_id))
    session.execute(delete(JobPart).where(JobPart.job_id.in_(ours)))


def erasures(session: Session, study_id: int) -> int:
    """How often somebody's answers were erased: what was read when it was less may hold them."""
    counted = select(func.count(Erasure.id)).join(Patient, Patient.id == Erasure.patient_id)
    return session.scalars(counted.where(Patient.study_id == study_id, Erasure.level == "answers")).one()
