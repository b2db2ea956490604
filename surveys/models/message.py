"""Messages to patients and their words: an outbox whose rows are planned, claimed, then settled.

It holds no address and no name: the sender reads them from the contact.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Digest, Id, Instant, Json, Name, one_of
from surveys.models.visit import Link, Visit

KINDS = ("invitation", "reminder", "thanks")
# sent: the mail server accepted it, the letter was printed, the call was made · failed: refused for good ·
# bounced: came back later · cancelled: never to go, `error` says why · unknown: claimed, outcome not known
OUTCOMES = ("sent", "failed", "bounced", "cancelled", "unknown")


class Outgoing:
    """The columns of every row of an outbox.

    `claimed_at` without an outcome means that a process is sending it, or died meanwhile. After a temporary
    refusal the claim is given back and `retry_at` is the time of the next attempt.
    """

    planned_at: Mapped[Instant]
    retry_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    outcome_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(100))


class Message(Outgoing, Base):
    """One message of a visit, once and for all. `error` is a code: the server's, or why it never goes.

    `parts` is how many messages a gateway counted for a text that went; mail is not counted.

    `asked_at` is when staff asked for it; the plan neither moves it nor takes it back.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("visit_id", "kind", "nth"),
        one_of("kind", KINDS),
        CheckConstraint("channel <> ''", name="channel"),  # which there are, surveys/mail/channels says
        one_of("outcome", OUTCOMES),
        CheckConstraint("nth >= 1", name="nth"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="settled"),
        Index("ix_message_outcome_planned_at", "outcome", "planned_at"),
    )

    id: Mapped[Id]
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"))
    kind: Mapped[Code]
    nth: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Code]
    asked_at: Mapped[datetime | None]
    parts: Mapped[int | None]

    visit: Mapped[Visit] = relationship(lazy="raise_on_sql")


class Messaging(Base):
    """How a study writes to its patients. Without a row the defaults of `surveys.daytime` hold.

    Hours are those of the patient's clock: messages go at `send_hour`, never before `earliest_hour` or from
    `latest_hour` on. `clinic` is the sender in subjects and texts. `region` is where mobile
    numbers without a country code are dialled, such as DE.
    """

    __tablename__ = "messaging"
    __table_args__ = (
        CheckConstraint(
            "0 <= earliest_hour AND earliest_hour <= send_hour"
            " AND send_hour < latest_hour AND latest_hour <= 24",
            name="hours",
        ),
    )

    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), primary_key=True)
    clinic: Mapped[Name] = mapped_column(default="")
    reminder_days: Mapped[list[int]] = mapped_column(Json)
    send_hour: Mapped[int]
    earliest_hour: Mapped[int]
    latest_hour: Mapped[int]
    thanks: Mapped[bool]
    region: Mapped[str | None] = mapped_column(String(2))
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[Instant]


class MessageTemplate(Base):
    """A study's own words for one kind of message in one language. Append-only: the newest is in force."""

    __tablename__ = "message_template"
    __table_args__ = (
        CheckConstraint("kind <> ''", name="kind"),  # each channel has its own
        Index("ix_message_template_study_id_kind", "study_id", "kind"),
    )

    id: Mapped[Id]
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    kind: Mapped[Code]
    locale: Mapped[str] = mapped_column(String(16))
    subject: Mapped[Name]
    body: Mapped[str]
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[Instant]


class ShortCode(Base):
    """Eight signs on a letter that, with the year of birth, open a link. Only their digest is stored."""

    __tablename__ = "short_code"

    id: Mapped[Id]
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), unique=True)
    digest: Mapped[Digest] = mapped_column(unique=True)
    failures: Mapped[int] = mapped_column(default=0)

    link: Mapped[Link] = relationship(lazy="raise_on_sql")
