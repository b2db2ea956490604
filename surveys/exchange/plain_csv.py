"""CSV without quoted cells: a line is a row, a comma separates two cells. It cuts many lines at once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMMA, LINE_FEED = ord(","), ord("\n")


@dataclass(frozen=True)
class Cut:
    """Lines of one width, as bytes: cell `column` of a row begins at `starts` and ends before `ends`."""

    content: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def first_bytes(self, column: int) -> NDArray[np.uint8]:
        """The first byte of each cell; of an empty one, the comma or line feed after it."""
        import numpy as np

        found: NDArray[np.uint8] = np.frombuffer(self.content, np.uint8)[self.starts[:, column]]
        return found

    def longer(self, column: int) -> NDArray[np.bool_]:
        """Which cells have more than one byte."""
        found: NDArray[np.bool_] = self.ends[:, column] - self.starts[:, column] > 1
        return found

    def cell(self, row: int, column: int) -> str:
        """One cell."""
        cell = self.content[self.starts[row, column] : self.ends[row, column]]
        return cell.decode("utf-8", "surrogateescape")


def is_plain(text: str, longest: int) -> bool:
    """Whether `csv` would read the lines of `text` unchanged; `longest` is the longest line's length."""
    return '"' not in text and "\r" not in text and longest <= csv.field_size_limit()


def cut(text: str, width: int) -> Cut | None:
    """Plain lines, each with its line feed; None where one has not `width` cells."""
    import numpy as np

    content = text.encode("utf-8", "surrogateescape")
    signs = np.frombuffer(content, np.uint8)
    cuts = np.flatnonzero((signs == COMMA) | (signs == LINE_FEED))
    rows = int(np.count_nonzero(signs == LINE_FEED))
    if len(cuts) != rows * width or width == 1:  # with one column, an empty line is not a row
        return None
    starts = np.concatenate(([0], cuts[:-1] + 1)).reshape(rows, width)
    ends = cuts.reshape(rows, width)
    return Cut(content, starts, ends) if (signs[ends[:, -1]] == LINE_FEED).all() else None
