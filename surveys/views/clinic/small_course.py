"""A patient's course in small: the main scales as lines on one axis of time, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from surveys.instruments.change import threshold_of
from surveys.instruments.definition import Instrument
from surveys.lists.changes import DatedScore
from surveys.lists.visits import VisitRow
from surveys.models import Patient
from surveys.views.clinic import display
from surveys.views.clinic.course import happened
from surveys.views.clinic.shifts import meaning, scale_title, scales_shown
from surveys.views.web import server

WIDTH, HEIGHT = 240, 88
LEFT, RIGHT, TOP, BOTTOM = 26, 234, 6, 80


@dataclass(frozen=True)
class SmallLine:
    """One scale, placed in a box of `WIDTH` by `HEIGHT`: its points, and the strip of the detectable change.

    `strip` is top and height of what lies within it around the first score; None where none is published.
    """

    title: str
    ends: str
    words: str
    low: float
    high: float
    points: tuple[tuple[float, float], ...]
    strip: tuple[float, float] | None

    @property
    def path(self) -> str:
        """The points as the attribute of a polyline."""
        return " ".join(f"{x},{y}" for x, y in self.points)


@dataclass(frozen=True)
class SmallMark:
    """Something that happened on a day; `planned` lies ahead."""

    x: float
    words: str
    planned: bool


@dataclass(frozen=True)
class SmallCourse:
    """The lines, all from the day `first` to `last`, and the marks between."""

    lines: tuple[SmallLine, ...]
    marks: tuple[SmallMark, ...]
    first: date
    last: date


def of_patient(patient: Patient, rows: Sequence[VisitRow], today: date) -> SmallCourse | None:
    """The course until `today`; None without a score."""
    given = list(_given(rows))
    if not given:
        return None
    days = [point.on for _, _, points in given for point in points]
    first, last = min(days), max(*days, today)
    span = max((last - first).days, 1)

    def place(on: date) -> float:
        return round(LEFT + 4 + (on - first).days / span * (RIGHT - LEFT - 8), 1)

    lines = tuple(_line(instrument, name, points, place) for instrument, name, points in given)
    marks = [
        SmallMark(place(on), told, planned) for on, told, planned in happened(patient) if first <= on <= last
    ]
    return SmallCourse(lines, tuple(marks), first, last)


def _line(
    instrument: Instrument, name: str, points: list[DatedScore], place: Callable[[date], float]
) -> SmallLine:
    """The whole range of the scale is its height, so that no change looks larger than it is."""
    scale, threshold = instrument.scale(name), threshold_of(instrument, name)
    first, last = points[0], points[-1]

    def height(value: float) -> float:
        inside = min(max(value, scale.low), scale.high)
        return round(BOTTOM - (inside - scale.low) / (scale.high - scale.low) * (BOTTOM - TOP), 1)

    strip = None
    if threshold:
        top = height(first.value + threshold.value)
        strip = (top, round(height(first.value - threshold.value) - top, 1))
    _, words = meaning(instrument, scale, last, first if len(points) > 1 else None)
    return SmallLine(
        scale_title(instrument, name),
        " → ".join(display.decimal(point.value) for point in (first, last)[: len(points)]),
        words,
        scale.low,
        scale.high,
        tuple((place(point.on), height(point.value)) for point in points),
        strip,
    )


def _given(rows: Sequence[VisitRow]) -> Iterator[tuple[Instrument, str, list[DatedScore]]]:
    """The main scales that have a score, with their scores by day."""
    for key, name in scales_shown(server.library()):
        points = [
            DatedScore(response.completed_on, score.value, response.answers)
            for row in rows
            if (response := row.responses.get(key)) is not None
            for score in response.scores
            if score.scale == name and score.value is not None
        ]
        if points:
            yield server.library().get(key), name, sorted(points, key=lambda point: point.on)
