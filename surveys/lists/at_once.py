"""Several short lists of a page, asked for in one statement.

A part of a page (`Part`) is what a function of a list's module gives: the lists it needs and what is made of
them. `ask` reads one part, `together` several, so that each list stays in its module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, SQLColumnExpression, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class ShortList:
    """The rows of `query` in that order, the first `limit` of them where it is set."""

    query: Select[*tuple[Any, ...]]
    order: Sequence[SQLColumnExpression[Any]]
    limit: int | None = None


Made = TypeVar("Made")
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of each list by its name."""


@dataclass(frozen=True)
class Part(Generic[Made]):
    """A part of a page, made of the rows of its lists, which have names of their own among all parts."""

    lists: Mapping[str, ShortList]
    made: Callable[[Rows], Made]


def ask(session: Session, part: Part[Made]) -> Made:
    """The part, in one statement."""
    return part.made(read(session, part.lists))


def together(session: Session, *parts: Part[Any]) -> list[Any]:
    """The parts in their order, in one statement for all."""
    rows = read(session, {name: one for part in parts for name, one in part.lists.items()})
    return [part.made(rows) for part in parts]


def read(session: Session, lists: Mapping[str, ShortList]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each list by its name. Columns of one name have one type in all lists."""
    keys = {name: [str(column.key) for column in one.query.selected_columns] for name, one in lists.items()}
    types = {str(column.key): column.type for one in lists.values() for column in one.query.selected_columns}
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {name: [] for name in lists}
    whole = union_all(*(_part(name, one, keys[name], types) for name, one in lists.items()))
    for row in session.execute(whole).mappings():
        own = {key: row[key] for key in keys[row["of_list"]]}
        found[row["of_list"]].append((row["place"], own))
    return {name: [own for _, own in sorted(rows, key=lambda one: one[0])] for name, rows in found.items()}


def _part(name: str, one: ShortList, keys: Sequence[str], types: Mapping[str, Any]) -> Select[Any]:
    """The list's rows with the columns of all lists, and with their place in it."""
    placed = one.query.add_columns(func.row_number().over(order_by=one.order).label("place"))
    if one.limit is not None:
        placed = placed.order_by(*one.order).limit(one.limit)
    rows = placed.subquery(name)
    columns = [rows.c[key] if key in keys else cast(null(), types[key]).label(key) for key in types]
    return select(literal(name).label("of_list"), rows.c.place, *columns)
