"""Which cells of a table may be shown, so that no small one is found from them and the margins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Coarser:
    """The rows and columns of a table that are not shown by themselves; a cell of either is hidden."""

    rows: Flags
    columns: Flags

    @property
    def hidden(self) -> Flags:
        """Each cell that is not shown."""
        return self.rows[:, None] | self.columns[None, :]


def coarser(
    counts: NDArray[np.int64], under: int, rows: Flags | None = None, columns: Flags | None = None
) -> Coarser:
    """Hide rows and columns until the table that is left holds no cell of 1 to ``under`` - 1 patients.

    That table has each shown row and column by itself, and all hidden ones together as one more row and one
    more column. Whatever a reader adds up and subtracts of shown cells and of the sums of rows and columns
    is a sum of its cells. Of a small cell the row or the column is hidden, whichever hides fewer patients.

    Args:
        counts: patients by row and column, each in one cell.
        rows: those hidden from the start; by default none.
        columns: likewise.
    """
    row = np.zeros(counts.shape[0], bool) if rows is None else rows.copy()
    column = np.zeros(counts.shape[1], bool) if columns is None else columns.copy()
    while True:
        small = _together(counts, row, column)
        at = np.argwhere((small > 0) & (small < under))
        if not len(at):
            return Coarser(row, column)
        lines = [
            (line, hid)
            for line, hid in (
                (_next(int(at[0, 0]), row, counts[:, ~column].sum(axis=1)), row),
                (_next(int(at[0, 1]), column, counts[~row].sum(axis=0)), column),
            )
            if line is not None
        ]
        if not lines:
            return Coarser(row, column)
        (place, _), hid = min(lines, key=lambda one: one[0][1])
        hid[place] = True


def _together(counts: NDArray[np.int64], row: Flags, column: Flags) -> NDArray[np.int64]:
    """The coarser table; its last row and last column are the hidden ones together."""
    by_row = np.vstack([counts[~row], counts[row].sum(axis=0)])
    found: NDArray[np.int64] = np.column_stack([by_row[:, ~column], by_row[:, column].sum(axis=1)])
    return found


def _next(place: int, hid: Flags, patients: NDArray[np.int64]) -> tuple[int, int] | None:
    """The line to hide for a small cell at that place of the coarser table, and its shown patients.

    It is the cell's own line; where those hidden together are too few, the smallest shown one that is not
    empty.
    """
    shown = np.flatnonzero(~hid)
    if place < len(shown):
        at = int(shown[place])
    else:
        left = shown[patients[shown] > 0]
        if not len(left):
            return None
        at = int(left[np.argmin(patients[left])])
    return at, int(patients[at])
