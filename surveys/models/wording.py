"""A site's own texts of instruments, and permissions to use a wording in a study. Both are append-only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, Name, one_of


class LoadedWording(Base):
    """Texts of one version of an instrument, in one or more languages, as a site loaded them.

    `texts` maps a language to the content of `surveys.instruments.instrument.LocaleText`; `file` is the name
    of their file.
    """

    __tablename__ = "wording"
    __table_args__ = (UniqueConstraint("instrument", "version", "name"), one_of("status", ("loaded",)))

    id: Mapped[Id]
    instrument: Mapped[Code]
    version: Mapped[Code]
    name: Mapped[Code]
    status: Mapped[Code] = mapped_column(default="loaded")
    texts: Mapped[dict[str, Any]]
    sha256: Mapped[Digest]
    file: Mapped[Name]
    loaded_by: Mapped[str] = mapped_column(String(100))
    loaded_at: Mapped[Instant]


class Permission(Base):
    """The permission to ask an instrument in a wording: who gave it, where it is written, and the
    translation's publication. The newest row of a study and instrument is in force."""

    __tablename__ = "permission"
    __table_args__ = (
        CheckConstraint("holder <> '' AND reference <> '' AND publication <> ''", name="told"),
        Index("ix_permission_study_id_instrument", "study_id", "instrument"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    instrument: Mapped[Code]
    version: Mapped[Code]
    wording: Mapped[Code]
    holder: Mapped[str]
    reference: Mapped[str]
    publication: Mapped[str]
    recorded_by: Mapped[str] = mapped_column(String(100))
    recorded_at: Mapped[Instant]
