"""How well each scale measures here: consistency, patients at an end, empty items, minutes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.data.wordings import called
from analysis.figures.computed import ALPHA
from analysis.figures.look import row_label
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, up_to, with_room
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.numbers.guards import is_small
from analysis.results.describe import descriptives
from analysis.results.findings import Findings
from analysis.results.reliability import as_shown, reliability
from analysis.statements import outcomes, text
from analysis.statements.words import number, percent
from analysis.words import joined
from analysis.words import words as _

KEY = "quality"
NOBODY = _("No scale has the 10 patients with complete items that a coefficient needs yet.")
_COLUMNS = [
    _("Scale"),
    _("Patients are"),
    _("Patients"),
    _("Items"),
    _("Alpha"),
    _("95 % interval"),
    _("Omega"),
    _("Of omega"),
    _("Item-total, lowest"),
    _("At the lowest value"),
    _("At the highest value"),
    _("Note"),
]


def quality_figure(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> Figure:
    """Cronbach's alpha with its interval for each scale; the table has further facts on quality."""
    info = {scale: frames.scale_info[scale] for scale in scales}
    table = frames.scored
    made = reliability(table, frames.responses, info, suppress_under=view.suppress_under)
    found = [as_shown(one) for one in made]
    parts = {
        stratum: [one for one in records if one["n"] != 0]
        for stratum, records in seen(found, ["instrument", "scale"], view).items()
    }
    described = seen(descriptives(table, info, suppress_under=view.suppress_under), ["scale", "visit"], view)
    ends = {
        (stratum, one["scale"]): one
        for stratum, records in described.items()
        for one in records
        if one["visit"] == "first"
    }
    return Figure(
        key=KEY,
        title=_("How consistently each scale measures"),
        summary=_summary(frames, view, scales),
        x_axis=_("Cronbach's alpha, with its 95 % interval"),
        y_axis=_("Scales, at each patient's first questionnaire"),
        panels=tuple(
            part_panel(
                KEY,
                stratum,
                up_to(records),
                drawn_estimates(
                    [_row(info, one) for one in records],
                    stratum,
                    marks=[outcomes.ENOUGH],
                    limits=with_room(0, 1),
                ),
            )
            for stratum, records in parts.items()
            if any(one["alpha"] is not None for one in records)
        ),
        table=pd.DataFrame(
            [
                _table_row(info, one, ends[stratum, _scale(one)])
                for stratum, records in parts.items()
                for one in records
            ],
            columns=_COLUMNS,
        ),
        notes=(
            _("Alpha: how closely the items of a scale go together; dotted line: 0.7, often called enough."),
            _("Complete items only. Omega: of one common factor. Item-total: each item with the rest."),
            _("Intervals: by resampling, from 50 patients on."),
            _("With over 15 % at an end, a scale cannot tell those patients apart, nor show their change."),
            *_minutes_note(frames, view, info),
            *_missing_note(frames, view, info),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(ALPHA,),
    )


def _scale(one: Record) -> str:
    return f"{one['instrument']}.{one['scale']}"


def _row(info: Mapping[str, ScaleInfo], one: Record) -> EstimateRow:
    label = row_label(info[_scale(one)].label, one["n_text"])
    shown = one["alpha"] is not None and one["alpha"] >= 0
    low = max(one["alpha_low"], 0.0) if shown and one["alpha_low"] is not None else None
    return EstimateRow(
        label, one["alpha"] if shown else None, low, one["alpha_high"] if shown else None, one["imprecise"]
    )


def _table_row(info: Mapping[str, ScaleInfo], one: Record, end: Record) -> dict[str, Any]:
    known = [value for value in (one["item_total"] or {}).values() if value is not None]
    lowest = min(known) if known else None
    limits, of_omega = (
        "–"
        if one[f"{name}_low"] is None
        else _(
            "%(number)s to %(number_2)s",
            number=number(one[f"{name}_low"]),
            number_2=number(one[f"{name}_high"]),
        )
        for name in ("alpha", "omega")
    )
    return {
        "Scale": info[_scale(one)].label,
        "Patients are": one.get("stratum", "all"),
        "Patients": one["n_text"],
        "Items": str(one["items"]),
        "Alpha": number(one["alpha"]),
        "95 % interval": limits,
        "Omega": number(one["omega"]),
        "Of omega": of_omega,
        "Item-total, lowest": number(lowest),
        "At the lowest value": percent(end["floor"]),
        "At the highest value": percent(end["ceiling"]),
        "Note": one["reason"] or one["omega_reason"] or ("imprecise" if one["imprecise"] else ""),
    }


def _minutes_note(frames: StudyFrames, view: View, info: Mapping[str, ScaleInfo]) -> tuple[str, ...]:
    """How long each questionnaire took, if enough patients have a time."""
    asked = {one.instrument: None for one in info.values()}
    known = frames.responses[frames.responses["minutes"].notna()]
    texts = []
    for instrument in asked:
        rows = known[known["instrument"] == instrument]
        if rows["patient"].nunique() >= max(view.suppress_under, 1):
            median = float(np.median(rows["minutes"].to_numpy(np.float64)))
            texts.append(f"{called(instrument, frames.scale_info)} {number(median, 1)}")
    return (_("Minutes to answer, median: %(texts)s.", texts=joined(", ", texts)),) if texts else ()


def _missing_note(frames: StudyFrames, view: View, info: Mapping[str, ScaleInfo]) -> tuple[str, ...]:
    """The share of questionnaires with an item left empty, unless few patients left one."""
    scores = frames.scores[frames.scores["scale"].isin(list(info))]
    each = scores.assign(empty=scores["items_missing"] > 0).groupby(["instrument", "visit_id"], observed=True)
    texts = []
    for instrument, rows in (
        each[["patient", "empty"]]
        .agg({"patient": "first", "empty": "any"})
        .groupby(level="instrument", sort=False)
    ):
        patients = rows.loc[rows["empty"], "patient"].nunique()
        hide = not view.may_open_patients and is_small(patients, view.suppress_under)
        told = _("few") if hide else percent(float(rows["empty"].mean()))
        texts.append(f"{called(str(instrument), frames.scale_info)} {told}")
    return (
        (_("Questionnaires with an item left empty: %(texts)s.", texts=joined(", ", texts)),) if texts else ()
    )


def _summary(frames: StudyFrames, view: View, scales: Sequence[str]) -> str:
    """The sentence of the first total that has a coefficient, otherwise of the first scale."""
    found = Findings.of(frames, view.suppress_under)
    totals_first = sorted(scales, key=lambda scale: not scale.endswith(".total"))
    each = (outcomes.consistent(found, scale) for scale in totals_first)
    estimated = (told for told in each if any("has an" in one.text for one in told))
    return text(next(estimated, []), view.strata) or NOBODY
