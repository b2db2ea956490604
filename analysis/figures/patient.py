"""One patient's course: every scale a panel of its own, all on one axis of calendar days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analysis.data.change import judge
from analysis.figures.look import AXIS, PAPER, QUIET, TEXT, chart, colour, go, plain
from analysis.figures.view import Figure, Panel

PANEL, GAP, TOP, BOTTOM = 190, 46, 34, 40  # pixels: a panel, the room above it for its title, the margins
PADDING = 0.04  # share of the shown time before the first and after the last entry


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
    """The scales one under the other; numbered lines are the marks, in their order.

    The shaded strip is the first score plus and minus the detectable change: points inside it may differ from
    the first by chance; those on its edge have changed.
    """
    days = [point.on for scale in scales for point in scale.points] + [mark.on for mark in marks]
    left, right = _extent(days)
    height = TOP + BOTTOM + len(scales) * PANEL + (len(scales) - 1) * GAP
    figure = chart(height)
    inner = height - TOP - BOTTOM
    figure.update_layout(margin={"l": 40, "r": 12, "t": TOP, "b": BOTTOM})
    for at, scale in enumerate(scales):
        top = 1 - at * (PANEL + GAP) / inner
        bottom = max(top - PANEL / inner, 0)
        _draw(figure, at, scale, (bottom, top), left, right, height=inner)
        _mark(figure, at, marks, scale)
    last = "y" if len(scales) == 1 else f"y{len(scales)}"
    figure.update_layout(
        xaxis={
            "type": "date",
            "range": [left.isoformat(), right.isoformat()],
            "anchor": last,
            "fixedrange": True,
            "automargin": True,
        }
    )
    return Figure(
        key="course",
        title="Course",
        summary=_summary(scales),
        x_axis="Day",
        y_axis="",
        panels=(Panel("course", "", "", figure),),
        table=_table(scales),
        notes=_notes(scales, marks),
    )


def _extent(days: Sequence[date]) -> tuple[date, date]:
    first, last = min(days), max(days)
    room = timedelta(days=max(7, round((last - first).days * PADDING)))
    return first - room, last + room


def _draw(
    figure: Any,
    at: int,
    scale: ScaleCourse,
    domain: tuple[float, float],
    left: date,
    right: date,
    *,
    height: int,
) -> None:
    axis = "y" if at == 0 else f"y{at + 1}"
    room = 0.05 * (scale.high - scale.low)
    figure.update_layout(
        {
            f"yaxis{'' if at == 0 else at + 1}": {
                "domain": list(domain),
                "range": [scale.low - room, scale.high + room],
                "tickvals": _ticks(scale),
                "fixedrange": True,
                "automargin": True,
            }
        }
    )
    if scale.points and scale.detectable is not None:
        first = scale.points[0].value
        figure.add_shape(
            type="rect",
            xref="x",
            yref=axis,
            x0=left.isoformat(),
            x1=right.isoformat(),
            y0=max(first - scale.detectable, scale.low),
            y1=min(first + scale.detectable, scale.high),
            fillcolor=colour("band", "chronic"),
            line={"width": 0},
            layer="below",
        )
    for name, cut in scale.bands:
        if scale.low < cut < scale.high:
            figure.add_shape(
                type="line",
                xref="x",
                yref=axis,
                x0=left.isoformat(),
                x1=right.isoformat(),
                y0=cut,
                y1=cut,
                line={"color": AXIS, "width": 1, "dash": "dot"},
                layer="below",
            )
        if scale.low <= cut < scale.high:
            figure.add_annotation(
                text=plain(name),
                xref="paper",
                x=0.005,
                xanchor="left",
                yref=axis,
                y=cut,
                yanchor="bottom",
                showarrow=False,
                font={"size": 11, "color": QUIET},
            )
    figure.add_trace(
        go.Scatter(
            x=[point.on.isoformat() for point in scale.points],
            y=[point.value for point in scale.points],
            customdata=[plain(point.visit) for point in scale.points],
            yaxis=axis,
            mode="lines+markers",
            line={"color": colour("line", "chronic"), "width": 2},
            marker={"size": 9, "color": colour("line", "chronic"), "line": {"color": PAPER, "width": 1}},
            hovertemplate="%{customdata}, %{x}: %{y:.1f}<extra></extra>",
        )
    )
    figure.add_annotation(
        text=f"{plain(scale.title)} {_direction(scale)}",
        xref="paper",
        x=0,
        xanchor="left",
        yref="paper",
        y=domain[1] + 6 / height,
        yanchor="bottom",
        showarrow=False,
        font={"size": 14, "color": TEXT},
    )


def _mark(figure: Any, at: int, marks: Sequence[Mark], scale: ScaleCourse) -> None:
    axis = "y" if at == 0 else f"y{at + 1}"
    for number, mark in enumerate(marks, 1):
        on = mark.on.isoformat()
        figure.add_shape(
            type="line",
            xref="x",
            yref=axis,
            x0=on,
            x1=on,
            y0=scale.low,
            y1=scale.high,
            line={"color": QUIET, "width": 1, "dash": "dot" if mark.planned else "solid"},
        )
        figure.add_annotation(
            text=str(number),
            xref="x",
            x=on,
            yref=axis,
            y=scale.high,
            yanchor="top",
            xanchor="left",
            showarrow=False,
            font={"size": 11, "color": QUIET},
        )


def _ticks(scale: ScaleCourse) -> list[float]:
    middle = (scale.low + scale.high) / 2
    return [scale.low, middle, scale.high]


def _direction(scale: ScaleCourse) -> str:
    return "(↑ better)" if scale.direction == "higher_better" else "(↓ better)"


def _summary(scales: Sequence[ScaleCourse]) -> str:
    told = []
    for scale in scales:
        first, last = scale.points[0], scale.points[-1]
        if len(scale.points) == 1:
            told.append(f"{scale.title} {last.value:.1f}, one score so far.")
            continue
        meaning = _meaning(scale, first, last)
        told.append(f"{scale.title} {first.value:.1f} at first, {last.value:.1f} last: {meaning}.")
    return " ".join(told)


def _meaning(scale: ScaleCourse, first: Point, last: Point) -> str:
    verdict = judge(first.value, last.value, scale.direction, scale.detectable)
    if verdict == "unknown":
        return "no published detectable change"
    if verdict == "same":
        return f"changed by less than the detectable change of {scale.detectable:g}"
    return f"{verdict} by the detectable change of {scale.detectable:g} or more"


def _table(scales: Sequence[ScaleCourse]) -> pd.DataFrame:
    visits = sorted({(point.on, point.visit) for scale in scales for point in scale.points})
    rows = []
    for on, visit in visits:
        row = {"Day": on.isoformat(), "Visit": visit}
        for scale in scales:
            values = [point.value for point in scale.points if (point.on, point.visit) == (on, visit)]
            row[scale.title] = f"{values[0]:.1f}" if values else "–"
        rows.append(row)
    return pd.DataFrame(rows)


def _notes(scales: Sequence[ScaleCourse], marks: Sequence[Mark]) -> tuple[str, ...]:
    notes = []
    if marks:
        notes.append(
            "Lines: " + "; ".join(f"{number} {mark.label}" for number, mark in enumerate(marks, 1)) + "."
        )
    if any(scale.detectable is not None for scale in scales):
        notes.append(
            "The shaded strip is the first score plus and minus the smallest change that is above the error "
            "of measurement in one person: a score on its edge or outside it has changed."
        )
    return tuple(notes)
