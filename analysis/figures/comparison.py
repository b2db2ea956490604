"""Scores with and without a family of treatments, as a comparison of patients who were alike before."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.kinds import level_words
from analysis.data.record import Record
from analysis.figures.computed import COMPARISON
from analysis.figures.look import p_text, row_label
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, up_to
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.results.findings import Findings
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import RANK_WORDS, STRATUM_WORDS, number, signed, span
from analysis.words import joined
from analysis.words import words as _

ALPHA = 0.05
_COLUMNS = [
    _("Treatment"),
    _("Patients are"),
    _("Earlier scores"),
    _("Began it"),
    _("Did not"),
    _("Difference"),
    _("95 % interval"),
    "p",
    _("p adjusted"),
    _("E-value"),
    _("Note"),
]
_UNBALANCED = {
    "earlier_mean": _("earlier scores"),
    "last_change": _("the last change"),
    "bells": "cause",
    "hb_iv_or_worse": _("House–Brackmann"),
    "site": "site",
    "year": _("calendar year"),
}


def comparison_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The difference of scores for each family of treatments between arms made alike, never ranked."""
    info = frames.scale_info[scale]
    key = f"comparison-{scale}"
    findings = Findings.of(frames, view.suppress_under)
    found = [one for one in findings.treatment_comparison if one["scale"] == scale]
    parts = seen(found, ["family", "history"], view)
    drawn = {
        stratum: [one for one in records if one["history"] == "known"] for stratum, records in parts.items()
    }
    return Figure(
        key=key,
        title=_("%(label)s with and without a treatment", label=info.label),
        summary=text(told.compared(findings, scale), view.strata)
        or _("No family of treatments can be compared yet: %(why)s.", why=_why(drawn)),
        x_axis=_(
            "Difference in %(label)s between patients who were alike before: %(better)s",
            label=info.label,
            better=_better(info),
        ),
        y_axis=_("Families of treatments begun after an earlier score, in a fixed order"),
        panels=tuple(
            part_panel(key, stratum, up_to(records), drawn_estimates([_row(one) for one in records], stratum))
            for stratum, records in drawn.items()
            if any(one["estimate"] is not None for one in records)
        ),
        table=pd.DataFrame(
            [_table_row(one) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            _("Treatment was not assigned at random: what nobody recorded may have decided who began it."),
            _("Drawn are patients with earlier scores: a first score may have been a passing low."),
            _("So differences from a first score on stand in the table and tell no direction."),
            _("20 patients in each arm; open under 30. Adjusted p: over all treatments and main scales."),
            _asked(drawn),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(COMPARISON,),
    )


def _asked(parts: Mapping[str | None, Sequence[Record]]) -> str:
    """Which of the drawn comparisons the analysis plan asks for."""
    named = joined(
        "; ",
        (
            _(
                "%(family)s, %(stratum)s patients (%(question)s)",
                family=one["family"],
                stratum=STRATUM_WORDS[stratum or "all"],
                question=RANK_WORDS[one["question"]],
            )
            for stratum, records in parts.items()
            for one in records
            if one["planned"]
        ),
    )
    if not named:
        return _("The analysis plan asks for none of these comparisons: all are exploratory.")
    return _("Planned: %(named)s. Its p is adjusted with the plan's. The rest is exploratory.", named=named)


def _better(info: ScaleInfo) -> str:
    right = "better" if info.direction == "higher_better" else "worse"
    return _(
        "right of 0 %(right)s with the treatment, left of 0 %(value)s",
        right=right,
        value=_("worse") if right == "better" else _("better"),
    )


def _row(one: Record) -> EstimateRow:
    count = (
        "–"
        if one["patients"] is None
        else _("%(one)s with, %(one_2)s without", one=one["n_exposed"], one_2=one["n_compared"])
    )
    return EstimateRow(
        row_label(level_words(one["family"]), count),
        one["estimate"],
        one["low"],
        one["high"],
        one["imprecise"],
    )


def _why(parts: Mapping[str | None, Sequence[Record]]) -> str:
    """The reasons, each once, in the order of the families."""
    reasons = dict.fromkeys(
        f"{level_words(one['family'])} ({one['reason']})"
        for records in parts.values()
        for one in records
        if one["reason"]
    )
    return joined("; ", reasons) or _("nobody began one between two scores")


def _table_row(one: Record) -> dict[str, Any]:
    hidden = one["patients"] is None
    notes = (
        one["reason"],
        "imprecise" if one["imprecise"] else None,
        _("arms differ in %(listed)s", listed=told.listed(one["unbalanced"])) if one["unbalanced"] else None,
        _("%(one)s began it later", one=one["started_later"]) if one["started_later"] else None,
        told.drawn(one).removeprefix("; ") if one["estimate"] is not None else None,
    )
    return {
        "Treatment": level_words(one["family"]),
        "Patients are": one.get("stratum", "all"),
        "Earlier scores": one["history"],
        "Began it": one["n_exposed_text"] if hidden else str(one["patients_exposed"]),
        "Did not": "–" if hidden else str(one["patients_compared"]),
        "Difference": signed(one["estimate"]),
        "95 % interval": span(one["low"], one["high"]),
        "p": "–" if one["imprecise"] else p_text(one["p"]),
        "p adjusted": "–" if one["imprecise"] else p_text(one["p_adjusted"]),
        "E-value": "–" if one["e_value"] is None else number(one["e_value"], 1),
        "Note": joined("; ", (note for note in notes if note)),
    }
