"""Boards as the database keeps them, each as last drawn: dated, and gone once it may hold what was erased."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys import SOFTWARE
from surveys.jobs.boards.board import Board, packed, unpacked
from surveys.jobs.queue import digest
from surveys.lists import figures
from surveys.models import BoardCopy

KEPT = timedelta(days=30)
MOST = 400  # boards of one study: the oldest go first


@dataclass(frozen=True)
class Order:
    """The order of a board: everything that decides its content and its readers, except data and day."""

    study_id: int
    site: str | None
    may_open_patients: bool
    smallest_group: int
    page: str
    filters: tuple[tuple[str, str], ...]
    pair: str
    together: bool
    visits: tuple[tuple[str, str], ...]
    language: str = "en"

    @property
    def key(self) -> str:
        """The digest under which its board is kept."""
        return digest(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The order as a job's arguments."""
        return {**asdict(self), "filters": dict(self.filters), "visits": [list(one) for one in self.visits]}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """The order of a job's arguments."""
        pairs = {
            "filters": tuple(sorted(told["filters"].items())),
            "visits": tuple((key, name) for key, name in told["visits"]),
        }
        return cls(**{**told, **pairs})


@dataclass(frozen=True)
class DatedBoard:
    """A board, the state of its data (`surveys.lists.figures`), its day, when and how long it was drawn."""

    board: Board
    state: int
    day: date
    at: datetime
    seconds: float
    software: str = SOFTWARE

    def is_new(self, state: int, day: date) -> bool:
        """Whether it would be drawn the same now."""
        return self.state >= state and self.day == day and self.software == SOFTWARE


def find(session: Session, order: Order) -> DatedBoard | None:
    """The last board of an order; None if there is none that may be shown."""
    copy = session.scalar(select(BoardCopy).where(BoardCopy.key == order.key))
    if copy is None or figures.newest_loss(session, order.study_id, since=copy.state):
        return None
    board = unpacked(copy.content)
    if board is None:
        return None
    return DatedBoard(board, copy.state, copy.day, copy.drawn_at, copy.seconds, copy.software)


def keep(session: Session, order: Order, drawn: DatedBoard) -> bool:
    """Keep a board in place of the one before; False if its data may have been erased since it read them."""
    if figures.newest_loss(session, order.study_id, since=drawn.state):
        return False
    session.execute(delete(BoardCopy).where(BoardCopy.key == order.key))
    session.add(
        BoardCopy(
            study_id=order.study_id,
            key=order.key,
            state=drawn.state,
            day=drawn.day,
            software=drawn.software,
            drawn_at=drawn.at,
            seconds=drawn.seconds,
            content=packed(drawn.board),
        )
    )
    return True


def prune(session: Session, study_id: int, *, at: datetime) -> None:
    """Drop boards of more than a month ago, beyond the limit, or with what may have been erased."""
    ours = BoardCopy.study_id == study_id
    newest = select(BoardCopy.id).where(ours).order_by(BoardCopy.drawn_at.desc(), BoardCopy.id.desc())
    loss = figures.newest_loss(session, study_id, since=0)
    session.execute(
        delete(BoardCopy).where(
            ours
            & (
                (BoardCopy.drawn_at < at - KEPT)
                | (BoardCopy.state < loss)
                | BoardCopy.id.not_in(newest.limit(MOST))
            )
        )
    )
