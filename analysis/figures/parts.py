"""Common parts of figures of records: the records a reader sees, rows of estimates, rows of parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.figures.look import (
    AXIS,
    MARK_HEIGHT,
    PAPER,
    QUIET,
    STRATUM_TITLES,
    STRIP_HEIGHT,
    TEXT,
    Rows,
    colour,
    go,
    plain,
)
from analysis.figures.marks import MANY, dots, jittered, strip
from analysis.figures.view import Panel, View
from analysis.numbers.guards import HIDDEN
from analysis.statements.words import people
from analysis.words import words as _

UNNAMED = View()  # a reader who sees no single patient
_NEVER_BLANK = (bool, str)


@dataclass(frozen=True)
class EstimateRow:
    """One row of estimates: its label, the value with its interval, and single values as points.

    ``names`` are the patients of the points, for readers who may see them.
    """

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    imprecise: bool
    points: Sequence[float] = ()
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Segment:
    """A part of a stacked row: its share from ``start`` on, its colour and what is written on it."""

    start: float
    share: float
    ink: str
    text: str
    ink_of_text: str = TEXT
    opacity: float = 1.0


def seen(records: Sequence[Record], names: Sequence[str], view: View) -> dict[str | None, list[Record]]:
    """The records of each stratum that the view shows.

    ``names`` are the facts that identify a record. For a reader who may not see few patients, a record on all
    patients is blanked if a stratum has too few, because they could be subtracted.
    """
    few = {
        tuple(one[name] for name in names)
        for one in records
        if one.get("stratum") in STRATA and one["suppressed"] and not view.may_open_patients
    }
    found: dict[str | None, list[Record]] = {}
    for stratum in view.strata:
        of_stratum = [one for one in records if one.get("stratum") == stratum]
        found[stratum] = [
            _blank(one) if stratum is None and tuple(one[name] for name in names) in few else one
            for one in of_stratum
        ]
    return found


def _blank(record: Record) -> Record:
    kept = {name: value if isinstance(value, _NEVER_BLANK) else None for name, value in record.items()}
    return {**kept, "n_text": "hidden", "suppressed": True, "reason": HIDDEN}


def part_panel(key: str, stratum: str | None, note: str, figure: Any) -> Panel:
    """A panel under the name of its stratum."""
    return Panel(f"{key}-{stratum or 'all'}", STRATUM_TITLES[stratum], note, figure)


def up_to(records: Sequence[Record]) -> str:
    """The largest number of patients in a panel."""
    counts = [one["n"] for one in records if one["n"]]
    return _("up to %(people)s", people=people(max(counts))) if counts else _("no patients to show")


def drawn_estimates(
    rows: Sequence[EstimateRow],
    stratum: str | None,
    marks: Sequence[float] = (),
    limits: tuple[float, float] | None = None,
    view: View = UNNAMED,
    noun: str = "patient",
) -> Any:
    """Estimates with intervals over single points, around 0 or within ``limits``.

    ``marks`` are dotted lines. An imprecise estimate is an open dot. ``noun`` is what a point stands for.
    """
    left, right = limits or _around_zero(rows, marks)
    bare = not any(row.points for row in rows)
    placed = Rows([row.label for row in rows], strip_height=MARK_HEIGHT if bare else STRIP_HEIGHT)
    figure = placed.chart(left, right)
    if limits is None:
        figure.update_xaxes(zeroline=True, zerolinewidth=1, zerolinecolor=AXIS)
    for mark in marks:
        line = {"color": QUIET, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=mark, x1=mark, y0=0, y1=1, yref="paper", line=line)
    many = sum(len(row.points) for row in rows) > MANY
    for at, row in zip(placed.at, rows, strict=True):
        values = np.array(row.points, dtype=np.float64)
        if len(values) and many:
            figure.add_trace(strip(values, at, (left, right), stratum, view, noun=noun))
        elif len(values):
            around = jittered(len(values), at, 18)
            figure.add_trace(dots(values, around, stratum, "%{x}", names=row.names, size=5, rim=0))
    made = [(at, row) for at, row in zip(placed.at, rows, strict=True) if row.estimate is not None]
    if made:
        figure.add_trace(_estimates(made, stratum))
    return figure


def drawn_parts(rows: Sequence[tuple[str, Sequence[Segment]]]) -> Any:
    """Rows of parts that add up to all patients, from 0 to 100 %."""
    placed = Rows([label for label, __ in rows], strip_height=34)
    figure = placed.chart(*with_room(0, 100))
    figure.update_xaxes(tickvals=[0, 25, 50, 75, 100], ticktext=["0", "25", "50", "75", "100 %"])
    figure.update_layout(barmode="overlay")
    for at, (__, segments) in zip(placed.at, rows, strict=True):
        for segment in segments:
            figure.add_trace(_segment(segment, at))
    return figure


def with_room(low: float, high: float) -> tuple[float, float]:
    """A little more than the range, so that the marks at its ends keep their numbers."""
    room = 0.04 * (high - low)
    return low - room, high + room


def _around_zero(rows: Sequence[EstimateRow], marks: Sequence[float]) -> tuple[float, float]:
    values = [
        abs(value)
        for row in rows
        for value in (row.estimate, row.low, row.high, *row.points, *marks)
        if value is not None
    ]
    reach = 1.08 * max(values, default=1.0) or 1.0
    return -reach, reach


def _estimates(made: Sequence[tuple[float, EstimateRow]], stratum: str | None) -> Any:
    values = [row.estimate or 0.0 for __, row in made]
    lows = [value if row.low is None else row.low for value, (__, row) in zip(values, made, strict=True)]
    highs = [value if row.high is None else row.high for value, (__, row) in zip(values, made, strict=True)]
    ink = colour("line", stratum)
    return go.Scatter(
        x=values,
        y=[at for at, __ in made],
        mode="markers",
        marker={
            "color": ink,
            "size": 11,
            "symbol": ["diamond-open" if row.imprecise else "diamond" for __, row in made],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, high in zip(values, highs, strict=True)],
            "arrayminus": [value - low for value, low in zip(values, lows, strict=True)],
            "color": ink,
            "thickness": 2,
            "width": 0,
        },
        hoverinfo="x",
    )


def _segment(segment: Segment, at: float) -> Any:
    return go.Bar(
        orientation="h",
        x=[round(100 * segment.share, 4)],
        base=[round(100 * segment.start, 4)],
        y=[at],
        width=26,
        marker={"color": segment.ink, "opacity": segment.opacity, "line": {"color": PAPER, "width": 1}},
        text=[plain(segment.text)],
        textposition="inside",
        insidetextanchor="middle",
        textfont={"color": segment.ink_of_text, "size": 13},
        textangle=0,
        hoverinfo="text",
    )
