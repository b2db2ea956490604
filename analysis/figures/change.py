"""Better, stable, worse: how many patients passed a published threshold from first to last score."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.change import of_one_person
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import CHANGE
from analysis.figures.look import PAPER, TEXT, row_label
from analysis.figures.parts import Segment, drawn_parts, part_panel, seen, up_to
from analysis.figures.view import Figure, View, mixed, simulated
from analysis.results.before_after import AT_THEIR_WORST
from analysis.results.change import APART_DAYS, change
from analysis.results.findings import Findings
from analysis.statements import outcomes, text
from analysis.statements.words import percent
from analysis.words import numeral
from analysis.words import words as _

KEY = "change"
NOBODY = _("Nobody yet, or too few, have two scores far enough apart to count who got better or worse.")
_COLUMNS = [
    _("Scale"),
    _("Patients are"),
    _("Patients"),
    _("Better"),
    _("Stable"),
    _("Worse"),
    _("Cannot get better"),
    _("Cannot get worse"),
    _("Threshold"),
    _("Note"),
]
_PARTS = {
    "improved": ("better", "var(--chart-1)", PAPER),
    "stable": ("stable", "var(--chart-grid)", TEXT),
    "worse": ("worse", "var(--chart-2)", PAPER),
}


def change_figure(frames: StudyFrames, view: View, *, scales: Sequence[str]) -> Figure:
    """Each scale with a published threshold for one patient: shares better, stable and worse."""
    few = 1 if view.may_open_patients else view.suppress_under
    published = {scale: of_one_person(frames.scale_info[scale].thresholds) for scale in scales}
    chosen = {scale: threshold for scale, threshold in published.items() if threshold}
    info = {scale: frames.scale_info[scale] for scale in chosen}
    found = change(frames.scored, frames.treatments, info, suppress_under=few)
    used = [one for one in found if one["threshold_kind"] == chosen[one["scale"]].kind]
    parts = {
        stratum: [one for one in records if one["n"] != 0]
        for stratum, records in seen(used, ["scale"], view).items()
    }
    return Figure(
        key=KEY,
        title=_("Better, stable and worse"),
        summary=_summary(frames, view, chosen),
        x_axis=_("Share of patients"),
        y_axis=_("From the first to the last score of each patient"),
        panels=tuple(
            part_panel(KEY, stratum, up_to(records), drawn_parts([_row(info, one) for one in records]))
            for stratum, records in parts.items()
            if any(_told(one) for one in records)
        ),
        table=pd.DataFrame(
            [_table_row(info, one) for records in parts.values() for one in records], columns=_COLUMNS
        ),
        notes=(
            AT_THEIR_WORST,
            _(
                "First and last score at least %(apart_days)s days apart; after toxin only from 113 days on.",
                apart_days=APART_DAYS,
            ),
            _("Better or worse: by the threshold or more. A smaller change may be measurement error."),
            *(
                _(
                    "%(label)s: %(value)s points, %(source)s.",
                    label=info[key].label,
                    value=numeral(one.value),
                    source=one.source,
                )
                for key, one in chosen.items()
            ),
            _("Cannot: the first score is so near that end that the threshold does not fit in between."),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(CHANGE,),
    )


def _told(one: Record) -> bool:
    return all(one[name] is not None for name in _PARTS)


def _row(info: Mapping[str, ScaleInfo], one: Record) -> tuple[str, list[Segment]]:
    segments: list[Segment] = []
    start = 0.0
    for name, (word, ink, ink_of_text) in _PARTS.items():
        share = one[f"{name}_share"] if _told(one) else None
        if share:
            text = f"{word} {one[name]}" if share >= 0.12 else str(one[name]) if share >= 0.05 else ""
            segments.append(Segment(start, share, ink, text, ink_of_text))
            start += share
    hidden = [Segment(0, 1, "var(--chart-grid)", _("parts not shown: few patients"))]
    return row_label(info[one["scale"]].label, one["n_text"]), segments or hidden


def _table_row(info: Mapping[str, ScaleInfo], one: Record) -> dict[str, Any]:
    shares = {word.capitalize(): _share(one, name) for name, (word, *_) in _PARTS.items()}
    return {
        "Scale": info[one["scale"]].label,
        "Patients are": one.get("stratum", "all"),
        "Patients": one["n_text"],
        **shares,
        "Cannot get better": "–" if one["cannot_improve"] is None else str(one["cannot_improve"]),
        "Cannot get worse": "–" if one["cannot_worsen"] is None else str(one["cannot_worsen"]),
        "Threshold": numeral(one["threshold"]),
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }


def _share(one: Record, name: str) -> str:
    if one[name] is None:
        return one[f"{name}_text"] or "–"
    interval = _(
        "%(percent)s to %(percent_2)s",
        percent=percent(one[f"{name}_low"]),
        percent_2=percent(one[f"{name}_high"]),
    )
    return f"{one[name]}, {percent(one[f'{name}_share'])} ({interval})"


def _summary(frames: StudyFrames, view: View, scales: Iterable[str]) -> str:
    """The sentence of the first scale that has one."""
    found = Findings.of(frames, view.suppress_under)
    each = (text(outcomes.changed(found, scale), view.strata) for scale in scales)
    return next(filter(None, each), NOBODY)
