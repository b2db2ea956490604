"""Personal links: made, opened, revoked. Only a digest of the token is ever stored."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from surveys import tokens
from surveys.models import Link, Patient, Study, Visit
from surveys.schedule import FINISHING_DAYS
from surveys.store import audit


def issue(
    session: Session, visit: Visit, *, at: datetime, actor: str, expires_at: datetime | None = None
) -> str:
    """Make a link for `visit`; returns its token, which is shown once and never stored. Earlier links stay.

    It outlives the visit, unless `expires_at` is given.
    """
    token = tokens.new()
    link = Link(
        visit_id=visit.id,
        digest=digest(token),
        created_at=at,
        created_by=actor,
        expires_at=expires_at or _expiry(visit),
    )
    session.add(link)
    session.flush()
    audit.record(
        session,
        audit.Entry(at, actor, "link.issued", visit.patient_id, {"visit": visit.name, "link": link.id}),
    )
    return token


def revoke(session: Session, visit: Visit, *, at: datetime, actor: str) -> int:
    """Revoke every live link of `visit`; returns how many."""
    live = session.scalars(select(Link).where(Link.visit_id == visit.id, Link.revoked_at.is_(None))).all()
    for link in live:
        link.revoked_at = at
        audit.record(
            session,
            audit.Entry(at, actor, "link.revoked", visit.patient_id, {"visit": visit.name, "link": link.id}),
        )
    return len(live)


def outlive(session: Session, visit: Visit) -> None:
    """Let the links to `visit` last as long as the visit, after its dates changed."""
    session.execute(
        update(Link)
        .where(Link.visit_id == visit.id, Link.revoked_at.is_(None))
        .values(expires_at=_expiry(visit))
    )


def _expiry(visit: Visit) -> datetime:
    # One day more than the visit may last, so that the link outlives it in every time zone.
    last_day = visit.closes_on + timedelta(days=FINISHING_DAYS + 2)
    return datetime.combine(last_day, time.min, UTC)


def end(session: Session, link_id: int, *, at: datetime, actor: str) -> None:
    """Revoke this one link if it is still live."""
    link = session.scalars(
        select(Link).where(Link.id == link_id, Link.revoked_at.is_(None)).options(joinedload(Link.visit))
    ).one_or_none()
    if link is None:
        return
    link.revoked_at = at
    facts = {"visit": link.visit.name, "link": link.id}
    audit.record(session, audit.Entry(at, actor, "link.revoked", link.visit.patient_id, facts))


def visit_of(session: Session, link_id: int) -> int:
    """The visit that the link opens, in any state."""
    return session.scalars(select(Link.visit_id).where(Link.id == link_id)).one()


def contacts(session: Session, link_id: int | None) -> dict[str, str]:
    """Whom to ask in the study of the link, in any state, by language; empty without a link."""
    query = select(Study).join(Patient, Patient.study_id == Study.id)
    of_link = query.join(Visit, Visit.patient_id == Patient.id).join(Link, Link.visit_id == Visit.id)
    study = session.scalar(of_link.where(Link.id == link_id))
    return study.contact_texts if study else {}


def find(session: Session, token: str) -> int | None:
    """The id of the link that `token` opens, exact or as mail and people pass it on; in any state."""
    return session.scalar(select(Link.id).where(Link.digest.in_(map(digest, tokens.readings(token)))))


def digest(token: str) -> str:
    """The stored digest of a token, without salt: it has enough random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
