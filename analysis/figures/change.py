"""Better, stable, worse: how many patients passed a published threshold from first to last score."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.change import of_one_person
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import CHANGE
from analysis.figures.look import PAPER, TEXT, people, row_label
from analysis.figures.parts import Segment, drawn_parts, part_panel, percent, seen, up_to
from analysis.figures.view import Figure, View, mixed, sentence, simulated
from analysis.results.before_after import AT_THEIR_WORST
from analysis.results.change import APART_DAYS, change

KEY = "change"
_COLUMNS = [
    "Scale",
    "Patients are",
    "Patients",
    "Better",
    "Stable",
    "Worse",
    "Cannot get better",
    "Cannot get worse",
    "Threshold",
    "Note",
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
        title="Better, stable and worse",
        summary=_summary(info, parts),
        x_axis="Share of patients",
        y_axis="From the first to the last score of each patient",
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
            f"First and last score at least {APART_DAYS} days apart; after toxin only from 113 days on.",
            "Better or worse: by the threshold or more. A smaller change may be measurement error.",
            *(f"{info[key].label}: {one.value:g} points, {one.source}." for key, one in chosen.items()),
            "Cannot: the first score is so near that end that the threshold does not fit in between.",
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
    hidden = [Segment(0, 1, "var(--chart-grid)", "parts not shown: few patients")]
    return row_label(info[one["scale"]].label, one["n_text"]), segments or hidden


def _summary(info: Mapping[str, ScaleInfo], parts: Mapping[str | None, Sequence[Record]]) -> str:
    told = [one for records in parts.values() for one in records if _told(one)]
    if not told:
        return "Nobody yet, or too few, have two scores far enough apart to count who got better or worse."
    scale = told[0]["scale"]
    threshold = f"{told[0]['threshold']:g} points or more"
    clauses = [
        (people(one["n_text"], stratum), *_counts(one))
        for stratum, records in parts.items()
        for one in records
        if one["scale"] == scale
    ]
    return f"{info[scale].label}, by {threshold}: {_lower(sentence(clauses))}"


def _counts(one: Record) -> tuple[str, str]:
    if not _told(one):
        return "the counts are hidden", ""
    better, stable, worse = (
        f"{one[name]} ({percent(one[f'{name}_share'])})" for name in ("improved", "stable", "worse")
    )
    return f"{better} got better, {stable} stayed, {worse} got worse", ""


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _table_row(info: Mapping[str, ScaleInfo], one: Record) -> dict[str, Any]:
    shares = {word.capitalize(): _share(one, name) for name, (word, *_) in _PARTS.items()}
    return {
        "Scale": info[one["scale"]].label,
        "Patients are": one.get("stratum", "all"),
        "Patients": one["n_text"],
        **shares,
        "Cannot get better": "–" if one["cannot_improve"] is None else str(one["cannot_improve"]),
        "Cannot get worse": "–" if one["cannot_worsen"] is None else str(one["cannot_worsen"]),
        "Threshold": f"{one['threshold']:g}",
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }


def _share(one: Record, name: str) -> str:
    if one[name] is None:
        return one[f"{name}_text"] or "–"
    interval = f"{percent(one[f'{name}_low'])} to {percent(one[f'{name}_high'])}"
    return f"{one[name]}, {percent(one[f'{name}_share'])} ({interval})"
