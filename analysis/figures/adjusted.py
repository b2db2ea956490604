"""Later scores with and without a family of treatments at the same first score, in a fixed order."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import ADJUSTED
from analysis.figures.look import p_text, row_label
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, signed, span, up_to
from analysis.figures.view import Figure, View, mixed, shifted, simulated
from analysis.results.adjusted import POST_DAYS, adjusted_change

ALPHA = 0.05
_COLUMNS = [
    "Treatment",
    "Patients are",
    "Began it",
    "Did not",
    "Difference",
    "95 % interval",
    "p",
    "p (Holm)",
    "Adjusted for",
    "Note",
]
_TERMS = {"pre": "first score", "log10_onset_years": "time since onset", "age": "age", "female": "sex"}
_TERMS |= {"days_to_post": "days in between"}


def adjusted_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The adjusted difference of later scores for each family of treatments, never ranked."""
    info = frames.scale_info[scale]
    key = f"adjusted-{scale}"
    found = adjusted_change(
        frames.scored, frames.treatments, {scale: info}, suppress_under=view.suppress_under
    )
    parts = seen(found, ["family"], view)
    return Figure(
        key=key,
        title=f"{info.label} later, with and without a treatment",
        summary=_summary(info, parts),
        x_axis=f"Difference in {info.label} at the same first score: {_better(info)}",
        y_axis="Families of treatments begun after the first score, in a fixed order",
        panels=tuple(
            part_panel(key, stratum, up_to(records), drawn_estimates([_row(one) for one in records], stratum))
            for stratum, records in parts.items()
            if any(one["estimate"] is not None for one in records)
        ),
        table=pd.DataFrame(
            [_table_row(one) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            "Treatment was not assigned at random: groups differed before, beyond what is adjusted for.",
            f"Later score: the last of {POST_DAYS[0]}–{POST_DAYS[1]} days after the first.",
            "Began it: after the first score and 30 days (surgery 180) before the later one.",
            "Least squares with HC3 errors; 15 patients for a coefficient, 10 in each group; open under 30.",
            "Holm: over the families of treatments of a scale.",
            *mixed(view),
            *simulated(frames),
        ),
        computed=(ADJUSTED,),
    )


def _better(info: ScaleInfo) -> str:
    right = "better" if info.direction == "higher_better" else "worse"
    return f"right of 0 {right} with the treatment, left of 0 {'worse' if right == 'better' else 'better'}"


def _row(one: Record) -> EstimateRow:
    count = "–" if one["n"] is None else f"{one['n_exposed']} with, {one['n_not_exposed']} without"
    return EstimateRow(
        row_label(one["family"], count), one["estimate"], one["low"], one["high"], one["imprecise"]
    )


def _summary(info: ScaleInfo, parts: Mapping[str | None, Sequence[Record]]) -> str:
    made = {s: [one for one in records if one["estimate"] is not None] for s, records in parts.items()}
    if not any(made.values()):
        return f"No family of treatments has enough patients yet to compare {info.label} with and without it."
    said = []
    for stratum, records in made.items():
        clear = [one for one in records if one["p_holm"] is not None and one["p_holm"] < ALPHA]
        who = f"In {stratum or 'all'} patients"
        if not records:
            said.append(f"{who} no family can be compared.")
        elif clear:
            said.append(f"{who} {'; '.join(_difference(info, one) for one in clear)}.")
        else:
            said.append(f"{who} no clear difference is seen with any family of treatments.")
    return " ".join(said)


def _difference(info: ScaleInfo, one: Record) -> str:
    way = shifted(info, higher=one["estimate"] > 0)
    limits = f"{signed(one['estimate'])}, {span(one['low'], one['high'])}"
    imprecise = ", imprecise" if one["imprecise"] else ""
    return f"those who began {one['family']} had {way} later at the same first score ({limits}{imprecise})"


def _table_row(one: Record) -> dict[str, Any]:
    terms = [_TERMS[term] for term in (one["terms"] or "").split(", ") if term in _TERMS]
    hidden = one["n"] is None
    return {
        "Treatment": one["family"],
        "Patients are": one.get("stratum", "all"),
        "Began it": one["n_exposed_text"] if hidden else str(one["n_exposed"]),
        "Did not": "–" if hidden else str(one["n_not_exposed"]),
        "Difference": signed(one["estimate"]),
        "95 % interval": span(one["low"], one["high"]),
        "p": "–" if one["imprecise"] else p_text(one["p"]),
        "p (Holm)": "–" if one["imprecise"] else p_text(one["p_holm"]),
        "Adjusted for": ", ".join(terms) or "–",
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }
