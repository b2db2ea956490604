"""Sentences that count: change, screening, recovery, consistency. Nothing is tested, no direction is told."""

from collections.abc import Sequence

from analysis.data.change import of_one_person
from analysis.data.cutoffs import BAD_END
from analysis.data.record import Record
from analysis.results.findings import Findings
from analysis.results.recovery import ALL_CAUSES
from analysis.statements.rule import NOT_TESTED, TOLD, by_question
from analysis.statements.statement import Statement
from analysis.statements.words import number, people, percent, said

_PARTS = ("improved", "stable", "worse")


def changed(found: Findings, scale: str) -> list[Statement]:
    """How many passed the published change of one patient, by the threshold that counts for one person."""
    info = found.frames.scale_info[scale]
    threshold = of_one_person(info.thresholds)
    if threshold is None:
        return []
    used = [one for one in found.change if one["threshold_kind"] == threshold.kind and one["n"] != 0]
    of = by_question(used, ("scale",)).get((scale,), {})
    by = f"{info.label}, by {threshold.value:g} points or more"
    return [
        Statement(
            section="change",
            text=f"{by}: in {people(of[stratum]['n_text'], stratum)} {_counts(of[stratum])}.",
            record="change",
            scale=scale,
            stratum=stratum,
            kind=threshold.kind,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        if stratum in of
    ]


def _counts(one: Record) -> str:
    if any(one[name] is None for name in _PARTS):
        return "the counts are hidden"
    better, stable, worse = (f"{one[name]} ({percent(one[f'{name}_share'])})" for name in _PARTS)
    return f"{better} got better, {stable} stayed, {worse} got worse"


def screened(found: Findings, scale: str) -> list[Statement]:
    """How many passed the first published cut-off at their first score."""
    info = found.frames.scale_info[scale]
    if not info.cutoffs:
        return []
    _, cut, _ = info.cutoffs[0]
    used = [one for one in found.screening if one["cut"] == cut and one["n"] != 0]
    of = by_question(used, ("scale",)).get((scale,), {})
    past = {"at_least": "more", "at_most": "less"}[BAD_END[info.direction]]
    start = f"{info.label} of {cut:g} or {past} at the first score"
    return [
        Statement(
            section="screening",
            text=f"{start}: in {people(of[stratum]['n_text'], stratum)} {_positive(of[stratum])}.",
            record="screening",
            scale=scale,
            stratum=stratum,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        if stratum in of
    ]


def _positive(one: Record) -> str:
    if one["share"] is None:
        return f"{one['positive_text'] or 'a number not shown'} screened positive"
    limits = f"{percent(one['low'])} to {percent(one['high'])}"
    return f"{one['positive']} screened positive ({percent(one['share'])}, {limits})"


def consistent(found: Findings, scale: str) -> list[Statement]:
    """How consistently the scale measures here: the omega of its sum, or its alpha where there is none."""
    instrument, _, name = scale.partition(".")
    of = by_question(found.reliability, ("instrument", "scale")).get((instrument, name), {})
    info = found.frames.scale_info[scale]
    return [
        Statement(
            section="quality",
            text=said(people(of[stratum]["n_text"], stratum), *_coefficient(info.label, of[stratum])),
            record="reliability",
            scale=scale,
            stratum=stratum,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        if stratum in of and of[stratum]["n"] != 0
    ]


def _coefficient(label: str, one: Record) -> tuple[str, str]:
    if one["alpha"] is None:
        return f"there is no alpha of {label}", f" ({one['reason']})"
    name = "alpha" if one["omega"] is None else "omega"
    said = f"{label} has an {name} of {number(one[name])}"
    low, high = (one[f"{'alpha_boot' if name == 'alpha' else name}_{end}"] for end in ("low", "high"))
    return said, f" ({one['boot_reason']})" if low is None else f" ({number(low)} to {number(high)})"


def sites(found: Findings, scale: str) -> list[Statement]:
    """How many sites lie inside the limits of chance; none is named, and none ranked."""
    of: dict[str | None, list[Record]] = {}
    for one in found.funnel:
        if one["scale"] == scale:
            of.setdefault(one.get("stratum"), []).append(one)
    label = found.frames.scale_info[scale].label
    return [
        Statement(
            section="quality",
            text=f"In {stratum or 'all'} patients the mean first {label} of "
            f"{sum(one['inside'] for one in of[stratum])} of {len(of[stratum])} sites lies where chance "
            "alone would leave it.",
            record="funnel",
            scale=scale,
            stratum=stratum,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        if stratum in of
    ]


def recovered(records: Sequence[Record]) -> list[Statement]:
    """House–Brackmann I at 3, 6 and 12 months after onset, of those graded."""
    return [
        Statement(
            section="time",
            text=f"House–Brackmann I of those graded: {'about ' if one['rounded'] else ''}"
            f"{one['house_brackmann_1']} of {one['graded']} "
            f"({percent(one['share'])}) at {one['months']} months.",
            record="recovery",
            stratum="acute",
            term=str(one["months"]),
            why=NOT_TESTED,
        )
        for one in records
        if one["cause"] == ALL_CAUSES and one["share"] is not None
    ]
