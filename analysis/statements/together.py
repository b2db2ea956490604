"""Sentences on what goes together: two scores, or a score and time, between patients and within them."""

from collections.abc import Mapping

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.subjects import life_with_mood
from analysis.results.association import TIME
from analysis.results.findings import Findings
from analysis.statements.planned import marked
from analysis.statements.rule import TOLD, Verdict, by_question, sites_differ, two_populations, verdict
from analysis.statements.statement import Statement
from analysis.statements.words import IMPRECISE, interval, number, people, said, shifted, signed, span
from analysis.words import words as _

SAME_MONTHS = _("both change over the same months, and visit by visit they cannot be told to go together")
LOOKED_AT = _(
    "No sentence is made of this pair: look at the figure. Sentences are of quality of life with mood."
)
NO_PAIR = _("No pair of scores has the 10 patients that a coefficient needs yet.")


def since_onset(found: Findings, scale: str) -> list[Statement]:
    """Between patients: the first score and the time since onset, by Spearman's rho."""
    return _between(found, scale, TIME, "time")


def between(found: Findings, scale: str, other: str) -> list[Statement]:
    """Between patients: two scores at the first visit with both, by Spearman's rho.

    Two scores that share content correlate with themselves: no direction is told.
    """
    return _between(found, scale, other, "mood")


def pairs(found: Findings) -> list[tuple[str, str]]:
    """The pairs that sentences are made of, as (outcome, predictor): planned ones, then life with mood."""
    present = {one[end] for one in found.spearman for end in ("x", "y")}
    planned = found.plan.pairs
    others = (pair for pair in life_with_mood(found.scale_info) if pair[::-1] not in planned)
    return [pair for pair in dict.fromkeys((*planned, *others)) if set(pair) <= present]


def _between(found: Findings, scale: str, other: str, section: str) -> list[Statement]:
    questions = by_question(found.spearman, ("x", "y"))
    of = questions.get((scale, other)) or questions.get((other, scale)) or {}
    info = found.frames.scale_info[scale]
    subject: str
    more: str
    if other == TIME:
        subject, more = _("time since onset"), _("a longer time since onset")
    else:
        subject, more = (
            found.frames.scale_info[other].label,
            shifted(found.frames.scale_info[other], higher=True),
        )
    statements = []
    for stratum in TOLD:
        if stratum not in of or of[stratum]["n"] == 0:
            continue
        one = of[stratum]
        told = verdict(one, guard=two_populations(of, stratum) or one["overlap"] or sites_differ(one))
        who = people(one["n_text"], stratum)
        statements.append(
            marked(
                found.plan,
                Statement(
                    section=section,
                    text=said(who, _association(info, subject, more, one, told), _rho(one)),
                    record="correlations",
                    scale=scale,
                    other=other,
                    stratum=stratum,
                    kind="spearman",
                    level="between",
                    direction=told.direction,
                    why=told.why,
                ),
            )
        )
    return statements


def _association(info: ScaleInfo, subject: str, more: str, one: Record, told: Verdict) -> str:
    if one["estimate"] is None:
        return _("there is no coefficient of %(label)s with %(subject)s", label=info.label, subject=subject)
    if told.direction == "none":
        return _(
            "there is no clear association of %(label)s with %(subject)s", label=info.label, subject=subject
        )
    if told.direction == "not_told":
        return _(
            "whether %(label)s goes with %(subject)s is not told: %(why)s",
            label=info.label,
            subject=subject,
            why=told.why,
        )
    return _(
        "%(more)s is associated with %(shifted)s",
        more=more,
        shifted=shifted(info, higher=told.direction == "higher"),
    )


def _rho(one: Record) -> str:
    if one["estimate"] is None:
        return f" ({one['reason']})" if one["reason"] else ""
    limits = "" if one["low"] is None else f", {interval(one['low'], one['high'])}"
    return f" (rho\u00a0{number(one['estimate'])}{limits}{IMPRECISE if one['imprecise'] else ''})"


def within(found: Findings, outcome: str, predictor: str) -> list[Statement]:
    """Within patients: whether two scores go together visit by visit, once time is taken off.

    A direction needs both the slope that takes off the course all share and the one that takes off each
    patient's own.
    """
    names = ("outcome", "predictor")
    slopes = [one for one in found.within_between if one["term"] == "within"]
    shared = by_question(slopes, names).get((outcome, predictor), {})
    own = by_question(found.within_own_trend, names).get((outcome, predictor), {})
    info = found.frames.scale_info
    statements = []
    for stratum in TOLD:
        if stratum not in shared or shared[stratum]["patients"] == 0:
            continue
        one = shared[stratum]
        told = _within(one, own.get(stratum), two_populations(shared, stratum) or sites_differ(one))
        who = people(one["n_text"] if one["patients"] is None else one["patients"], stratum)
        statements.append(
            marked(
                found.plan,
                Statement(
                    section="mood",
                    text=said(who, _together(info[outcome], info[predictor], one, told), _slope(one)),
                    record="within_between",
                    scale=outcome,
                    other=predictor,
                    stratum=stratum,
                    term="within",
                    level="within",
                    direction=told.direction,
                    why=told.why,
                ),
            )
        )
    return statements


def _within(one: Record, own: Mapping[str, object] | None, guard: str | None) -> Verdict:
    """The slope by its robust p; each patient's own trend must say the same."""
    robust = {**one, "estimate": one["estimate"] if one["p_robust"] is not None else None}
    told = verdict(robust, guard=guard)
    if told.direction not in ("higher", "lower"):
        return told
    less_own = verdict(dict(own) if own else None)
    return told if less_own.direction == told.direction else Verdict("not_told", SAME_MONTHS)


def _together(info: ScaleInfo, other: ScaleInfo, one: Record, told: Verdict) -> str:
    visits = _(
        "visits with %(shifted)s than usual for the patient at that time", shifted=shifted(other, higher=True)
    )
    if one["estimate"] is None:
        return _(
            "whether %(label)s and %(label_2)s go together visit by visit cannot be told",
            label=info.label,
            label_2=other.label,
        )
    if told.direction == "none":
        return _("%(visits)s go with no clear change of %(label)s", visits=visits, label=info.label)
    if told.why == SAME_MONTHS:
        return _(
            "%(label)s and %(label_2)s both change over the same months; %(by_visit)s",
            label=info.label,
            label_2=other.label,
            by_visit=_BY_VISIT,
        )
    if told.direction == "not_told":
        return _(
            "whether %(label)s and %(label_2)s go together visit by visit is not told: %(why)s",
            label=info.label,
            label_2=other.label,
            why=told.why,
        )
    return _(
        "%(visits)s go with %(shifted)s",
        visits=visits,
        shifted=shifted(info, higher=told.direction == "higher"),
    )


_BY_VISIT = _("visit by visit it cannot be told whether they go together")


def _slope(one: Record) -> str:
    if one["estimate"] is None:
        return f" ({one['reason']})" if one["reason"] else ""
    limits = span(one["low_robust"], one["high_robust"])
    return _(" (%(signed)s points per point, %(limits)s)", signed=signed(one["estimate"], 2), limits=limits)
