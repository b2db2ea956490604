"""Forms that studies made for themselves in the browser: definitions, kept as text. Append-only."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant


class OwnForm(Base):
    """One version of a form; `definition` is TOML, as in the files of other instruments."""

    __tablename__ = "own_form"
    __table_args__ = (UniqueConstraint("instrument", "version"),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    instrument: Mapped[Code]
    version: Mapped[Code]
    definition: Mapped[str] = mapped_column(Text)
    sha256: Mapped[Digest]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[Instant]
