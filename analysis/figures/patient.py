"""One patient's course: every scale a panel of its own, all on one axis of calendar days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analysis.data.change import judge
from analysis.figures.look import AXIS, PAPER, QUIET, chart, colour, go, plain
from analysis.figures.view import Figure, Panel
from analysis.words import joined, numeral
from analysis.words import words as _

HEIGHT = 150  # pixels of a panel
PADDING = 0.04  # share of the shown time before the first and after the last entry
MOST_TICKS = 4
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)  # between two ticks


@dataclass(frozen=True)
class Point:
    """A score of one day; `visit` is where it was given."""

    on: date
    value: float
    visit: str


@dataclass(frozen=True)
class ScaleCourse:
    """One scale over time: ``bands`` are published cuts with the name of what begins there, ``detectable`` is
    the published smallest change of one person above the error of measurement."""

    title: str
    low: float
    high: float
    direction: str
    points: tuple[Point, ...]
    bands: tuple[tuple[str, float], ...] = ()
    detectable: float | None = None


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day: onset, an injection, an operation. ``planned`` lies ahead."""

    on: date
    label: str
    planned: bool = False


def patient_figure(scales: Sequence[ScaleCourse], marks: Sequence[Mark]) -> Figure:
    """A panel for each scale, all on the same days; numbered lines are the marks, in their order.

    The shaded strip is the first score plus and minus the detectable change: points inside it may differ from
    the first by chance; those on its edge have changed.
    """
    days = [point.on for scale in scales for point in scale.points] + [mark.on for mark in marks]
    left, right = _extent(days)
    return Figure(
        key="course",
        title=_("Course"),
        summary=_summary(scales),
        x_axis=_("Day"),
        y_axis="",
        panels=tuple(
            Panel(
                f"course-{at}",
                f"{scale.title} {_direction(scale)}",
                _ends(scale),
                _drawn(scale, marks, left, right),
            )
            for at, scale in enumerate(scales, 1)
        ),
        table=_table(scales),
        notes=_notes(scales, marks),
    )


def _extent(days: Sequence[date]) -> tuple[date, date]:
    first, last = min(days), max(days)
    room = timedelta(days=max(7, round((last - first).days * PADDING)))
    return first - room, last + room


def _drawn(scale: ScaleCourse, marks: Sequence[Mark], left: date, right: date) -> Any:
    figure = chart(HEIGHT)
    room = 0.05 * (scale.high - scale.low)
    ticks = _days(left, right)
    figure.update_xaxes(
        type="date",
        range=[left.isoformat(), right.isoformat()],
        tickvals=[on.isoformat() for on, __ in ticks],
        ticktext=[text for __, text in ticks],
    )
    figure.update_yaxes(range=[scale.low - room, scale.high + room], tickvals=_ticks(scale))
    ends = {"x0": left.isoformat(), "x1": right.isoformat()}
    if scale.points and scale.detectable is not None:
        first = scale.points[0].value
        figure.add_shape(
            type="rect",
            **ends,
            y0=max(first - scale.detectable, scale.low),
            y1=min(first + scale.detectable, scale.high),
            fillcolor=colour("band", "chronic"),
            line={"width": 0},
            layer="below",
        )
    for __, cut in scale.bands:
        if scale.low < cut < scale.high:
            line = {"color": AXIS, "width": 1, "dash": "dot"}
            figure.add_shape(type="line", **ends, y0=cut, y1=cut, line=line, layer="below")
    for mark in marks:
        on = mark.on.isoformat()
        line = {"color": QUIET, "width": 1, "dash": "dot" if mark.planned else "solid"}
        figure.add_shape(type="line", x0=on, x1=on, y0=scale.low, y1=scale.high, line=line)
    begun = [(name, cut) for name, cut in scale.bands if scale.low <= cut < scale.high]
    figure.add_trace(_words([(left, cut, name) for name, cut in begun], "top right"))
    numbers = [(mark.on, scale.high, str(number)) for number, mark in enumerate(marks, 1)]
    figure.add_trace(_words(numbers, "bottom right"))
    figure.add_trace(
        go.Scatter(
            x=[point.on.isoformat() for point in scale.points],
            y=[point.value for point in scale.points],
            customdata=[plain(point.visit) for point in scale.points],
            mode="lines+markers",
            line={"color": colour("line", "chronic"), "width": 2},
            marker={"size": 9, "color": colour("line", "chronic"), "line": {"color": PAPER, "width": 1}},
            hovertemplate="%{customdata}, %{x}: %{y:.1f}<extra></extra>",
        )
    )
    return figure


