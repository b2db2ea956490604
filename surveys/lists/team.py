"""Everybody with a role in a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import same
from surveys.models import Membership, SecondFactor, Staff


@dataclass(frozen=True)
class TeamRow:
    """A person's role; `site` is None for every site; `codes` is whether signing in asks a code."""

    id: int
    email: str
    name: str
    role: str
    site: str | None
    codes: bool


_ORDERS: Mapping[str, Callable[[TeamRow], tuple[object, ...]]] = {
    "name": lambda row: (same.folded(row.name or row.email),),
    "role": lambda row: (row.role, row.site or ""),
    "codes": lambda row: (row.codes,),
}
SORTS = tuple(_ORDERS)


def members(session: Session, study_id: int, sort: str = "name") -> list[TeamRow]:
    """The people in the order of `sort`, equal ones by e-mail address.

    By name, or the e-mail address of who gave none; by role and site; those without codes first.
    """
    query = (
        select(
            Staff.id,
            Staff.email,
            Staff.name,
            Membership.role,
            Membership.site,
            SecondFactor.confirmed_at.is_not(None).label("codes"),
        )
        .select_from(Membership)
        .join(Staff, Staff.id == Membership.staff_id)
        .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
        .where(Membership.study_id == study_id)
        .order_by(Staff.email)
    )
    rows = [TeamRow(**row) for row in session.execute(query).mappings()]
    return sorted(rows, key=_ORDERS[sort])
