"""Sentences on scores after the first visit, and on those who stayed away."""

from collections.abc import Mapping

import numpy as np

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.results.attendance import LATER, NO_LATER
from analysis.results.course import FOLLOW_UP, HORIZONS
from analysis.results.course_ordinal import MEAN, SHARE_AT
from analysis.results.findings import Findings
from analysis.results.models import CLUSTER_ROBUST, LOWEST, RANDOM_SLOPE
from analysis.statements.planned import marked
from analysis.statements.rule import (
    NO_ESTIMATE,
    NOT_TESTED,
    TOLD,
    Verdict,
    by_question,
    sites_differ,
    two_populations,
    verdict,
)
from analysis.statements.statement import Statement
from analysis.statements.words import STRATUM_WORDS, number, people, percent, said, shifted, signed, span
from analysis.words import numeral
from analysis.words import words as _

HOLDS_FROM = 0.8  # standard deviations by which unanswered scores must differ before the course is in doubt
FEW_UNANSWERED = 0.1
STAYED_AWAY = 0.2  # standard deviations of first scores past which those who stayed away were others
NOT_SURE = _("scores that nobody gave could turn it")
WHEN = dict(zip(HORIZONS, (_("one year"), _("half a year"), _("three months"), _("one month")), strict=True))
UNKNOWN_UNANSWERED = _("how many were not answered is not known")


def course(found: Findings, scale: str) -> list[Statement]:
    """After the first visit: the term of the course that is drawn, with random slopes or robust errors.

    A direction is told where unanswered scores would have to differ by 0.8 standard deviations of first
    scores to make the interval meet 0, or where fewer than a tenth are unanswered. Where scores pile up, so
    that no line fits, the ordered logits stand in its place.
    """
    terms = [one for one in found.course if one["term"] == FOLLOW_UP and one["scale"] == scale]
    drawn = [one for one in terms if one["model"] == CLUSTER_ROBUST or one["model"] == RANDOM_SLOPE]
    of: dict[str | None, Record] = {}
    for one in drawn:  # where the slope cannot be estimated, the robust errors come after it
        if of.get(one.get("stratum"), {}).get("estimate") is None:
            of[one.get("stratum")] = one
    changes = by_question(found.course_change, ("scale",)).get((scale,), {})
    ordered = _ordered(found, scale)
    tipping = by_question([one for one in found.sensitivity if one["kind"] == "tipping_point"], ("scale",))
    statements = []
    for stratum in TOLD:
        if stratum not in of or of[stratum]["patients"] == 0:
            continue
        if stratum in ordered:
            statements.append(ordered[stratum])
            continue
        one, change = of[stratum], changes.get(stratum)
        unanswered = _unanswered(tipping.get((scale,), {}).get(stratum))
        guard = two_populations(of, stratum) or unanswered or sites_differ(one)
        told = _along(verdict(one, guard=guard), change)
        who = people(one["n_text"] if one["patients"] is None else one["patients"], stratum)
        statements.append(
            marked(
                found.plan,
                Statement(
                    section="time",
                    text=said(who, _core(found.frames.scale_info[scale], told, one), _points(one, change)),
                    record="course",
                    scale=scale,
                    stratum=stratum,
                    term=FOLLOW_UP,
                    kind=one["model"],
                    direction=told.direction,
                    why=told.why,
                ),
            )
        )
    return statements


def _ordered(found: Findings, scale: str) -> dict[str | None, Statement]:
    """The sentences of the ordered logits that stand where no line fits, by stratum.

    Where they refuse, too, the reason is theirs: that scores pile up is why they were asked.
    """
    terms = [one for one in found.course_ordinal if one["term"] == FOLLOW_UP and one["scale"] == scale]
    of = {one.get("stratum"): one for one in terms}
    changes = by_question([one for one in found.course_ordinal_change if one["scale"] == scale], ("measure",))
    tipping = by_question([one for one in found.sensitivity if one["kind"] == "tipping_point"], ("scale",))
    info = found.frames.scale_info[scale]
    statements = {}
    for stratum, one in of.items():
        share, mean = (changes[(measure,)][stratum] for measure in (SHARE_AT[one["end"]], MEAN))
        guard = two_populations(of, stratum) or _unanswered(tipping.get((scale,), {}).get(stratum))
        told = _along(verdict(one, guard=guard), mean)
        statements[stratum] = marked(
            found.plan,
            Statement(
                section="time",
                text=said(
                    people(one["n_text"] if one["patients"] is None else one["patients"], stratum),
                    _core(info, told, one),
                    f" ({one['reason']})" if one["estimate"] is None else _levels(info, share, mean),
                ),
                record="course_ordinal",
                scale=scale,
                stratum=stratum,
                term=FOLLOW_UP,
                kind=one["model"],
                direction=told.direction,
                why=told.why,
            ),
        )
    return statements


