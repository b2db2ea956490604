"""Scores by the treatment received: boxes, points and n, described and never ranked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.formulas import Kruskal
from analysis.frame import StudyFrames, scored
from analysis.groups import Block, blocks, compared, first_scores
from analysis.guards import is_small
from analysis.look import (
    INK,
    STRATUM_COLOURS,
    axis_title,
    go,
    number,
    p_text,
    panels,
    people,
    plain,
    ticks,
    transparent,
)
from analysis.treatments import LEVELS
from analysis.view import Figure, View, described, mixed, simulated


def treatment_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale by the treatments received by the first visit with that score: boxes, points and n.

    Families in fixed order, combined where a patient had several; never ranked by result.
    """
    info = {scale: frames.scale_info[scale]}
    first = first_scores(scored(frames), info)
    found = {
        stratum: next(
            blocks(first, frames.treatments, info, stratum, view.suppress_under, ["treatment"]), None
        )
        for stratum in view.strata
    }
    present = [block for block in found.values() if block]
    shown = [level for level in LEVELS if any(_shows(block, level, view) for block in present)]
    totals = {stratum: len(block.rows) if block else 0 for stratum, block in found.items()}
    titles = [people(view.count(totals[stratum])) for stratum in view.strata]
    figure = panels(view.strata, titles, view.theme, height=150 + 44 * max(len(shown), 2))
    low, high = info[scale].low, info[scale].high
    room = 0.04 * (high - low)
    for column, block in enumerate(found.values(), 1):
        if block:
            _draw_groups(figure, column, block, shown, view, high + room)
    figure.update_xaxes(
        range=[low - room, high + 6 * room], tickvals=ticks(info[scale]), title_text=axis_title(info[scale])
    )
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[plain(level) for level in shown],
        range=[max(len(shown), 1) - 0.5, -0.5],
        showgrid=False,
    )
    label = info[scale].label
    seen = sum(total for total in totals.values() if not view.hides([total])[0])
    tests = {stratum: compared(block) for stratum, block in found.items() if block}
    said = " and ".join(_epsilon_text(tests[s], view.count(totals[s]), s) for s in tests)
    sentence = f"In {people(seen)} ({seen} visits), {label} is associated with treatment received at {said}."
    return Figure(
        key=f"treatment-{scale}",
        title=f"{label} by treatment received",
        summary=sentence if seen else f"There is no {label} to show.",
        figure=figure,
        table=_treatment_table(present, view),
        notes=(
            *(_kruskal_note(test, s) for s, test in tests.items()),
            "Treatment by the patient's first visit with this score; later treatments do not count.",
            "Levels stand in a fixed order. Treatment was not assigned at random: groups differed before it.",
            *_hidden_note(present, view),
            *_undated_note(present, view),
            *_unplaced_note(first, view),
            *mixed(view),
            *simulated(frames),
        ),
    )


def _shows(block: Block, level: str, view: View) -> bool:
    if level not in block.levels:
        return False
    return view.may_open_patients or not block.hide[block.levels.index(level)]


def _draw_groups(
    figure: Any, column: int, block: Block, shown: Sequence[str], view: View, right: float
) -> None:
    colour = STRATUM_COLOURS[block.stratum]
    quiet = INK[view.theme]["quiet"]
    for row, level in enumerate(shown):
        if not _shows(block, level, view):
            continue
        rows = block.of(level)
        values = rows["value"].to_numpy(np.float64)
        if not is_small(len(values), view.suppress_under):
            figure.add_trace(_box(values, row, colour), row=1, col=column)
        # an even, repeatable scatter across the row (golden ratio), so that equal scores stay apart
        jitter = ((0.5 + np.arange(len(values)) * 0.6180339887) % 1 - 0.5) * 0.5
        texts = [f"{value:.3g}" for value in values]
        if view.may_open_patients:
            texts = [f"{plain(code)}: {text}" for code, text in zip(rows["patient"], texts, strict=True)]
        dots = go.Scatter(
            x=values.tolist(),
            y=(row + jitter).tolist(),
            mode="markers",
            marker={"color": colour, "size": 6, "opacity": 0.55},
            text=texts,
            hoverinfo="text",
        )
        count = go.Scatter(
            x=[right],
            y=[row],
            mode="text",
            text=[f"n = {len(values)}"],
            textposition="middle right",
            cliponaxis=False,
            textfont={"size": 12, "color": quiet},
            hoverinfo="skip",
        )
        figure.add_traces([dots, count], rows=[1, 1], cols=[column, column])


def _box(values: NDArray[np.float64], row: int, colour: str) -> Any:
    """Median, quartiles (type 7) and whiskers to the last value within 1.5 quartile distances."""
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    reach = 1.5 * (q3 - q1)
    inside = values[(values >= q1 - reach) & (values <= q3 + reach)]
    return go.Box(
        y=[row],
        q1=[q1],
        median=[median],
        q3=[q3],
        lowerfence=[float(inside.min())],
        upperfence=[float(inside.max())],
        orientation="h",
        width=0.62,
        line={"color": colour, "width": 2},
        fillcolor=transparent(colour, 0.12),
        hoverinfo="skip",
    )


def _epsilon_text(test: Kruskal, count: str, stratum: str | None) -> str:
    who = people(count, stratum)
    if test.epsilon_squared is None:
        return f"no test ({who}: {test.reason})"
    return f"epsilon² {number(test.epsilon_squared)} ({who}; Kruskal–Wallis p {p_text(test.p)})"


def _kruskal_note(test: Kruskal, stratum: str | None) -> str:
    name = "All" if stratum is None else stratum.capitalize()
    if test.statistic is None:
        return f"{name}: no Kruskal–Wallis test, {test.reason}."
    return (
        f"{name}: Kruskal–Wallis H {number(test.statistic, 1)} on {test.df} degrees of freedom, "
        f"p {p_text(test.p)}, epsilon² {number(test.epsilon_squared)}."
    )


def _treatment_table(present: Sequence[Block], view: View) -> pd.DataFrame:
    columns = ["Treatment", "Patients are", "Patients", "Median", "Lower quartile", "Upper quartile"]
    rows = []
    for level in LEVELS:
        for block in present:
            if level in block.levels:
                values = block.of(level)["value"].to_numpy(np.float64)
                hide = not _shows(block, level, view)
                cell = described(values, len(values), hide, view)
                rows.append({"Treatment": level, "Patients are": block.stratum or "all", **cell})
    return pd.DataFrame(rows, columns=columns)


def _hidden_note(present: Sequence[Block], view: View) -> tuple[str, ...]:
    if view.may_open_patients:
        return (f"Under {view.suppress_under} patients there are points, but no box.",)
    if not any(any(block.hide) for block in present):
        return ()
    least = view.suppress_under
    return (f"Not shown: levels under {least} patients, and what would let them be subtracted.",)


def _undated_note(present: Sequence[Block], view: View) -> tuple[str, ...]:
    undated = sum(int(block.rows["undated"].sum()) for block in present)
    if not undated:
        return ()
    return (f"Start of treatment not known, counted as received: {people(view.count(undated))}.",)


def _unplaced_note(first: pd.DataFrame, view: View) -> tuple[str, ...]:
    unplaced = 0 if view.together else int((first["stratum"] == "unknown").sum())
    if not unplaced:
        return ()
    return (f"Not shown, neither surely acute nor surely chronic: {people(view.count(unplaced))}.",)
