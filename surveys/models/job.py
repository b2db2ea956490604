"""Long work outside requests, its results, and the boards it draws: all of it can be made again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

LIVE = ("waiting", "running")
ENDED = ("done", "failed")
STATES = (*LIVE, *ENDED)


class Job(Base):
    """Work that somebody asked for. Of one `key`, the digest of kind and arguments, only one job is live.

    `host` is the machine that works on it, `beat_at` when it was last seen at that; `tries` counts how often
    it was begun. `error` is a sentence for whoever asked.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("(state = 'running') = (beat_at IS NOT NULL)", name="beat"),
        CheckConstraint("(state IN ('done', 'failed')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="error"),
        Index("ix_job_key", "key"),
        Index("ix_job_study_id", "study_id"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    kind: Mapped[Code]
    arguments: Mapped[dict[str, Any]]
    key: Mapped[Digest]
    state: Mapped[Code] = mapped_column(default="waiting")
    progress: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[Instant]
    host: Mapped[str | None] = mapped_column(String(200))
    begun_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None]


Index(
    "uq_job_live",
    Job.key,
    unique=True,
    sqlite_where=Job.state.in_(LIVE),
    postgresql_where=Job.state.in_(LIVE),
)
Index(
    "ix_job_live", Job.state, Job.id, sqlite_where=Job.state.in_(LIVE), postgresql_where=Job.state.in_(LIVE)
)


class JobPart(Base):
    """A piece of the file that a job made; they follow each other by `number`."""

    __tablename__ = "job_part"

    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BoardCopy(Base):
    """A board of the dashboard as last drawn. `key` is the digest of its order.

    `state` is that of its data (`surveys.lists.figures`), `day` the day that counts as today,
    `software` what drew it, `seconds` how long that took. `content` is compressed JSON.
    """

    __tablename__ = "board_copy"
    __table_args__ = (UniqueConstraint("key"), Index("ix_board_copy_study_id", "study_id"))

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    key: Mapped[Digest]
    state: Mapped[int]
    day: Mapped[date]
    software: Mapped[Code]
    drawn_at: Mapped[Instant]
    seconds: Mapped[float]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Host(Base):
    """A machine whose worker looks for jobs, and when it last did."""

    __tablename__ = "host"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    seen_at: Mapped[Instant]


OF_JOBS = tuple(table.__tablename__ for table in (Job, JobPart, BoardCopy, Host))
"""Tables that no backup keeps."""
