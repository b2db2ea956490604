"""Accounts and their roles per study. The only model that knows Flask-Security."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.models.base import Base, Code, Digest, Id, Instant, Name, one_of
from surveys.models.study import Study
from surveys.security import RoleMixin, UserMixin

ROLES = ("coordinator", "investigator", "analyst")
LONGEST_CREDENTIAL = 1364  # signs of base64url: the 1023 bytes that a passkey's name may have
LONGEST_PASSWORD = 200  # characters: a normalised one may be 18 times as long, and at most 4096


class Staff(Base, UserMixin):
    """A person who can sign in. `admin` is global; every other right comes from a membership.

    `language` is that of the pages this person chose; without a choice the browser says which.
    """

    __tablename__ = "staff"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[Name] = mapped_column(default="")
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    admin: Mapped[bool] = mapped_column(default=False)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Instant]
    language: Mapped[str | None] = mapped_column(String(16))

    memberships: Mapped[list[Membership]] = relationship(back_populates="staff", lazy="selectin")

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """The global roles that Flask-Security asks for: none, because our roles are per study."""
        return []


class Membership(Base):
    """One person's role in one study, limited to a site if `site` is set."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("staff_id", "study_id"), one_of("role", ROLES))

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    role: Mapped[str] = mapped_column(String(16))
    site: Mapped[str | None] = mapped_column(String(64))

    staff: Mapped[Staff] = relationship(back_populates="memberships", lazy="raise_on_sql")
    study: Mapped[Study] = relationship(lazy="joined")


class StaffSession(Base):
    """A browser in which somebody is signed in; without its row a cookie opens nothing.

    `digest` is that of the secret in the cookie, `device` names the browser in words.
    """

    __tablename__ = "staff_session"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[Digest] = mapped_column(unique=True)
    device: Mapped[Code]
    began_at: Mapped[Instant]
    seen_at: Mapped[Instant]


class SignInIdentity(Base):
    """Who an account is at a sign-in service, whose `subject` never becomes another person."""

    __tablename__ = "sign_in_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("staff_id", "issuer"))

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    linked_at: Mapped[Instant]


class SecondFactor(Base):
    """Codes from an app, needed beside the password from `confirmed_at` on; each counts once.

    `secret` is sealed with the server's secret (`store.accounts.sealed`).
    """

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(128))
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None] = mapped_column(BigInteger)


class Passkey(Base):
    """A key of a device for one account: `credential` names it, `public_key` proves it, both in base64url.

    `sign_count` is the device's own count; one that goes back is a copy's.
    """

    __tablename__ = "passkey"
    __table_args__ = (CheckConstraint("sign_count >= 0", name="sign_count"),)

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[Code]
    credential: Mapped[str] = mapped_column(String(LONGEST_CREDENTIAL), unique=True)
    public_key: Mapped[str] = mapped_column(String(LONGEST_CREDENTIAL))
    sign_count: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[Instant]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that its owner kept for the day when the app is lost: a keyed digest, good once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    digest: Mapped[Digest]
    made_at: Mapped[Instant]
    used_at: Mapped[datetime | None]


class SignInTries(Base):
    """The tries at signing in with an address since the last right one; `waits_until` the next waits.

    `key` is a keyed digest of the address, which may have no account. A device that signed in before has a
    row of its own.
    """

    __tablename__ = "sign_in_tries"
    __table_args__ = (CheckConstraint("times >= 0", name="times"),)

    id: Mapped[Id]
    key: Mapped[Digest] = mapped_column(unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    times: Mapped[int]
    last_at: Mapped[Instant] = mapped_column(index=True)
    waits_until: Mapped[datetime | None]


class ResetAsked(Base):
    """A request of `asked_by` for a new password without a mail server; another person confirms it.

    `code_digest` is the digest of the code that `asked_by` saw. The later link opens only with that code.
    """

    __tablename__ = "reset_asked"
    __table_args__ = (CheckConstraint("asked_by <> staff_id", name="asked_by"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[Instant]
    code_digest: Mapped[Digest]
