"""A list of patients that a member of staff made: what it shows, never whom."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys import same
from surveys.models.base import Base, Id, Instant, Name, made_from


class OwnList(Base):
    """Columns, conditions and order (`chosen`), under a name; `shared` with everybody who may see patients.

    What a reader sees of it is theirs: the patients are looked up anew, within the reader's site.
    """

    __tablename__ = "own_list"
    __table_args__ = (UniqueConstraint("study_id", "staff_id", "name_folded"),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[Name]
    shared: Mapped[bool]
    chosen: Mapped[dict[str, Any]]
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    name_folded: Mapped[Name] = made_from("name", by=same.folded)
