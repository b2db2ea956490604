"""Several short lists of a page, asked for in one statement.

A part of a page (`Part`) is what a function of a list's module gives: the lists it needs and what is made of
them. `ask` reads one part, `together` several, so that each list stays in its module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Label,
    Select,
    SQLColumnExpression,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
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
    """The rows of each list by its name."""
    places = {name: _places(one.query) for name, one in lists.items()}
    types = {
        place: column.type
        for name, one in lists.items()
        for place, column in zip(places[name].values(), one.query.selected_columns, strict=True)
    }
    # The first part says the types: a database takes a bare NULL for them in all others.
    typed = {place: cast(null(), kind).label(place) for place, kind in types.items()}
    bare = {place: null().label(place) for place in types}
    whole = union_all(
        *(
            _part(name, one, places[name], bare if number else typed)
            for number, (name, one) in enumerate(lists.items())
        )
    )
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {name: [] for name in lists}
    for row in session.execute(whole).mappings():
        own = {key: row[place] for key, place in places[row["of_list"]].items()}
        found[row["of_list"]].append((row["number"], own))
    return {name: [own for _, own in sorted(rows, key=lambda one: one[0])] for name, rows in found.items()}


def _places(query: Select[*tuple[Any, ...]]) -> dict[str, str]:
    """The place of each column: the first text of one list stands where the first text of another does.

    A column for each name would be empty in most lists, and cost more than the statements that are saved.
    """
    taken: Counter[str] = Counter()
    places = {}
    for column in query.selected_columns:
        kind = type(column.type).__name__
        taken[kind] += 1
        places[str(column.key)] = f"{kind}_{taken[kind]}"
    return places


def _part(
    name: str, one: ShortList, places: Mapping[str, str], empty: Mapping[str, Label[Any]]
) -> Select[Any]:
    """The list's rows in the columns of all lists, and with their number in it."""
    query, columns = one.query, list(one.query.selected_columns)
    number: ColumnElement[int] = func.row_number().over(order_by=one.order)
    if one.limit is not None:  # not every database takes a limit within a union
        rows = query.add_columns(number.label("number")).order_by(*one.order).limit(one.limit).subquery(name)
        query, columns, number = select(rows), [rows.c[key] for key in places], rows.c.number
    own = {place: _bare(column).label(place) for place, column in zip(places.values(), columns, strict=True)}
    return query.with_only_columns(
        literal(name).label("of_list"),
        number.label("number"),
        *({**empty, **own}.values()),
    )


def _bare(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column.element if isinstance(column, Label) else column
