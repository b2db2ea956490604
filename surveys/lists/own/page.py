"""A page of a list of one's own: filtered, sorted and cut by the database, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session

from surveys.instruments.instrument import Instrument
from surveys.lists.own import facts, forms, scores
from surveys.lists.own import fields as described
from surveys.lists.own.choice import Askable
from surveys.lists.own.facts import PlanPart, Words
from surveys.lists.own.fields import Field
from surveys.lists.own.reading import Reading
from surveys.lists.own.scores import Named
from surveys.lists.scope import Scope
from surveys.models import Patient, Timepoint

PAGE = 45


@dataclass(frozen=True)
class Cell:
    """A value with how exactly it is known, if it is a day that may be a month or a year."""

    value: Any
    precision: str | None = None


@dataclass(frozen=True)
class OwnRow:
    """A patient's code, and a cell for each column."""

    code: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class OwnPage:
    """A page of the list, and how many patients it holds in all."""

    rows: Sequence[OwnRow]
    total: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages the patients fill, at least one."""
        return max(1, -(-self.total // self.size))


def known(
    session: Session,
    scope: Scope,
    instruments: Sequence[Instrument],
    words: Words,
    named: Named,
    own: Sequence[Instrument] = (),
    language: str = "en",
) -> Mapping[str, Field]:
    """Every field of this study by its key, in the order in which lists show them.

    `own` are its own forms, whose questions are fields in the words of `language`.
    """
    query = (
        select(Timepoint.id, Timepoint.key, Timepoint.name)
        .where(Timepoint.study_id == scope.study_id)
        .order_by(Timepoint.position)
    )
    plan = [PlanPart(**row) for row in session.execute(query).mappings()]
    every = (*facts.fields(words, plan), *scores.fields(instruments, named), *forms.fields(own, language))
    return {one.key: one for one in every}


def page(session: Session, scope: Scope, asked: Askable, number: int = 1, size: int = PAGE) -> OwnPage:
    """Page `number`, of `size` patients, of those in the scope who meet all conditions."""
    whole = Reading(scope)
    chosen = _chosen(session, whole, asked).limit(size).offset((number - 1) * size).cte("chosen")
    reading = whole.of_these(select(chosen.c.id))
    columns = [
        column
        for place, one in enumerate(asked.columns)
        for column in (
            one.read(reading).label(f"value_{place}"),
            *([one.precision(reading).label(f"precision_{place}")] if one.precision else []),
        )
    ]
    query = select(Patient.code.label("code"), chosen.c.in_all, *columns).select_from(Patient)
    query = reading.joined(query.join(chosen, chosen.c.id == Patient.id)).order_by(chosen.c.place)
    found = session.execute(query).mappings().all()
    rows = [
        OwnRow(row["code"], [_cell(scope, one, row, at) for at, one in enumerate(asked.columns)])
        for row in found
    ]
    return OwnPage(rows, found[0]["in_all"] if found else 0, size)


def _chosen(session: Session, reading: Reading, asked: Askable) -> Any:
    """The patients' ids with their place in the order, and how many there are."""
    conditions = [described.met(session, one, condition, reading) for one, condition in asked.conditions]
    ordered = (*described.order(asked.sort, reading, asked.down), Patient.code)
    query = select(
        Patient.id,
        func.row_number().over(order_by=ordered).label("place"),
        func.count().over().label("in_all"),
    ).select_from(Patient)
    return reading.joined(query).where(reading.scope.condition, *conditions).order_by("place")


def _cell(scope: Scope, one: Field, row: RowMapping, place: int) -> Cell:
    value = row[f"value_{place}"]
    if one.kind == "days_since" and isinstance(value, date):
        value = (scope.today - value).days
    return Cell(value, row.get(f"precision_{place}"))
