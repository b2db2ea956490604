"""Points of a panel: each by itself while they are few, counted in cells once they are many.

A few hundred points lie on one another, and each makes the page heavier. Cells keep every panel equally light
however many patients there are, and show what single points would hide: how many lie on one spot.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.figures.look import PAPER, colour, go, plain
from analysis.figures.view import View
from analysis.statements.words import people
from analysis.words import words as _

MANY = 300  # points in a panel
LINES = 30  # patients whose lines are drawn where points are many
ACROSS, DOWN = 32, 30  # cells of a panel; a PHQ-9 has 28 values, and an axis some room
SMALLEST, LARGEST = 3.0, 13.0  # pixels of a cell's dot
GOLDEN = 0.6180339887
CELLS_NOTE = _(
    "Over %(many)s dots in a panel would lie on one another: they are counted in cells, "
    "and the area of a dot tells how many it counts.",
    many=MANY,
)
LINES_NOTE = _(
    "Where dots are counted, thin lines are those of %(lines)s patients, by a lot that is always the same.",
    lines=LINES,
)

Range = tuple[float, float]
Values = NDArray[np.float64]


def rounded(values: Values) -> list[float]:
    """Numbers as exact as a pixel; more digits would double the page."""
    return [float(f"{value:.3g}") for value in values.tolist()]


def dots(
    x: Values,
    y: Values,
    stratum: str | None,
    said: str,
    *,
    names: Sequence[object] = (),
    beside: Sequence[str] = (),
    size: float = 7,
    rim: float = 0.5,
) -> "go.Scatter":
    """A dot for each point. `said` tells one under the pointer, as plotly's template; "" for none.

    `names` are the patients' codes, for readers who may see them; `beside` is what the template names
    `%{customdata}`.
    """
    told = f"%{{text}}: {said}" if len(names) else said
    return go.Scatter(
        x=rounded(x),
        y=rounded(y),
        mode="markers",
        marker={"color": colour("point", stratum), "size": size, "line": {"color": PAPER, "width": rim}},
        text=[plain(name) for name in names] or None,
        customdata=list(beside) or None,
        hovertemplate=f"{told}<extra></extra>" if said else None,
        hoverinfo=None if said else "skip",
    )


def cells(
    x: Values,
    y: Values,
    across: Range,
    down: Range,
    stratum: str | None,
    view: View,
    *,
    log: bool = False,
    noun: str = "patient",
) -> "go.Scatter":
    """A dot for each cell that holds points, its area by their number.

    `across` and `down` are the ends of the axes, on a logarithmic x axis powers of ten.
    """
    columns, x_centres = _binned(np.log10(x) if log else x, across, ACROSS)
    rows, y_centres = _binned(y, down, DOWN)
    found, counts = np.unique(columns * len(y_centres) + rows, return_counts=True)
    at_x, at_y = x_centres[found // len(y_centres)], y_centres[found % len(y_centres)]
    return _counted(10**at_x if log else at_x, at_y, counts, stratum, view, noun)


def strip(
    values: Values, at: float, ends: Range, stratum: str | None, view: View, *, noun: str = "patient"
) -> "go.Scatter":
    """The same along one row of a panel at the height `at`."""
    columns, centres = _binned(values, ends, ACROSS)
    found, counts = np.unique(columns, return_counts=True)
    return _counted(centres[found], np.full(len(found), at), counts, stratum, view, noun)


def jittered(count: int, at: float, height: float) -> Values:
    """Heights around `at`: an even, repeatable scatter (golden ratio), so that equal values stay apart."""
    return np.asarray(at + ((0.5 + np.arange(count) * GOLDEN) % 1 - 0.5) * height, dtype=np.float64)


def by_lot(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `LINES` patients, whose codes fall the same way each time."""
    codes = sorted(rows["patient"].unique(), key=lambda code: (crc32(str(code).encode()), code))
    return rows[rows["patient"].isin(codes[:LINES])]


def _counted(
    x: Values, y: Values, counts: NDArray[np.int64], stratum: str | None, view: View, noun: str
) -> "go.Scatter":
    least = 1 if view.may_open_patients else view.suppress_under - 1
    areas = np.maximum(counts, least) / max(int(counts.max(initial=1)), least)
    told = [view.count(int(count)) for count in counts]
    return go.Scatter(
        x=rounded(x),
        y=rounded(y),
        mode="markers",
        marker={
            "color": colour("line", stratum),
            "opacity": 0.7,
            "size": [round(2 * size) / 2 for size in np.maximum(SMALLEST, LARGEST * np.sqrt(areas)).tolist()],
            "line": {"width": 0},
        },
        text=[plain(people(count).replace("patient", noun)) for count in told],
        hoverinfo="text",
    )


def _binned(values: Values, ends: Range, at_most: int) -> tuple[NDArray[np.int64], Values]:
    """The cell of each value, and the centres of all cells between `ends`, at most about `at_most`.

    A score takes few values. A cell holds equally many of them, or stripes would show that no patient made.
    """
    low, high = ends
    step = _step(values)
    if step and (high - low) / step <= 10 * at_most:
        width = step * np.ceil((high - low) / step / at_most)
        first = float(values.min()) - step / 2
        low = first - width * np.ceil((first - low) / width)
    else:
        width = (high - low) / at_most
    number = max(1, int(np.ceil((high - low) / width)))
    cell = np.clip(((values - low) / width).astype(np.int64), 0, number - 1)
    centres = low + width * (np.arange(number) + 0.5)
    return cell, np.clip(centres, values.min(), values.max())  # no dot beyond the last value


def _step(values: Values) -> float:
    """The distance between neighbouring values that at least one in 200 has; 0 where nobody shares any."""
    found, counts = np.unique(values.round(6), return_counts=True)
    common = found[counts * 200 >= len(values)]
    return float(np.diff(common).min()) if len(common) > 1 else 0.0
