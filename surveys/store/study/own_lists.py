"""Lists of patients that members of staff make: kept, renamed, shared and deleted by whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.models import OwnList
from surveys.store import audit
from surveys.store.errors import Refused

MOST = 100
LONGEST_NAME = 100


def of_reader(session: Session, study_id: int, staff_id: int) -> Sequence[OwnList]:
    """The lists that this member of staff may open in the study, by name: one's own, and shared ones."""
    query = (
        select(OwnList)
        .where(OwnList.study_id == study_id, or_(OwnList.staff_id == staff_id, OwnList.shared))
        .order_by(OwnList.name_folded, OwnList.id)
    )
    return session.scalars(query).all()


def find(session: Session, study_id: int, staff_id: int, list_id: int) -> OwnList | None:
    """The list, if this member of staff may open it in the study."""
    return next((one for one in of_reader(session, study_id, staff_id) if one.id == list_id), None)


def keep(
    session: Session,
    study_id: int,
    staff_id: int,
    name: str,
    chosen: Mapping[str, Any],
    *,
    shared: bool,
    at: datetime,
    actor: str,
) -> OwnList:
    """Keep a new list.

    Raises:
        Refused: it has no name, one's own lists have that name, or there are too many.
    """
    name = _free_name(session, study_id, staff_id, name)
    own = select(func.count(OwnList.id)).where(OwnList.study_id == study_id, OwnList.staff_id == staff_id)
    if session.scalars(own).one() >= MOST:
        raise Refused(_("You have %(most)s lists already. Delete one first.", most=MOST), "name")
    made = OwnList(
        study_id=study_id,
        staff_id=staff_id,
        name=name,
        shared=shared,
        chosen=dict(chosen),
        made_at=at,
        changed_at=at,
    )
    session.add(made)
    session.flush()
    _note(session, made, "list.kept", at, actor)
    return made


def change(
    session: Session,
    found: OwnList,
    *,
    name: str,
    shared: bool,
    chosen: Mapping[str, Any] | None = None,
    at: datetime,
    actor: str,
) -> bool:
    """Give the list another name, share it or not, or let it show something else; whether anything differs.

    Raises:
        Refused: it has no name, or another of one's own lists has that name.
    """
    name = _free_name(session, found.study_id, found.staff_id, name, but=found.id)
    what = dict(found.chosen if chosen is None else chosen)
    if (name, shared, what) == (found.name, found.shared, found.chosen):
        return False
    found.name, found.shared, found.chosen, found.changed_at = name, shared, what, at
    session.flush()
    _note(session, found, "list.changed", at, actor)
    return True


def delete(session: Session, found: OwnList, *, at: datetime, actor: str) -> None:
    """Delete the list; no patient is touched."""
    _note(session, found, "list.deleted", at, actor)
    session.delete(found)
    session.flush()


def _free_name(session: Session, study_id: int, staff_id: int, name: str, but: int = 0) -> str:
    name = name.strip()
    if not name:
        raise Refused(_("Give the list a name."), "name")
    if len(name) > LONGEST_NAME:
        raise Refused(_("A name has at most %(longest_name)s characters.", longest_name=LONGEST_NAME), "name")
    taken = select(OwnList.id).where(
        OwnList.study_id == study_id,
        OwnList.staff_id == staff_id,
        OwnList.name_folded == same.folded(name),
        OwnList.id != but,
    )
    if session.scalar(taken) is not None:
        raise Refused(
            _("You have a list “%(name)s” already. Take another name, or change that list.", name=name),
            "name",
        )
    return name


def _note(session: Session, found: OwnList, action: str, at: datetime, actor: str) -> None:
    facts = {"list": found.id, "name": found.name, "shared": found.shared}
    audit.record(session, audit.Entry(at, actor, action, facts=facts, study_id=found.study_id))