def _words(placed: Sequence[tuple[date, float, str]], where: str) -> Any:
    return go.Scatter(
        x=[one[0].isoformat() for one in placed],
        y=[one[1] for one in placed],
        text=[plain(one[2]) for one in placed],
        mode="text",
        textposition=where,
        textfont={"size": 11, "color": QUIET},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _ticks(scale: ScaleCourse) -> list[float]:
    middle = (scale.low + scale.high) / 2
    return [scale.low, middle, scale.high]


def _days(left: date, right: date) -> list[tuple[date, str]]:
    """Round days of the axis, by name: first days of years or months, or weeks where those are few."""
    months = range(12 * left.year + left.month, 12 * right.year + right.month)  # of the first days after left
    step = next((step for step in MONTHS if len(months) / step <= MOST_TICKS), MONTHS[-1])
    found = [date(one // 12, one % 12 + 1, 1) for one in months if one % step == 0]
    if len(found) > 1:
        return [(on, f"{on:%Y}" if step >= 12 else f"{on:%b %Y}") for on in found]
    apart = 7 * (1 + (right - left).days // (7 * MOST_TICKS))
    weeks = range(7, (right - left).days, apart)
    return [(on, f"{on.day} {on:%b %Y}") for on in (left + timedelta(days=day) for day in weeks)]


def _ends(scale: ScaleCourse) -> str:
    first, last = (numeral(scale.points[at].value, ".1f") for at in (0, -1))
    return _("%(first)s at first, %(last)s last", first=first, last=last) if len(scale.points) > 1 else last


def _direction(scale: ScaleCourse) -> str:
    return _("(↑ better)") if scale.direction == "higher_better" else _("(↓ better)")


def _summary(scales: Sequence[ScaleCourse]) -> str:
    told = []
    for scale in scales:
        first, last = scale.points[0], scale.points[-1]
        if len(scale.points) == 1:
            told.append(
                _(
                    "%(title)s %(value)s, one score so far.",
                    title=scale.title,
                    value=numeral(last.value, ".1f"),
                )
            )
            continue
        meaning = _meaning(scale, first, last)
        told.append(
            _(
                "%(title)s %(value)s at first, %(value_2)s last: %(meaning)s.",
                title=scale.title,
                value=numeral(first.value, ".1f"),
                value_2=numeral(last.value, ".1f"),
                meaning=meaning,
            )
        )
    return joined(" ", told)


def _meaning(scale: ScaleCourse, first: Point, last: Point) -> str:
    verdict = judge(first.value, last.value, scale.direction, scale.detectable)
    if scale.detectable is None or verdict == "unknown":
        return _("no published detectable change")
    if verdict == "same":
        return _(
            "changed by less than the detectable change of %(detectable)s",
            detectable=numeral(scale.detectable),
        )
    return _(
        "%(verdict)s by the detectable change of %(detectable)s or more",
        verdict=verdict,
        detectable=numeral(scale.detectable),
    )


def _table(scales: Sequence[ScaleCourse]) -> pd.DataFrame:
    visits = sorted({(point.on, point.visit) for scale in scales for point in scale.points})
    rows = []
    for on, visit in visits:
        row = {"Day": on.isoformat(), "Visit": visit}
        for scale in scales:
            values = [point.value for point in scale.points if (point.on, point.visit) == (on, visit)]
            row[scale.title] = numeral(values[0], ".1f") if values else "–"
        rows.append(row)
    return pd.DataFrame(rows)


def _notes(scales: Sequence[ScaleCourse], marks: Sequence[Mark]) -> tuple[str, ...]:
    notes = []
    if marks:
        notes.append(
            _("Lines: ")
            + joined("; ", (f"{number} {mark.label}" for number, mark in enumerate(marks, 1)))
            + "."
        )
    if any(scale.detectable is not None for scale in scales):
        notes.append(
            _(
                "The shaded strip is the first score plus and minus the smallest change that is "
                "above the error "
                "of measurement in one person: a score on its edge or outside it has changed."
            )
        )
    return tuple(notes)
