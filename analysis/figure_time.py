"""Scores against time since onset."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.association import correlations
from analysis.frame import ACUTE_BELOW_DAYS, DAYS_PER_YEAR, LEFT_OUT_REASONS, StudyFrames, scored
from analysis.look import INK, STRATUM_COLOURS, axis_title, go, panels, people, plain, ticks, transparent
from analysis.smooth import smooth
from analysis.view import Figure, View, described, mixed, rho_text, simulated

SAQ = "saq.total"
TICKS = {
    "1 week": 7,
    "1 month": 30.4375,
    "3 months": 91.3125,
    "1 year": 365.25,
    "5 years": 1826.25,
    "20 years": 7305,
}
BANDS = {
    "under 1 week": 0,
    "1 week to 1 month": 7,
    "1 to 3 months": 30.4375,
    "3 months to 1 year": ACUTE_BELOW_DAYS,
    "1 to 5 years": 365.25,
    "5 to 20 years": 1826.25,
    "over 20 years": 7305,
}


def time_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale against time since onset: one dot per patient, the first score with a usable time.

    The curve is LOWESS on log time with a band from bootstrap by patient; under 10 patients there is none.
    """
    info = frames.scale_info[scale]
    table = scored(frames)
    of_scale = table[(table["scale"] == scale) & table["value"].notna()]
    first = of_scale[of_scale["time_usable"]].drop_duplicates("patient")
    parts = {stratum: _part(first, stratum) for stratum in view.strata}
    counts = {stratum: view.count(len(rows)) for stratum, rows in parts.items()}
    parts = {s: rows.iloc[:0] if view.hides([len(rows)])[0] else rows for s, rows in parts.items()}
    figure = panels(view.strata, [people(counts[s]) for s in view.strata], view.theme, height=420)
    for column, (stratum, rows) in enumerate(parts.items(), 1):
        _draw(figure, column, rows, stratum, view)
    figure.update_xaxes(type="log", title_text="Time since onset (log scale)")
    for column, stratum in enumerate(view.strata, 1):
        marks = {name: days for name, days in TICKS.items() if _in_panel(days, stratum)}
        figure.update_xaxes(
            range=_range(stratum, parts[stratum]),
            tickvals=[days / DAYS_PER_YEAR for days in marks.values()],
            ticktext=list(marks),
            col=column,
        )
    room = 0.04 * (info.high - info.low)
    figure.update_yaxes(range=[info.low - room, info.high + room], tickvals=ticks(info))
    figure.update_yaxes(title_text=axis_title(info), col=1)

    records = correlations(table, frames.scale_info, scales=[scale], methods=("spearman",))
    found = {record.get("stratum"): record for record in records}
    said = " and ".join(rho_text(found.get(s), counts[s], s) for s in view.strata)
    shown = sum(len(rows) for rows in parts.values())
    who = f"{people(shown)} ({shown} visits)"
    sentence = f"In {who}, {info.label} is associated with time since onset at {said}."
    return Figure(
        key=f"time-{scale}",
        title=f"{info.label} and time since onset",
        summary=sentence if shown else f"There is no {info.label} with a known time since onset to show.",
        figure=figure,
        table=_table(first, view),
        notes=(
            "One dot per patient: the first score with a usable time since onset.",
            "Line: LOWESS (f = 2/3, 3 robust steps) on log time; band: 95 %, by resampling patients.",
            "An interval that spans 0 is compatible with no association.",
            "People who still come long after onset are those who did not recover.",
            *_left_out_note(of_scale, first, view),
            *(["The SAQ asks about synkinesis: in the acute phase it says little."] if scale == SAQ else []),
            *mixed(view),
            *simulated(frames),
        ),
    )


def _part(first: pd.DataFrame, stratum: str | None) -> pd.DataFrame:
    return first if stratum is None else first[first["stratum"] == stratum]


def _draw(figure: Any, column: int, rows: pd.DataFrame, stratum: str | None, view: View) -> None:
    colour = STRATUM_COLOURS[stratum]
    x, y = rows["log10_years"].to_numpy(np.float64), rows["value"].to_numpy(np.float64)
    curve = smooth(x, y)
    years = [10.0**at for at in curve.x]
    if stratum is None:
        border = ACUTE_BELOW_DAYS / DAYS_PER_YEAR
        line = {"color": INK[view.theme]["quiet"], "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=border, x1=border, y0=0, y1=1, yref="paper", line=line)
    if curve.reason is None:
        band = go.Scatter(
            x=[*years, *years[::-1]],
            y=[*curve.high, *curve.low[::-1]],
            fill="toself",
            fillcolor=transparent(colour, 0.18),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
        figure.add_trace(band, row=1, col=column)
    days = rows["days_since_onset"].to_numpy(np.float64)
    texts = [f"{value:.3g}, {day:.0f} days after onset" for value, day in zip(y, days, strict=True)]
    if view.may_open_patients:
        texts = [f"{plain(code)}: {text}" for code, text in zip(rows["patient"], texts, strict=True)]
    dots = go.Scatter(
        x=(days / DAYS_PER_YEAR).tolist(),
        y=y.tolist(),
        mode="markers",
        marker={"color": colour, "size": 7, "opacity": 0.6},
        text=texts,
        hoverinfo="text",
    )
    figure.add_trace(dots, row=1, col=column)
    if curve.reason is None:
        line = go.Scatter(
            x=years, y=list(curve.y), mode="lines", line={"color": colour, "width": 3}, hoverinfo="skip"
        )
        figure.add_trace(line, row=1, col=column)


def _in_panel(days: float, stratum: str | None) -> bool:
    return stratum is None or (days < ACUTE_BELOW_DAYS) == (stratum == "acute")


def _range(stratum: str | None, rows: pd.DataFrame) -> list[float]:
    """The log10 years a panel spans: whole on its side of 90 days, and at least to 20 years."""
    border = np.log10(ACUTE_BELOW_DAYS / DAYS_PER_YEAR)
    latest = max(np.log10(22), float(rows["log10_years"].max()) + 0.05 if len(rows) else 0.0)
    first_day = np.log10(0.8 / DAYS_PER_YEAR)
    return [
        float(border - 0.04 if stratum == "chronic" else first_day),
        float(border + 0.04 if stratum == "acute" else latest),
    ]


def _table(first: pd.DataFrame, view: View) -> pd.DataFrame:
    edges = [*BANDS.values(), np.inf]
    band = pd.cut(first["days_since_onset"], edges, labels=list(BANDS), right=False)
    counts = [int((band == name).sum()) for name in BANDS]
    rows = []
    for name, count, hide in zip(BANDS, counts, view.hides(counts), strict=True):
        values = first.loc[band == name, "value"].to_numpy(np.float64)
        rows.append({"Time since onset": name, **described(values, count, hide, view)})
    return pd.DataFrame(rows)


def _left_out_note(of_scale: pd.DataFrame, first: pd.DataFrame, view: View) -> tuple[str, ...]:
    without = of_scale[~of_scale["patient"].isin(first["patient"])].drop_duplicates("patient")
    counts = [(reason, int((without["left_out"] == reason).sum())) for reason in LEFT_OUT_REASONS]
    reasons = "; ".join(f"{reason} {view.count(count)}" for reason, count in counts if count)
    return (f"Not shown, without a usable time since onset: {reasons}.",) if reasons else ()
