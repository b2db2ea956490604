"""The columns of a list, said once: what its page shows and what its file holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from analysis.words import read
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
    """The list with these columns as a file, in the reader's language."""
    told = [column for column in columns if column.in_file]
    return ListFile(
        title,
        [str(column.head) for column in told],
        [[read(column.value(row)) for column in told] for row in rows],
    )


def heads(
    sorts: Collection[str], sort: str, address: Callable[[str], str | None], down: Collection[str] = ()
) -> dict[str, dict[str, Any]]:
    """What the headings have beside their words where rows are sorted by a column, by its key.

    The page is sorted by `sort`; `address` makes the link that sorts by another. Columns of `down` begin with
    the latest.
    """
    return {
        one: {"sorted": one == sort, "down": one in down, "href": None if one == sort else address(one)}
        for one in sorts
    }
