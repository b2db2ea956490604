"""The change after a dated treatment: each patient, the mean, and the patients past the threshold.

A before and after tells no direction by itself: beside it stands what patients who were alike did in the same
time without the treatment.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.kinds import FAMILY_OF, WORDS_OF_KIND, level_words
from analysis.data.record import Record
from analysis.figures.computed import BEFORE_AFTER
from analysis.figures.look import axis_title, row_label
from analysis.figures.marks import CELLS_NOTE, MANY
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, up_to
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.results.before_after import AFTER_DAYS, AT_THEIR_WORST, as_shown, before_after, paired
from analysis.results.comparison import treatment_comparison
from analysis.results.findings import Findings
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import signed, span
from analysis.words import joined, numeral
from analysis.words import words as _

_COLUMNS = [
    _("Treatment"),
    _("Patients are"),
    _("Patients"),
    _("Mean change"),
    _("95 % interval"),
    _("Alike, not begun"),
    _("Better"),
    _("Stable"),
    _("Worse"),
    _("Note"),
]


def before_after_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The change of a scale from before to after each dated treatment: a dot per patient, and the mean."""
    info = frames.scale_info[scale]
    key = f"before-after-{scale}"
    table = frames.scored
    made = before_after(table, frames.treatments, {scale: info}, suppress_under=view.suppress_under)
    records = [as_shown(one) for one in made]
    pairs = paired(table, frames.treatments)
    parts = {
        stratum: [one for one in of_stratum if one["n"] != 0]
        for stratum, of_stratum in seen(records, ["kind"], view).items()
    }
    threshold = next((one["threshold"] for one in records if one["threshold"]), None)
    alike = _alike(frames, scale, view)
    return Figure(
        key=key,
        title=_("%(label)s before and after a treatment", label=info.label),
        summary=text(told.before_and_after(Findings.of(frames, view.suppress_under), scale), view.strata)
        or _(
            "Nobody yet, or too few, have %(label)s both before and after a dated treatment.",
            label=info.label,
        ),
        x_axis=_("Change of %(axis_title)s", axis_title=axis_title(info)),
        y_axis=_("Treatments begun on a known day"),
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
            [_table_row(one, alike) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            AT_THEIR_WORST,
            _("Before: the last score in the 42 days before, not on the day itself. After: the first score ")
            + joined(
                ", ",
                (
                    _("%(low)s–%(high)s days (%(family)s)", low=low, high=high, family=level_words(family))
                    for family, (low, high) in AFTER_DAYS.items()
                ),
            )
            + _(". Each patient counts once."),
            *([CELLS_NOTE] if view.may_open_patients and len(pairs[pairs["scale"] == scale]) > MANY else []),
            _("Diamond: mean change with its 95 % interval, from 10 on; open under 30, allowing for skew."),
            _("Alike, not begun: the mean change of patients who were alike, in the same time."),
            *_threshold_note(threshold, records),
            _("Treatments begun before the first questionnaire, such as early steroids, cannot be shown."),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(BEFORE_AFTER,),
    )


def _row(record: Record, pairs: pd.DataFrame, stratum: str | None, view: View) -> EstimateRow:
    """The row of a treatment; single patients only for readers who may open them."""
    rows = pairs[pairs["kind"] == record["kind"]] if view.may_open_patients else pairs[:0]
    rows = rows if stratum is None else rows[rows["stratum"] == stratum]
    changes = (rows["after"] - rows["before"]).tolist()
    count = view.count(len(rows)) if view.may_open_patients else record["n_text"]
    return EstimateRow(
        row_label(WORDS_OF_KIND[record["kind"]], count),
        record["mean_change"],
        record["low"],
        record["high"],
        record["imprecise"],
        changes,
        rows["patient"].tolist(),
    )


Alike = Mapping[tuple[str | None, str], Record]


def _alike(frames: StudyFrames, scale: str, view: View) -> Alike:
    """By stratum and family: the comparison with patients who were alike and did not begin it."""
    info = {scale: frames.scale_info[scale]}
    found = treatment_comparison(frames, info, suppress_under=view.suppress_under)
    known = [one for one in found if one["history"] == "known"]
    parts = seen(known, ["family"], view)
    return {(stratum, one["family"]): one for stratum, records in parts.items() for one in records}


def _change_of(alike: Record | None) -> str | None:
    return None if alike is None or alike["change_compared"] is None else signed(alike["change_compared"])


def _threshold_note(threshold: float | None, records: Sequence[Record]) -> tuple[str, ...]:
    if threshold is None:
        return (_("No published threshold says how much one patient's score must change."),)
    source = next(one["source"] for one in records if one["threshold"])
    return (
        _(
            "Dotted lines: %(threshold)s points, the published change of one patient (%(source)s).",
            threshold=numeral(threshold),
            source=source,
        ),
    )


def _table_row(one: Record, alike: Alike) -> dict[str, Any]:
    compared = alike.get((one.get("stratum"), FAMILY_OF[one["kind"]] or ""))
    return {
        "Treatment": WORDS_OF_KIND[one["kind"]],
        "Patients are": one.get("stratum", "all"),
        "Patients": one["n_text"],
        "Mean change": signed(one["mean_change"]),
        "95 % interval": span(one["low"], one["high"]),
        "Alike, not begun": _change_of(compared) or "–",
        "Better": one["improved_text"] or "–",
        "Stable": one["stable_text"] or "–",
        "Worse": one["worse_text"] or "–",
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }
