"""What an investigator has signed: a visit or a freeze, as it was then."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from surveys.models.base import Base, Code, Digest, Id, Instant, Name, one_of
from surveys.models.staff import ROLES

MEANINGS = ("reviewed", "complete", "approved")


class Signature(Base):
    """Who signed what, when, and what it means. Append-only.

    `digest` is that of the digests by which the audit trail binds what was signed: a later correction of it
    makes another. `role` is that in which it was given; signatures of earlier versions do not say.
    """

    __tablename__ = "signature"
    __table_args__ = (
        CheckConstraint("(visit_id IS NULL) <> (freeze_id IS NULL)", name="signed"),
        one_of("meaning", MEANINGS),
        one_of("role", (*ROLES, "admin")),
    )

    id: Mapped[Id]
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    freeze_id: Mapped[int | None] = mapped_column(ForeignKey("data_freeze.id"), index=True)
    meaning: Mapped[Code]
    digest: Mapped[Digest]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[Name]
    signed_at: Mapped[Instant]
    role: Mapped[Code | None]
