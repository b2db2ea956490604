"""The change after a dated treatment: each patient, the mean, and the patients past the threshold."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.kinds import FAMILY_OF
from analysis.data.record import Record
from analysis.figures.computed import BEFORE_AFTER
from analysis.figures.look import axis_title, people, row_label
from analysis.figures.marks import CELLS_NOTE, MANY
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, signed, span, up_to
from analysis.figures.view import Figure, View, mixed, sentence, shifted, simulated
from analysis.results.before_after import AFTER_DAYS, AT_THEIR_WORST, before_after, paired

_COLUMNS = [
    "Treatment",
    "Patients are",
    "Patients",
    "Mean change",
    "95 % interval",
    "Better",
    "Stable",
    "Worse",
    "Note",
]


def before_after_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The change of a scale from before to after each dated treatment: a dot per patient, and the mean."""
    info = frames.scale_info[scale]
    key = f"before-after-{scale}"
    table = frames.scored
    records = before_after(table, frames.treatments, {scale: info}, suppress_under=view.suppress_under)
    pairs = paired(table, frames.treatments)
    parts = {
        stratum: [one for one in of_stratum if one["n"] != 0]
        for stratum, of_stratum in seen(records, ["kind"], view).items()
    }
    threshold = next((one["threshold"] for one in records if one["threshold"]), None)
    return Figure(
        key=key,
        title=f"{info.label} before and after a treatment",
        summary=_summary(info, parts),
        x_axis=f"Change of {axis_title(info)}",
        y_axis="Treatments begun on a known day",
        panels=tuple(
            part_panel(
                key,
                stratum,
                up_to(of_stratum),
                drawn_estimates(
                    [_row(one, pairs[pairs["scale"] == scale], stratum, view) for one in of_stratum],
                    stratum,
                    marks=[] if threshold is None else [-threshold, threshold],
                    view=view,
                ),
            )
            for stratum, of_stratum in parts.items()
            if any(one["mean_change"] is not None for one in of_stratum)
        ),
        table=pd.DataFrame(
            [_table_row(one) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            AT_THEIR_WORST,
            "Before: the last score in the 42 days before, not on the day itself. After: the first score "
            + ", ".join(f"{low}–{high} days ({family})" for family, (low, high) in AFTER_DAYS.items())
            + ". Each patient counts once.",
            *([CELLS_NOTE] if view.may_open_patients and len(pairs[pairs["scale"] == scale]) > MANY else []),
            "Diamond: mean change with its 95 % interval, from 10 patients on; open under 30.",
            *_threshold_note(threshold, records),
            "Treatments begun before the first questionnaire, such as early steroids, cannot be shown.",
            *mixed(view),
            *simulated(frames),
        ),
        computed=(BEFORE_AFTER,),
    )


def kind_text(kind: str) -> str:
    return kind.replace("_", " ")


def _row(record: Record, pairs: pd.DataFrame, stratum: str | None, view: View) -> EstimateRow:
    """The row of a treatment; single patients only for readers who may open them."""
    rows = pairs[pairs["kind"] == record["kind"]] if view.may_open_patients else pairs[:0]
    rows = rows if stratum is None else rows[rows["stratum"] == stratum]
    changes = (rows["after"] - rows["before"]).tolist()
    count = view.count(len(rows)) if view.may_open_patients else record["n_text"]
    return EstimateRow(
        row_label(kind_text(record["kind"]), count),
        record["mean_change"],
        record["low"],
        record["high"],
        record["imprecise"],
        changes,
        rows["patient"].tolist(),
    )


def _summary(info: ScaleInfo, parts: Mapping[str | None, Sequence[Record]]) -> str:
    """The sentence on the treatment that most patients had."""
    made = [one for records in parts.values() for one in records if one["mean_change"] is not None]
    if not made:
        return f"Nobody yet, or too few, have {info.label} both before and after a dated treatment."
    kind = max(made, key=lambda one: (one["n"], one["kind"]))["kind"]
    told = [
        (people(one["n_text"], stratum), *_change(info, one))
        for stratum, records in parts.items()
        for one in records
        if one["kind"] == kind and one["mean_change"] is not None
    ]
    return f"{kind_text(kind).capitalize()}: {_lower(sentence(told))}"


def _change(info: ScaleInfo, one: Record) -> tuple[str, str]:
    after = "after it" if FAMILY_OF[one["kind"]] == "toxin" else "after its start"
    by = f"by {signed(one['mean_change'])} points on average"
    if one["low"] is None:
        return f"{info.label} changed {by} {after}", f" ({one['reason']}: no interval)"
    beside = f" ({span(one['low'], one['high'])}{', imprecise' if one['imprecise'] else ''})"
    if one["low"] <= 0 <= one["high"]:
        return f"{info.label} did not clearly change {after}, {by}", beside
    return f"there is {shifted(info, higher=one['mean_change'] > 0)} {after}, {by}", beside


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _threshold_note(threshold: float | None, records: Sequence[Record]) -> tuple[str, ...]:
    if threshold is None:
        return ("No published threshold says how much one patient's score must change.",)
    source = next(one["source"] for one in records if one["threshold"])
    return (f"Dotted lines: {threshold:g} points, the published change of one patient ({source}).",)


def _table_row(one: Record) -> dict[str, Any]:
    return {
        "Treatment": kind_text(one["kind"]),
        "Patients are": one.get("stratum", "all"),
        "Patients": one["n_text"],
        "Mean change": signed(one["mean_change"]),
        "95 % interval": span(one["low"], one["high"]),
        "Better": one["improved_text"] or "–",
        "Stable": one["stable_text"] or "–",
        "Worse": one["worse_text"] or "–",
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }
