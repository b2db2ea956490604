"""Scores against time since onset."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.onset import ACUTE_BELOW_DAYS
from analysis.data.since_onset import DAYS_PER_YEAR, LEFT_OUT_REASONS
from analysis.figures.computed import SPEARMAN, SPLINE
from analysis.figures.look import QUIET, axis_title, chart, colour, duration, go, ticks
from analysis.figures.marks import CELLS_NOTE, MANY, Range, cells, dots, rounded
from analysis.figures.time_axis import WINDOWS_NOTE, draw_time
from analysis.figures.view import (
    RHO_NOTE,
    Figure,
    View,
    described,
    mixed,
    of_stratum,
    panel,
    simulated,
)
from analysis.numbers.smooth import lowess, spline
from analysis.results.findings import Findings
from analysis.statements import text, together
from analysis.words import joined
from analysis.words import words as _

HEIGHT = 280
BANDS = {
    _("under 1 week"): 0,
    _("1 week to 1 month"): 7,
    _("1 to 3 months"): 30.4375,
    _("3 months to 1 year"): ACUTE_BELOW_DAYS,
    _("1 to 5 years"): 365.25,
    _("5 to 20 years"): 1826.25,
    _("over 20 years"): 7305,
}


def time_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale against time since onset: one dot per patient, the first score with a usable time.

    The curve is a natural spline on log time with a band from bootstrap by patient, and a thin LOWESS beside
    it; under 10 patients there is none.
    """
    info = frames.scale_info[scale]
    key = f"time-{scale}"
    table = frames.scored
    of_scale = table[(table["scale"] == scale) & table["value"].notna()]
    first = of_scale[of_scale["time_usable"]].drop_duplicates("patient")
    seen = view.seen(first)
    counts = view.counts(first)
    parts = {stratum: of_stratum(seen, stratum) for stratum in counts}
    room = 0.04 * (info.high - info.low)
    panels = []
    for stratum, rows in parts.items():
        if rows.empty:
            continue
        figure = _drawn(rows, stratum, view, (info.low - room, info.high + room))
        figure.update_yaxes(tickvals=ticks(info))
        panels.append(panel(key, stratum, counts[stratum], figure))

    told = together.since_onset(Findings.of(frames, view.suppress_under), scale)
    shown = sum(len(rows) for rows in parts.values())
    return Figure(
        key=key,
        title=_("%(label)s and time since onset", label=info.label),
        summary=(text(told, view.strata) if shown else "")
        or _("There is no %(label)s with a known time since onset to show.", label=info.label),
        x_axis=_("Time since onset, longer to the right (log scale)"),
        y_axis=axis_title(info),
        panels=tuple(panels),
        table=_table(first, view),
        notes=(
            *([info.early] if info.early else []),
            *_left_out_note(of_scale, first, view),
            _("One dot per patient: the first score with a usable time since onset."),
            *([CELLS_NOTE] if any(len(rows) > MANY for rows in parts.values()) else []),
            _("Line: natural spline (3 degrees of freedom) on log time, from 10 patients on."),
            _("Band: 95 %, by resampling patients. Dotted: LOWESS (f = 2/3, 3 robust steps)."),
            WINDOWS_NOTE,
            RHO_NOTE,
            _("People who still come long after onset are those who did not recover."),
            *([_("Upright dotted line: 90 days after onset.")] if view.together else []),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(SPLINE, SPEARMAN),
    )


def _drawn(rows: pd.DataFrame, stratum: str | None, view: View, down: Range) -> Any:
    figure = chart(HEIGHT)
    figure.update_yaxes(range=list(down))
    across = _range(stratum, rows)
    draw_time(figure, *across)
    if stratum is None:
        border = ACUTE_BELOW_DAYS / DAYS_PER_YEAR
        line = {"color": QUIET, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=border, x1=border, y0=0, y1=1, yref="paper", line=line)
    x, y = rows["log10_years"].to_numpy(np.float64), rows["value"].to_numpy(np.float64)
    curve = spline(x, y)
    years = rounded(10 ** np.array(curve.x))
    if curve.reason is None:
        band = go.Scatter(
            x=[*years, *years[::-1]],
            y=rounded(np.array([*curve.high, *curve.low[::-1]])),
            fill="toself",
            fillcolor=colour("band", stratum),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
        figure.add_trace(band)
    days = rows["days_since_onset"].to_numpy(np.float64)
    if len(rows) > MANY:
        figure.add_trace(cells(10**x, y, across, down, stratum, view, log=True))
    else:
        names = rows["patient"].tolist() if view.may_open_patients else []
        since = [duration(day) for day in days]
        said = _("%{y}, %{customdata} after onset")
        figure.add_trace(dots(days / DAYS_PER_YEAR, y, stratum, said, names=names, beside=since))
    if curve.reason is None:
        line = {"color": colour("line", stratum), "width": 3}
        figure.add_trace(
            go.Scatter(x=years, y=rounded(np.array(curve.y)), mode="lines", line=line, hoverinfo="skip")
        )
        at, value = lowess(
            *(column[np.argsort(x, kind="stable")] for column in (x, y)), delta=0.01 * np.ptp(x)
        )
        thin = {"color": colour("line", stratum), "width": 1.5, "dash": "dot"}
        shown = np.interp(curve.x, at, value)
        figure.add_trace(go.Scatter(x=years, y=rounded(shown), mode="lines", line=thin, hoverinfo="skip"))
    return figure


def _range(stratum: str | None, rows: pd.DataFrame) -> Range:
    """The log10 years of a panel: all of its side of 90 days, and at least to 20 years."""
    border = np.log10(ACUTE_BELOW_DAYS / DAYS_PER_YEAR)
    latest = max(np.log10(26), float(rows["log10_years"].max()) + 0.05 if len(rows) else 0.0)
    first_day = np.log10(0.8 / DAYS_PER_YEAR)
    return (
        float(border - 0.04 if stratum == "chronic" else first_day),
        float(border + 0.08 if stratum == "acute" else latest),
    )


def _table(first: pd.DataFrame, view: View) -> pd.DataFrame:
    """The table of time spans; it hides small cells within each stratum, whose total a panel shows."""
    edges = [*BANDS.values(), np.inf]
    band = pd.cut(first["days_since_onset"], edges, labels=list(BANDS), right=False)
    rows = []
    for stratum in ("acute", "chronic"):
        if not (view.together or stratum in view.strata):
            continue
        names = [name for name, days in BANDS.items() if (days < ACUTE_BELOW_DAYS) == (stratum == "acute")]
        cells = [first.loc[band == name, "value"].to_numpy(np.float64) for name in names]
        hide = view.hides([len(cell) for cell in cells])
        rows += [
            {"Time since onset": name, **described(cell, hidden, view)}
            for name, cell, hidden in zip(names, cells, hide, strict=True)
        ]
    return pd.DataFrame(rows)


def _left_out_note(of_scale: pd.DataFrame, first: pd.DataFrame, view: View) -> tuple[str, ...]:
    without = of_scale[~of_scale["patient"].isin(first["patient"])].drop_duplicates("patient")
    counts = [(reason, int((without["left_out"] == reason).sum())) for reason in LEFT_OUT_REASONS]
    reasons = joined("; ", (f"{reason} {view.about(count)}" for reason, count in counts if count))
    return (
        (_("Scored, but without a usable time since onset: %(reasons)s.", reasons=reasons),)
        if reasons
        else ()
    )
