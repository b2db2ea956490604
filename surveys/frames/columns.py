"""Whole columns of a query, narrow: text as numbers into its words, days, floats and small integers.

The driver's rows are taken in batches, so that no object of a row outlives its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Boolean, Date, Float, Select, String, Text
from sqlalchemy.orm import Session

from surveys.models.base import UtcDateTime
from surveys.models.dialects import on_postgresql

_BATCH = 2000

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Words:
    """A column of few distinct values: ``place`` is that of each row in ``words``, -1 where it is missing."""

    place: NDArray[np.int32]
    words: Sequence[Any]

    def __getitem__(self, rows: Rows) -> Words:
        return Words(self.place[rows], self.words)

    def of(self, made: Sequence[Any]) -> NDArray[Any]:
        """What was made of each word, row by row; the last of `made` where it is missing."""
        return np.array(made)[self.place]

    @property
    def rank(self) -> NDArray[np.int64]:
        """The place of each row among the sorted words; -1, so first, where it is missing."""
        order = sorted(range(len(self.words)), key=lambda number: str(self.words[number]))
        return self.of([*np.argsort(order).tolist(), -1]).astype(np.int64)

    @property
    def days(self) -> NDArray[np.datetime64]:
        """The column as calendar days."""
        return self.of([np.datetime64(str(day), "s") for day in self.words] + [np.datetime64("NaT", "s")])


class _Places(dict[Any, int]):
    """The place of each distinct value, in the order met; that of None is -1."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, value: Any) -> int:
        self[value] = len(self) - 1
        return self[value]

    def __call__(self, values: Sequence[Any]) -> NDArray[np.int32]:
        return np.fromiter(map(self.__getitem__, values), np.int32, len(values))


def read(session: Session, query: Select[*tuple[Any, ...]]) -> dict[str, Any]:
    """The columns of a query by name.

    Text of few distinct values and days are `Words`; floats (missing: NaN), integers and flags are arrays;
    instants, and text that differs from row to row (type `Text`), are arrays of what the driver gives.
    """
    makers = [(column.name, _maker(column.type)) for column in query.selected_columns]
    parts: list[list[Any]] = [[] for _ in makers]
    # PostgreSQL's driver takes all rows at once unless asked; SQLite's never does, and is faster unasked
    asked = {"stream_results": on_postgresql(session)}
    # through the session, which passes over rows of an import that is not finished
    result: Any = session.execute(query, execution_options=asked).raw  # type: ignore[attr-defined]
    # rows of SQLAlchemy's own take most of the time of a large frame, so the driver's are read
    driver = result.cursor_strategy
    cursor, full = result.cursor, True
    while full:
        rows = driver.fetchmany(result, cursor, _BATCH)
        full = len(rows) == _BATCH
        for part, (_, make), values in zip(parts, makers, zip(*rows, strict=True), strict=False):
            part.append(make(values))
    result.close()
    found = {}
    for (name, make), part in zip(makers, parts, strict=True):
        column = np.concatenate(part) if part else make(())
        found[name] = Words(column, list(make)[1:]) if isinstance(make, _Places) else column
    return found


def _maker(kind: Any) -> Callable[[Sequence[Any]], NDArray[Any]]:
    if isinstance(kind, String | Date) and not isinstance(kind, Text):
        return _Places()
    if isinstance(kind, Text | UtcDateTime):
        dtype: Any = object
    elif isinstance(kind, Float):
        dtype = np.float64
    else:
        whole = np.bool_ if isinstance(kind, Boolean) else np.int64
        return lambda values: np.fromiter(values, whole, len(values))
    return lambda values: np.array(values, dtype)


def in_order(columns: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """The columns, their rows sorted by some of them; missing first, text by code points."""
    by = [columns[key].rank if isinstance(columns[key], Words) else columns[key] for key in reversed(keys)]
    order = np.lexsort(by)
    return {name: column[order] for name, column in columns.items()}
