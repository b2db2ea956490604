"""Sentences that count: change, screening, recovery, consistency. Nothing is tested, no direction is told."""

from collections.abc import Mapping, Sequence

from analysis.data.change import of_one_person
from analysis.data.cutoffs import BAD_END
from analysis.data.frame import ScaleInfo, Threshold
from analysis.data.record import Record
from analysis.results.findings import Findings
from analysis.results.recovery import ALL_CAUSES
from analysis.statements.rule import NOT_TESTED, TOLD, by_question
from analysis.statements.statement import Statement
from analysis.statements.words import listed, number, people, percent, said
from analysis.words import numeral
from analysis.words import words as _

_PARTS = ("improved", "stable", "worse")
_CONSISTENCY = {
    "enough": _("consistency is enough for %(scales)s"),
    "low": _("consistency is too low for %(scales)s"),
    "unknown": _("there is no coefficient of %(scales)s"),
}
ENOUGH = 0.7  # of alpha or omega: Terwee et al., J Clin Epidemiol 2007;60:34


def changed(found: Findings, scale: str) -> list[Statement]:
    """How many passed the published change of one patient, by the threshold that counts for one person."""
    info, threshold, of = _changes(found, scale)
    if threshold is None:
        return []
    by = _("%(label)s, by %(value)s points or more", label=info.label, value=numeral(threshold.value))
    return [
        Statement(
            section="change",
            text=_(
                "%(by)s: in %(people)s %(counts)s.",
                by=by,
                people=people(of[stratum]["n_text"], stratum),
                counts=_counts(of[stratum]),
            ),
            record="change",
            scale=scale,
            stratum=stratum,
            kind=threshold.kind,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        if stratum in of
    ]


def changed_of(found: Findings, scale: str, stratum: str | None) -> str | None:
    """The same in few words, for an answer on several scales: who got better, and who worse."""
    info, __, of = _changes(found, scale)
    one = of.get(stratum)
    if one is None:
        return None
    if any(one[name] is None for name in _PARTS):
        return _("the counts of %(label)s are hidden", label=info.label)
    numbers = {
        "label": info.label,
        "better": one["improved"],
        "patients": sum(one[name] for name in _PARTS),
        "worse": one["worse"],
    }
    if one["rounded"]:
        return _(
            "by %(label)s about %(better)s of %(patients)s got better and about %(worse)s worse", **numbers
        )
    return _("by %(label)s %(better)s of %(patients)s got better and %(worse)s worse", **numbers)


def _changes(found: Findings, scale: str) -> tuple[ScaleInfo, Threshold | None, Mapping[str | None, Record]]:
    """The records of the threshold that counts for one person, by stratum."""
    info = found.frames.scale_info[scale]
    threshold = of_one_person(info.thresholds)
    used = [
        one
        for one in found.change
        if threshold is not None and one["threshold_kind"] == threshold.kind and one["n"] != 0
    ]
    return info, threshold, by_question(used, ("scale",)).get((scale,), {})


def _counts(one: Record) -> str:
    if any(one[name] is None for name in _PARTS):
        return _("the counts are hidden")
    better, stable, worse = (f"{one[name]} ({percent(one[f'{name}_share'])})" for name in _PARTS)
    return _(
        "%(better)s got better, %(stable)s stayed, %(worse)s got worse",
        better=better,
        stable=stable,
        worse=worse,
    )


def screened(found: Findings, scale: str) -> list[Statement]:
    """How many passed the first published cut-off at their first score."""
    info = found.frames.scale_info[scale]
    if not info.cutoffs:
        return []
    __, cut, __ = info.cutoffs[0]
    used = [one for one in found.screening if one["cut"] == cut and one["n"] != 0]
    of = by_question(used, ("scale",)).get((scale,), {})
    past = {"at_least": _("more"), "at_most": _("less")}[BAD_END[info.direction]]
    start = _(
        "%(label)s of %(cut)s or %(past)s at the first score", label=info.label, cut=numeral(cut), past=past
    )
    return [
        Statement(
            section="screening",
            text=_(
                "%(start)s: in %(people)s %(positive)s.",
                start=start,
                people=people(of[stratum]["n_text"], stratum),
                positive=_positive(of[stratum]),
            ),
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
        return _("%(one)s screened positive", one=one["positive_text"] or _("a number not shown"))
    limits = _("%(percent)s to %(percent_2)s", percent=percent(one["low"]), percent_2=percent(one["high"]))
    return _(
        "%(one)s screened positive (%(percent)s, %(limits)s)",
        one=one["positive"],
        percent=percent(one["share"]),
        limits=limits,
    )


def consistent(found: Findings, scale: str) -> list[Statement]:
    """How consistently the scale measures here: omega of its sum; alpha where only that has an interval."""
    instrument, __, name = scale.partition(".")
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


def consistency(found: Findings, scales: Sequence[str], stratum: str | None) -> list[str]:
    """Of which scales there is enough, of which too little, and of which no coefficient: a clause each."""
    of: dict[str, list[str]] = {enough: [] for enough in _CONSISTENCY}
    for scale in scales:
        instrument, __, name = scale.partition(".")
        records = by_question(found.reliability, ("instrument", "scale")).get((instrument, name), {})
        one, label = records.get(stratum), found.frames.scale_info[scale].label
        if one is None or one["n"] == 0:
            continue
        if one["alpha"] is None:
            of["unknown"].append(label)
            continue
        which = _which(one)
        told = _("%(label)s (%(name)s %(number)s)", label=label, name=which, number=number(one[which]))
        of["enough" if one[which] >= ENOUGH else "low"].append(told)
    return [_CONSISTENCY[which] % {"scales": listed(named)} for which, named in of.items() if named]


def _which(one: Record) -> str:
    """The coefficient that is told: omega, or alpha where only that has an interval."""
    bare = one["omega"] is None or (one["omega_low"] is None and one["alpha_boot_low"] is not None)
    return "alpha" if bare else "omega"


def _coefficient(label: str, one: Record) -> tuple[str, str]:
    if one["alpha"] is None:
        return _("there is no alpha of %(label)s", label=label), f" ({one['reason']})"
    name = _which(one)
    said = _("%(label)s has an %(name)s of %(number)s", label=label, name=name, number=number(one[name]))
    low, high = (one[f"{'alpha_boot' if name == 'alpha' else name}_{end}"] for end in ("low", "high"))
    return said, f" ({one['boot_reason']})" if low is None else _(
        " (%(number)s to %(number_2)s)", number=number(low), number_2=number(high)
    )


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
            text=_(
                "House–Brackmann I of those graded: %(value)s%(one)s of %(one_2)s (%(percent)s) at "
                "%(one_3)s months.",
                value=_("about ") if one["rounded"] else "",
                one=one["house_brackmann_1"],
                one_2=one["graded"],
                percent=percent(one["share"]),
                one_3=one["months"],
            ),
            record="recovery",
            stratum="acute",
            term=str(one["months"]),
            why=NOT_TESTED,
        )
        for one in records
        if one["cause"] == ALL_CAUSES and one["share"] is not None
    ]
