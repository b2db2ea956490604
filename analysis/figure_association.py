"""How scores go with each other and with time since onset, as a dot plot of coefficients."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.association import TIME, Record, correlations
from analysis.frame import StudyFrames, scored
from analysis.look import (
    INK,
    STRATUM_COLOURS,
    Theme,
    go,
    interval,
    number,
    p_text,
    panels,
    people,
    plain,
    scale_text,
)
from analysis.view import Figure, View, mixed, rho_text, simulated

MAIN_SCALES = ("face.total", "face.social_function", "saq.total", "phq9.total")


def association_figure(frames: StudyFrames, view: View, *, scales: Sequence[str] = MAIN_SCALES) -> Figure:
    """Every pair of the scales, and each with time since onset: Spearman's rho, 95 % interval and n.

    Between patients, one visit each: the first at which both are present.
    """
    few = 0 if view.may_open_patients else view.suppress_under
    records = correlations(
        scored(frames), frames.scale_info, scales=scales, methods=("spearman",), suppress_under=few
    )
    shown = [record for record in records if record.get("stratum") in view.strata]
    pairs = list(dict.fromkeys((record["x"], record["y"]) for record in records))
    labels = [" × ".join(scale_text(frames.scale_info, key) for key in _score_first(pair)) for pair in pairs]
    figure = panels(view.strata, [""] * len(view.strata), view.theme, height=130 + 30 * len(pairs))
    for column, stratum in enumerate(view.strata, 1):
        rows = {(r["x"], r["y"]): r for r in shown if r.get("stratum") == stratum}
        _draw_associations(figure, column, [rows[pair] for pair in pairs], stratum, view.theme)
    figure.update_xaxes(
        range=[-1.05, 1.5],
        tickvals=[-1, -0.5, 0, 0.5, 1],
        zeroline=True,
        zerolinewidth=1,
        title_text="Spearman's rho",
    )
    figure.update_yaxes(
        tickvals=list(range(len(pairs))), ticktext=labels, range=[len(pairs) - 0.5, -0.5], showgrid=False
    )
    table = pd.DataFrame(
        [_association_row(frames, record) for record in shown],
        columns=["Pair", "Patients are", "Patients", "rho", "95 % interval", "p", "p adjusted", "Note"],
    )
    return Figure(
        key="associations",
        title="How scores go with each other and with time since onset",
        summary=_association_sentence(frames, shown),
        figure=figure,
        table=table,
        notes=(
            "Between patients: one visit each, the first at which both are present.",
            f"Intervals: Bonett–Wright. Adjusted p: {_family_text(shown)}.",
            "No coefficient under 10 patients; from 10 to 29 it is imprecise (open dots).",
            "Directions differ: FaCE and FDI are better when higher, SAQ and PHQ-9 are worse.",
            *([] if view.together else ["Patients neither surely acute nor surely chronic are not shown."]),
            *mixed(view),
            *simulated(frames),
        ),
    )


def _score_first(pair: tuple[str, str]) -> tuple[str, str]:
    return (pair[1], pair[0]) if pair[0] == TIME else pair


def _draw_associations(
    figure: Any, column: int, records: Sequence[Record], stratum: str | None, theme: Theme
) -> None:
    colour = STRATUM_COLOURS[stratum]
    at = [row for row, record in enumerate(records) if record["estimate"] is not None]
    made = [records[row] for row in at]
    ends = [
        (record["low"], record["high"]) if record["low"] is not None else (record["estimate"],) * 2
        for record in made
    ]
    estimates = [record["estimate"] for record in made]
    dots = go.Scatter(
        x=estimates,
        y=at,
        mode="markers",
        marker={
            "color": colour,
            "size": 10,
            "symbol": ["circle-open" if record["imprecise"] else "circle" for record in made],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(estimates, ends, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(estimates, ends, strict=True)],
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        text=[f"{number(record['estimate'])} ({interval(record['low'], record['high'])})" for record in made],
        hoverinfo="text",
    )
    counts = go.Scatter(
        x=[1.08] * len(records),
        y=list(range(len(records))),
        mode="text",
        text=[f"n = {plain(record['n_text'])}" for record in records],
        textposition="middle right",
        cliponaxis=False,
        textfont={"size": 12, "color": INK[theme]["quiet"]},
        hoverinfo="skip",
    )
    figure.add_traces([dots, counts], rows=[1, 1], cols=[column, column])


def _association_row(frames: StudyFrames, record: Record) -> dict[str, str]:
    pair = _score_first((record["x"], record["y"]))
    names = [frames.scale_info[key].label if key in frames.scale_info else "time since onset" for key in pair]
    return {
        "Pair": " × ".join(names),
        "Patients are": record.get("stratum", "all"),
        "Patients": record["n_text"],
        "rho": number(record["estimate"]),
        "95 % interval": interval(record["low"], record["high"]),
        "p": p_text(record["p"]),
        "p adjusted": p_text(record["p_adjusted"]),
        "Note": "; ".join(
            text
            for text in (record["reason"], "imprecise" if record["imprecise"] else None, record["overlap"])
            if text
        ),
    }


def _family_text(records: Sequence[Record]) -> str:
    names = {"holm": "Holm", "bh": "Benjamini–Hochberg"}
    families = dict.fromkeys(
        f"{record.get('stratum', 'all')} {names[record['adjustment']]} over {record['family_size']} tests"
        for record in records
    )
    return ", ".join(families) or "none"


def _association_sentence(frames: StudyFrames, records: Sequence[Record]) -> str:
    """The pair on the most patients that links mood with quality of life, else the first with numbers."""
    made = [record for record in records if record["estimate"] is not None]
    if not made:
        return "No pair of scores has the 10 patients that a coefficient needs yet."
    mood = [record for record in made if {"face.total", "phq9.total"} == {record["x"], record["y"]}]
    told = mood or made[:1]
    x, y = (
        frames.scale_info[key].label if key in frames.scale_info else "time since onset"
        for key in _score_first((told[0]["x"], told[0]["y"]))
    )
    same = [r for r in told if (r["x"], r["y"]) == (told[0]["x"], told[0]["y"])]
    said = [rho_text(record, record["n_text"], record.get("stratum")) for record in same]
    visits = sum(record["n"] for record in same)
    return f"In {people(visits)} ({visits} visits), {x} is associated with {y} at {' and '.join(said)}."
