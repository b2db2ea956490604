"""Scores with and without a family of treatments, as a comparison of patients who were alike before."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import COMPARISON
from analysis.figures.look import p_text, row_label
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, up_to
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.results.comparison import treatment_comparison
from analysis.results.findings import Findings
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import number, signed, span

ALPHA = 0.05
_COLUMNS = [
    "Treatment",
    "Patients are",
    "Earlier scores",
    "Began it",
    "Did not",
    "Difference",
    "95 % interval",
    "p",
    "p adjusted",
    "E-value",
    "Note",
]
_UNBALANCED = {
    "earlier_mean": "earlier scores",
    "last_change": "the last change",
    "bells": "cause",
    "hb_iv_or_worse": "House–Brackmann",
    "site": "site",
    "year": "calendar year",
}


def comparison_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The difference of scores for each family of treatments between arms made alike, never ranked."""
    info = frames.scale_info[scale]
    key = f"comparison-{scale}"
    found = treatment_comparison(frames, {scale: info}, suppress_under=view.suppress_under)
    parts = seen(found, ["family", "history"], view)
    drawn = {
        stratum: [one for one in records if one["history"] == "known"] for stratum, records in parts.items()
    }
    return Figure(
        key=key,
        title=f"{info.label} with and without a treatment",
        summary=text(told.compared(Findings.of(frames, view.suppress_under), scale), view.strata)
        or f"No family of treatments can be compared yet: {_why(drawn)}.",
        x_axis=f"Difference in {info.label} between patients who were alike before: {_better(info)}",
        y_axis="Families of treatments begun after an earlier score, in a fixed order",
        panels=tuple(
            part_panel(key, stratum, up_to(records), drawn_estimates([_row(one) for one in records], stratum))
            for stratum, records in drawn.items()
            if any(one["estimate"] is not None for one in records)
        ),
        table=pd.DataFrame(
            [_table_row(one) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            "Treatment was not assigned at random: what nobody recorded may have decided who began it.",
            "Drawn are patients with earlier scores: a first score may have been a passing low.",
            "So differences from a first score on stand in the table and tell no direction.",
            "20 patients in each arm; open under 30. Adjusted p: over all treatments and main scales.",
            *mixed(view),
            *simulated(frames),
        ),
        computed=(COMPARISON,),
    )


def _better(info: ScaleInfo) -> str:
    right = "better" if info.direction == "higher_better" else "worse"
    return f"right of 0 {right} with the treatment, left of 0 {'worse' if right == 'better' else 'better'}"


def _row(one: Record) -> EstimateRow:
    count = "–" if one["patients"] is None else f"{one['n_exposed']} with, {one['n_compared']} without"
    return EstimateRow(
        row_label(one["family"], count), one["estimate"], one["low"], one["high"], one["imprecise"]
    )


def _why(parts: Mapping[str | None, Sequence[Record]]) -> str:
    """The reasons, each once, in the order of the families."""
    reasons = dict.fromkeys(
        f"{one['family']} ({one['reason']})" for records in parts.values() for one in records if one["reason"]
    )
    return "; ".join(reasons) or "nobody began one between two scores"


def _table_row(one: Record) -> dict[str, Any]:
    hidden = one["patients"] is None
    notes = (
        one["reason"],
        "imprecise" if one["imprecise"] else None,
        f"arms differ in {told.listed(one['unbalanced'])}" if one["unbalanced"] else None,
        f"{one['started_later']} began it later" if one["started_later"] else None,
    )
    return {
        "Treatment": one["family"],
        "Patients are": one.get("stratum", "all"),
        "Earlier scores": one["history"],
        "Began it": one["n_exposed_text"] if hidden else str(one["patients_exposed"]),
        "Did not": "–" if hidden else str(one["patients_compared"]),
        "Difference": signed(one["estimate"]),
        "95 % interval": span(one["low"], one["high"]),
        "p": "–" if one["imprecise"] else p_text(one["p"]),
        "p adjusted": "–" if one["imprecise"] else p_text(one["p_adjusted"]),
        "E-value": "–" if one["e_value"] is None else number(one["e_value"], 1),
        "Note": "; ".join(note for note in notes if note),
    }
