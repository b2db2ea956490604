"""The faults of a file, cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.words import Words, counted
from analysis.words import words as _
from surveys.store.errors import Refused

LISTED = 50
READINGS = 10


@dataclass(frozen=True)
class Fault:
    """One fault. `row` counts as in a spreadsheet, where the header is row 1; None is the file as a whole.

    `read` is what the cell says, where the problem begins with it.
    """

    problem: str
    row: int | None = None
    column: str | None = None
    read: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                str(_("row %(row)s", row=self.row)) if self.row else "",
                str(_("column %(column)s", column=self.column)) if self.column else "",
            )
            if part
        )
        return f"{place}: {self.problem}" if place else str(self.problem)


@dataclass(frozen=True)
class FaultGroup:
    """One problem of one column, with the rows that have it."""

    rows: str
    column: str | None
    problem: str


class FileRefused(Refused):
    """A file that was refused as a whole. The message lists its first `LISTED` faults, a line each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        ordered = sorted(faults, key=lambda fault: fault.row or 0)
        lines = [str(fault) for fault in ordered[:LISTED]]
        if len(ordered) > LISTED:
            lines.append(
                str(counted("… and %(num)d more fault.", "… and %(num)d more faults.", len(ordered) - LISTED))
            )
        super().__init__("\n".join(lines))
        self.faults = tuple(ordered)

    @property
    def groups(self) -> tuple[FaultGroup, ...]:
        """The faults by column and problem, in the order of their first rows; a line for each."""
        same: dict[tuple[str | None, str], list[Fault]] = {}
        for fault in self.faults:
            same.setdefault((fault.column, _without_reading(fault)), []).append(fault)
        return tuple(
            FaultGroup(span(fault.row for fault in some), column, _problem(problem, some))
            for (column, problem), some in same.items()
        )


def uneven(cells: int, wanted: int) -> Words:
    """The problem of a row that does not go with its header."""
    return counted(
        "This row has %(num)d cell, but the header has %(wanted)s.",
        "This row has %(num)d cells, but the header has %(wanted)s.",
        cells,
        wanted=wanted,
    )


def _without_reading(fault: Fault) -> str:
    problem = str(fault.problem)
    return problem.removeprefix(f"{fault.read!r} ") if fault.read is not None else problem


def _problem(problem: str, faults: Sequence[Fault]) -> str:
    """The problem, with what each cell says: once where it is the same in all of them."""
    rows: dict[str, list[int | None]] = {}
    for fault in faults:
        if fault.read is not None and fault.problem != problem:
            rows.setdefault(fault.read, []).append(fault.row)
    if len(rows) < 2:
        return str(faults[0].problem)
    told = [
        str(_("%(read)s (row %(rows)s)", read=repr(read), rows=span(places)))
        for read, places in list(rows.items())[:READINGS]
    ]
    others = len(rows) - READINGS
    more = counted(" and %(num)d other", " and %(num)d others", others) if others > 0 else ""
    return f"{', '.join(told)}{more}: {problem}"


def span(rows: Iterable[int | None]) -> str:
    """Row numbers, in short: 2–41, 45."""
    spans: list[list[int]] = []
    for row in sorted({row for row in rows if row}):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)