def _levels(info: ScaleInfo, share: Record, mean: Record) -> str:
    """The share at the end where scores pile up and the expected score, at the first visit and later."""
    values = {
        "first": percent(share["first"]),
        "later": percent(share["later"]),
        "when": WHEN[share["years"]],
        "mean": number(mean["first"], 1),
        "mean_later": number(mean["later"], 1),
        "signed": signed(mean["estimate"]),
        "limits": span(mean["low"], mean["high"]),
    }
    if share["end"] == LOWEST:
        return _(
            " (expected at %(lowest)s, the lowest score: %(first)s at the first visit, %(later)s %(when)s "
            "later; expected score %(mean)s, then %(mean_later)s: %(signed)s points, %(limits)s)",
            lowest=f"{info.low:g}",
            **values,
        )
    return _(
        " (expected at %(highest)s, the highest score: %(first)s at the first visit, %(later)s %(when)s "
        "later; expected score %(mean)s, then %(mean_later)s: %(signed)s points, %(limits)s)",
        highest=f"{info.high:g}",
        **values,
    )


def _along(told: Verdict, change: Record | None) -> Verdict:
    """The verdict on the straight term, if the course that is drawn goes the same way."""
    if told.direction not in ("higher", "lower"):
        return told
    if change is None or change["estimate"] is None:
        return Verdict("not_told", NO_ESTIMATE)
    if change["low"] <= 0 <= change["high"]:
        return Verdict("none")
    return Verdict("higher" if change["estimate"] > 0 else "lower")


def _unanswered(one: Record | None) -> str | None:
    """Why unanswered scores put the course in doubt; None where they do not."""
    if one is None or one["share_unanswered"] is None:
        return UNKNOWN_UNANSWERED
    if one["share_unanswered"] < FEW_UNANSWERED:
        return None
    if one["estimate"] is None:
        return UNKNOWN_UNANSWERED if one["low"] is None else None  # no shift turns it
    return None if abs(one["estimate"]) >= HOLDS_FROM else NOT_SURE


def _core(info: ScaleInfo, told: Verdict, one: Record) -> str:
    if one["estimate"] is None:
        return _("there is no mean course of %(label)s", label=info.label)
    if told.direction == "none":
        return _("there is no clear change of %(label)s after the first visit", label=info.label)
    if told.direction == "not_told":
        return _(
            "whether %(label)s changes after the first visit is not told: %(why)s",
            label=info.label,
            why=told.why,
        )
    return _(
        "a later visit is associated with %(shifted)s",
        shifted=shifted(info, higher=told.direction == "higher"),
    )


def _points(one: Record, change: Record | None) -> str:
    if one["estimate"] is None or change is None or change["estimate"] is None:
        return f" ({one['reason']})" if one["reason"] else ""
    limits = span(change["low"], change["high"])
    return _(
        " (%(signed)s points %(when)s after the first visit, %(limits)s)",
        signed=signed(change["estimate"]),
        when=WHEN[change["years"]],
        limits=limits,
    )


def stayed_away(found: Findings, scale: str) -> list[Statement]:
    """The first scores of patients who answered no later visit, where they differ from the others."""
    of = by_question(found.dropout, ("scale", "level"))
    later, not_later = (of.get((scale, level), {}) for level in (LATER, NO_LATER))
    statements = []
    for stratum in TOLD:
        difference = _difference(later.get(stratum), not_later.get(stratum))
        if difference is None:
            continue
        points, deviations = difference
        if abs(deviations) > STAYED_AWAY:
            info = found.frames.scale_info[scale]
            who = _("%(stratum)s patients", stratum=STRATUM_WORDS[stratum or "all"])
            core = _(
                "those who answered no later visit had %(shifted)s at first: later visits show the others",
                shifted=shifted(info, higher=points > 0),
            )
            statements.append(
                Statement(
                    section="attendance",
                    text=said(who, core, _(" (by %(points)s points)", points=numeral(abs(points), ".1f"))),
                    record="dropout",
                    scale=scale,
                    stratum=stratum,
                    why=NOT_TESTED,
                )
            )
    return statements


def _difference(
    later: Mapping[str, float | None] | None, not_later: Mapping[str, float | None] | None
) -> tuple[float, float] | None:
    """Mean first score of those without a later visit less that of the others: in points and deviations."""
    if later is None or not_later is None:
        return None
    mean, sd = later["mean"], later["sd"]
    other, other_sd = not_later["mean"], not_later["sd"]
    if mean is None or sd is None or other is None or other_sd is None:
        return None
    deviation = float(np.sqrt((sd**2 + other_sd**2) / 2))
    return None if deviation == 0 else (other - mean, (other - mean) / deviation)
