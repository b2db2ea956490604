"""The faults of a file, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.store.errors import Refused

LISTED = 50


@dataclass(frozen=True)
class Fault:
    """One fault. `row` counts as in a spreadsheet, where the header is row 1; None is the file as a whole."""

    problem: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                f"row {self.row}" if self.row else "",
                f"column {self.column}" if self.column else "",
            )
            if part
        )
        return f"{place}: {self.problem}" if place else self.problem


class FileRefused(Refused):
    """A file that was refused as a whole. The message lists its first `LISTED` faults, a line each."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        ordered = sorted(faults, key=lambda fault: fault.row or 0)
        lines = [str(fault) for fault in ordered[:LISTED]]
        if len(ordered) > LISTED:
            lines.append(f"… and {len(ordered) - LISTED} more faults.")
        super().__init__("\n".join(lines))
        self.faults = tuple(ordered)
