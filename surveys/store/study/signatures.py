"""Signatures of investigators on a visit or a freeze (21 CFR 11.50, 11.70), and whether they still hold.

A signature holds the digest of what the audit trail binds of the signed rows. Their later correction,
annulment or erasure binds them anew, and the signature no longer covers them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Binding, Freeze, Response, Signature, Staff, Visit
from surveys.store import audit
from surveys.store.errors import Refused


@dataclass(frozen=True)
class Signed:
    """A signature, and whether what was signed is still what it was."""

    visit_id: int | None
    freeze_id: int | None
    meaning: str
    staff_id: int
    name: str
    role: str | None
    at: datetime
    digest: str
    covers: bool


def sign_visit(
    session: Session, visit: Visit, meaning: str, member: Staff, *, role: str, at: datetime
) -> None:
    """Sign the visit with its standing answers, in this role.

    Raises:
        Refused: nothing was answered at this visit.
    """
    answered = select(func.count(Response.id)).where(Response.visit_id == visit.id, Response.stands)
    if not session.scalar(answered):
        raise Refused(_("Nothing was answered at this visit: there is nothing to sign."))
    _sign(session, Signature(visit_id=visit.id, meaning=meaning, role=role), member, at)
    facts = {"visit": visit.id, "meaning": meaning, "role": role}
    audit.record(session, audit.Entry(at, f"staff:{member.id}", "visit.signed", visit.patient_id, facts))


def sign_freeze(
    session: Session, freeze: Freeze, meaning: str, member: Staff, *, role: str, at: datetime
) -> None:
    """Sign the freeze with its content, in this role.

    Raises:
        Refused: it was emptied.
    """
    if freeze.emptied_at is not None:
        raise Refused(_("This freeze was emptied: there is nothing to sign."))
    _sign(session, Signature(freeze_id=freeze.id, meaning=meaning, role=role), member, at)
    facts = {"freeze": freeze.name, "sha256": freeze.sha256, "meaning": meaning, "role": role}
    entry = audit.Entry(at, f"staff:{member.id}", "freeze.signed", facts=facts, study_id=freeze.study_id)
    audit.record(session, entry)


def of_visits(session: Session, visit_ids: Sequence[int]) -> list[Signed]:
    """The signatures on these visits, the latest first."""
    rows = select(Signature).where(Signature.visit_id.in_(visit_ids))
    return _told(session, rows.order_by(Signature.id.desc()))


def of_freezes(session: Session, freeze_ids: Sequence[int]) -> list[Signed]:
    """The signatures on these freezes, the latest first."""
    rows = select(Signature).where(Signature.freeze_id.in_(freeze_ids))
    return _told(session, rows.order_by(Signature.id.desc()))


def signers(session: Session, study_id: int) -> dict[int, int]:
    """A number for each account that signed something of the study, in the order of first signatures."""
    first = func.min(Signature.id)
    query = (
        select(Signature.staff_id)
        .outerjoin(Visit, Visit.id == Signature.visit_id)
        .outerjoin(Freeze, Freeze.id == Signature.freeze_id)
        .where(or_(Visit.study_id == study_id, Freeze.study_id == study_id))
        .group_by(Signature.staff_id)
        .order_by(first)
    )
    return {staff_id: number for number, staff_id in enumerate(session.scalars(query), start=1)}


def told(session: Session, freeze: Freeze) -> list[dict[str, Any]]:
    """The signatures on a freeze for the report that is made of it, the earliest first."""
    return [
        {
            "meaning": one.meaning,
            "name": one.name,
            "role": one.role,
            "signed_at": one.at.isoformat(),
            "digest": one.digest,
            "covers": one.covers,
        }
        for one in reversed(of_freezes(session, [freeze.id]))
    ]


def _sign(session: Session, made: Signature, member: Staff, at: datetime) -> None:
    made.staff_id, made.name, made.signed_at = member.id, member.name or member.email, at
    visits = [made.visit_id] if made.visit_id is not None else []
    freezes = [made.freeze_id] if made.freeze_id is not None else []
    made.digest = next(iter(_digests(session, visits, freezes).values()))
    session.add(made)
    session.flush()


def _told(session: Session, query: Select[Signature]) -> list[Signed]:
    rows = session.scalars(query).all()
    if not rows:
        return []
    visits = {row.visit_id for row in rows if row.visit_id is not None}
    freezes = {row.freeze_id for row in rows if row.freeze_id is not None}
    now = _digests(session, visits, freezes)
    return [
        Signed(
            row.visit_id,
            row.freeze_id,
            row.meaning,
            row.staff_id,
            row.name,
            row.role,
            row.signed_at,
            row.digest,
            row.digest == now[row.visit_id, row.freeze_id],
        )
        for row in rows
    ]


def _digests(
    session: Session, visits: Iterable[int], freezes: Iterable[int]
) -> Mapping[tuple[int | None, int | None], str]:
    """The digest of each visit and freeze as it is bound now, by (visit, freeze)."""
    parts: dict[tuple[int | None, int | None], list[str]] = {}
    owner: dict[tuple[str, int], tuple[int | None, int | None]] = {}
    for visit_id in visits:
        owner["visit", visit_id] = (visit_id, None)
    for freeze_id in freezes:
        owner["data_freeze", freeze_id] = (None, freeze_id)
    answered = select(Response.id, Response.visit_id).where(Response.visit_id.in_(list(visits)))
    for row in session.execute(answered):
        owner["response", row.id] = (row.visit_id, None)
    for of in owner.values():
        parts.setdefault(of, [])
    for (subject, row_id), digest in _bound(session, owner).items():
        parts[owner[subject, row_id]].append(f"{subject}:{row_id}:{digest}")
    return {of: hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest() for of, lines in parts.items()}


def _bound(session: Session, rows: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
    """The digest with which the last event bound each row."""
    found: dict[tuple[str, int], str] = {}
    by_subject: dict[str, list[int]] = {}
    for subject, row_id in rows:
        by_subject.setdefault(subject, []).append(row_id)
    for subject, ids in by_subject.items():
        query = select(Binding.row_id, Binding.digest).where(
            Binding.subject == subject, Binding.row_id.in_(ids)
        )
        for row in session.execute(query.order_by(Binding.event_id)):
            found[subject, row.row_id] = row.digest
    return found
