"""The heads of the chains: what to keep elsewhere, so that a chain cut short or computed anew is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from surveys import same
from surveys.models import Binding, Event, Freeze, Study
from surveys.store.errors import Refused

INSTALLATION = "installation"


@dataclass(frozen=True)
class Head:
    """An event that a chain had as its last one; printed as `CHAIN:NUMBER:HASH`."""

    chain: str
    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.chain}:{self.number}:{self.hash}"


def parsed(text: str) -> Head:
    """The head that `text` names.

    Raises:
        Refused: it is not of the form `CHAIN:NUMBER:HASH`.
    """
    parts = text.strip().rsplit(":", 2)
    if len(parts) != 3 or not parts[0] or not parts[1].isdecimal() or len(parts[2]) != 64:
        raise Refused(f"{text!r} is no head of a chain. Give it as `seventh audit head` prints it.")
    return Head(parts[0], int(parts[1]), parts[2].lower())


def names(where: Session | Connection) -> Mapping[int | None, str]:
    """The chains' names by study: its code, and a word for the installation's."""
    codes = where.execute(select(Study.id, Study.code).order_by(Study.id))
    named = {
        row.id: row.code if same.folded(row.code) != INSTALLATION else f"study {row.code}" for row in codes
    }
    return {None: INSTALLATION, **named}


def of_study(where: Session | Connection, study_id: int) -> list[Head]:
    """The last events of the installation's chain and of the study's own, as far as they have begun."""
    own = {INSTALLATION, names(where)[study_id]}
    return [head for head in heads(where) if head.chain in own]


def of_freeze(where: Session | Connection, freeze: Freeze) -> list[Head]:
    """The event of the study's chain that froze the data: the same for ever, unlike the chain's last one."""
    made = select(func.min(Binding.event_id)).where(
        Binding.subject == Freeze.__tablename__, Binding.row_id == freeze.id
    )
    query = select(Event.study_id, Event.number, Event.hash).where(Event.id == made.scalar_subquery())
    return [Head(names(where)[row.study_id], row.number, row.hash) for row in where.execute(query)]


def heads(where: Session | Connection) -> list[Head]:
    """The last event of each chain, the installation's first."""
    last = select(Event.study_id, func.max(Event.number).label("number")).group_by(Event.study_id).subquery()
    query = select(Event.study_id, Event.number, Event.hash).join(
        last,
        (Event.number == last.c.number) & Event.study_id.is_not_distinct_from(last.c.study_id),
    )
    named = names(where)
    found = sorted(where.execute(query), key=lambda row: row.study_id or 0)
    return [Head(named.get(row.study_id, f"study {row.study_id}"), row.number, row.hash) for row in found]
