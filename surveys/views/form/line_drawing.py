"""Where the parts of a patient's own line stand in its drawing. Pure; the template draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from surveys.store.visit.own_line import OwnLine

WIDTH, HEIGHT = 320, 180
LEFT, RIGHT, TOP, BOTTOM = 36, 308, 12, 150


@dataclass(frozen=True)
class Drawing:
    """Positions in a box of `WIDTH` by `HEIGHT`: ticks with their values, points, and the ordinary range.

    `range` is the top and the height of what lies within the threshold of the last score but one, None where
    no threshold is known.
    """

    ticks: tuple[tuple[float, float], ...]
    points: tuple[tuple[float, float], ...]
    range: tuple[float, float] | None
    range_from: float
    first: date
    last: date

    @property
    def path(self) -> str:
        """The points as the attribute of a polyline."""
        return " ".join(f"{x},{y}" for x, y in self.points)


def drawing(line: OwnLine) -> Drawing:
    """The drawing of a line; the whole range of the scale is its height, so that nothing looks larger."""
    low, high = line.scale.low, line.scale.high
    first, last = line.points[0].on, line.points[-1].on
    days = max((last - first).days, 1)

    def height(value: float) -> float:
        inside = min(max(value, low), high)
        return round(BOTTOM - (inside - low) / (high - low) * (BOTTOM - TOP), 1)

    def place(on: date) -> float:
        return round(LEFT + 8 + (on - first).days / days * (RIGHT - LEFT - 16), 1)

    ordinary, before = None, line.points[-2]
    if line.threshold:
        top = height(before.value + line.threshold.value)
        ordinary = (top, round(height(before.value - line.threshold.value) - top, 1))
    values = (low, (low + high) / 2, high)
    return Drawing(
        ticks=tuple((value, height(value)) for value in values),
        points=tuple((place(point.on), height(point.value)) for point in line.points),
        range=ordinary,
        range_from=place(before.on),
        first=first,
        last=last,
    )
