"""A site's own texts of instruments, and the permission to use a wording in a study. Append-only, both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, Name, one_of


class LoadedWording(Base):
    """Texts of one version of an instrument, in one or more languages, as a site loaded them.

    `texts` maps a language to what `surveys.instruments.instrument.LocaleText` holds; `file` is the name of
    the file they came from.
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
    """What lets a study ask an instrument in a wording: who gave leave, where that is written, and the
    publication of the translation. The newest row of a study and instrument is the one in force."""

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
