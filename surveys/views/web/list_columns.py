"""The columns of a list, said once: what its page shows and what its file holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from surveys.exchange.list_file import Cell, ListFile

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its heading, and its `value` of a row, which the page may draw with a link or a tag.

    What the page shows within another cell stands in the file alone (`on_page`), and what sums up others on
    the page alone (`in_file`).
    """

    key: str
    head: str
    value: Callable[[Row], Cell]
    numeric: bool = False
    on_page: bool = True
    in_file: bool = True


def list_file(title: str, columns: Iterable[Column[Row]], rows: Sequence[Row]) -> ListFile:
    """The list with these columns as a file."""
    told = [column for column in columns if column.in_file]
    return ListFile(
        title, [column.head for column in told], [[column.value(row) for column in told] for row in rows]
    )
