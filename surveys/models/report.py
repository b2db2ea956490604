"""A report on a study as it was made once, so that it can be fetched again."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, one_of

PAGE = "html"
NUMBERS = "json"
FORMS = (PAGE, NUMBERS)


class Report(Base):
    """A report on a freeze, or else on the data as they were then, whose digest is `data_sha256`.

    `html_sha256` and `json_sha256` are the digests of its files. Append-only.
    """

    __tablename__ = "report"
    __table_args__ = (Index("ix_report_study_id", "study_id"),)

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    freeze_id: Mapped[int | None] = mapped_column(ForeignKey("data_freeze.id"))
    data_sha256: Mapped[Digest]
    html_sha256: Mapped[Digest]
    json_sha256: Mapped[Digest]
    software: Mapped[Code]
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[Instant]

    def digest(self, form: str) -> str:
        """The SHA-256 of its file of that form."""
        return {PAGE: self.html_sha256, NUMBERS: self.json_sha256}[form]


class ReportFile(Base):
    """A file of a report, compressed (zlib). It goes once answers in it are erased, and only then."""

    __tablename__ = "report_file"
    __table_args__ = (one_of("form", FORMS),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), primary_key=True)
    form: Mapped[Code] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
