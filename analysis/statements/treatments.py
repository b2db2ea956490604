"""Sentences on treatments. Only the comparison of patients who were alike before tells a direction.

A before and after, and the phases round an injection, show what happened, and beside it what patients who
were alike did in the same time; they never tell a direction by themselves.
"""

from analysis.data.frame import ScaleInfo
from analysis.data.kinds import FAMILY_OF
from analysis.data.record import Record
from analysis.numbers.guards import IMPRECISE_BELOW
from analysis.results.before_after import as_shown
from analysis.results.comparison import NOBODY_BEGAN
from analysis.results.findings import Findings
from analysis.results.injections import REFERENCE
from analysis.statements.planned import marked
from analysis.statements.rule import ALPHA, TOLD, Verdict, by_question, two_populations, verdict
from analysis.statements.statement import Statement
from analysis.statements.words import number, people, said, shifted, signed, span

SECTION = "treatment"
GROUPS = "groups of treatments have no direction, and treatment was not assigned at random"
ALONE = "a before and after alone does not tell what the treatment did"
WHEN_ASKED_FOR = "injections are given when patients ask for them: this does not tell what one did"
_UNBALANCED = {
    "earlier_mean": "earlier scores",
    "last_change": "the last change",
    "bells": "cause",
    "hb_iv_or_worse": "House–Brackmann",
    "site": "site",
    "year": "calendar year",
}


def by_treatment(found: Findings, scale: str) -> list[Statement]:
    """Whether the first scores differ between the treatments received by then: Kruskal and Wallis."""
    tests = [one for one in found.group_tests if one["test"] == "kruskal" and one["by"] == "treatment"]
    of = by_question(tests, ("scale",)).get((scale,), {})
    info = found.frames.scale_info[scale]
    return [
        Statement(
            section=SECTION,
            text=said(
                people(of[stratum]["patients"] or f"<{found.few}", stratum), *_associated(info, of[stratum])
            ),
            record="group_tests",
            scale=scale,
            stratum=stratum,
            kind="kruskal",
            why=GROUPS,
        )
        for stratum in TOLD
        if stratum in of
    ]


def _associated(info: ScaleInfo, one: Record) -> tuple[str, str]:
    if one["p"] is None:
        return f"there is no comparison of {info.label} between treatments", f" ({one['reason']})"
    enough = (one["n"] or 0) >= IMPRECISE_BELOW
    clearly = "" if enough and (one["p_adjusted"] or 1) < ALPHA else "not clearly "
    beside = f" (epsilon²\u00a0{number(one['epsilon_squared'])}{'' if enough else ', imprecise'})"
    return f"{info.label} is {clearly}associated with the treatment received", beside


def before_and_after(found: Findings, scale: str) -> list[Statement]:
    """The mean change after the kind of treatment that most patients had, beside that of patients alike."""
    made = [one for one in found.before_after if one["scale"] == scale and one["mean_change"] is not None]
    apart = [one for one in made if one.get("stratum") is not None] or made
    if not apart:
        return []
    kind = max(apart, key=lambda one: (one["n"], one["kind"]))["kind"]
    of = {one.get("stratum"): as_shown(one) for one in made if one["kind"] == kind}
    alike = by_question(_known(found), ("scale", "family")).get((scale, FAMILY_OF[kind] or ""), {})
    info = found.frames.scale_info[scale]
    return [
        Statement(
            section=SECTION,
            text=f"{_kind_text(kind).capitalize()}: in {_who(of[stratum], stratum)} "
            f"{_changed(info, of[stratum], alike.get(stratum))}. {_sentence(ALONE)}",
            record="before_after",
            scale=scale,
            other=kind,
            stratum=stratum,
            why=ALONE,
        )
        for stratum in TOLD
        if stratum in of
    ]


def _changed(info: ScaleInfo, one: Record, alike: Record | None) -> str:
    after = "after it" if FAMILY_OF[one["kind"]] == "toxin" else "after its start"
    changed = f"{info.label} changed by {signed(one['mean_change'])} points on average {after}"
    if one["low"] is None:
        changed += f" ({one['reason']}: no interval)"
    else:
        changed += f" ({span(one['low'], one['high'])}{', imprecise' if one['imprecise'] else ''})"
    if alike is None or alike["change_compared"] is None:
        return f"{changed}; what patients like them did in the same time cannot be told"
    others = signed(alike["change_compared"])
    return f"{changed}; patients who were alike and did not begin it changed by {others} in the same time"


def round_injections(found: Findings, scale: str) -> list[Statement]:
    """The score 14 to 56 days after an injection, against that later than 112 days."""
    rows = [one for one in found.injection_cycle if one["scale"] == scale]
    peaks = {one.get("stratum"): one for one in rows if one.get("term") == "peak"}
    means = {(one.get("stratum"), one["phase"]): one["mean"] for one in rows if "phase" in one}
    info = found.frames.scale_info[scale]
    statements = []
    for stratum in TOLD:
        if stratum not in peaks or not peaks[stratum]["patients"]:
            continue
        one = peaks[stratum]
        core, beside = _peak(info, one, means.get((stratum, "peak")), means.get((stratum, REFERENCE)))
        statements.append(
            Statement(
                section=SECTION,
                text=f"{said(_who(one, stratum), core, beside)} {_sentence(WHEN_ASKED_FOR)}",
                record="injection_cycle",
                scale=scale,
                other="botulinum_toxin",
                stratum=stratum,
                term="peak",
                why=WHEN_ASKED_FOR,
            )
        )
    return statements


def _peak(info: ScaleInfo, one: Record, peak: float | None, rest: float | None) -> tuple[str, str]:
    if one["estimate"] is None:
        beside = f" ({one['reason']})" if one["reason"] else ""
        if peak is None or rest is None:
            return f"{info.label} at different times after an injection cannot be compared", beside
        when = f"{peak:.1f} at 14–56 days after an injection and {rest:.1f} later than 112 days"
        return f"the mean {info.label} is {when}", beside
    by = f"{signed(one['estimate'])} points from that later than 112 days"
    core = f"the mean {info.label} at 14–56 days after an injection differs by {by}"
    return core, f" ({span(one['low_robust'], one['high_robust'])})"


def compared(found: Findings, scale: str) -> list[Statement]:
    """With and without a family of treatments, among patients who were alike before."""
    questions = by_question(_known(found), ("scale", "family"))
    info = found.frames.scale_info[scale]
    statements = []
    for stratum in TOLD:
        for (of_scale, family), of in questions.items():
            if of_scale != scale or stratum not in of or of[stratum]["reason"] == NOBODY_BEGAN:
                continue
            one = of[stratum]
            told = verdict(one, guard=two_populations(of, stratum))
            statements.append(
                marked(
                    found.plan,
                    Statement(
                        section=SECTION,
                        text=_comparison(info, family, one, told, stratum),
                        record="treatment_comparison",
                        scale=scale,
                        other=family,
                        stratum=stratum,
                        kind="known",
                        direction=told.direction,
                        why=told.why,
                    ),
                )
            )
    return statements


def _known(found: Findings) -> list[Record]:
    return [one for one in found.treatment_comparison if one["history"] == "known"]


def _comparison(info: ScaleInfo, family: str, one: Record, told: Verdict, stratum: str | None) -> str:
    who = f"In {stratum or 'all'} patients"
    if one["estimate"] is None:
        return f"{who} {info.label} with and without {family} cannot be compared: {one['reason']}."
    beside = f", who differed in {listed(one['unbalanced'])}" if one["unbalanced"] else ""
    limits = f"{signed(one['estimate'])}, {span(one['low'], one['high'])}"
    numbers = f"({limits}{', imprecise' if one['imprecise'] else ''})"
    if told.direction == "none":
        alike = f"between those who began {family} and patients who were alike before{beside}"
        return f"{who} there is no clear difference of {info.label} {alike} {numbers}."
    if told.direction == "not_told":
        return f"{who} the difference of {info.label} with and without {family} is not told: {told.why}."
    way = shifted(info, higher=told.direction == "higher")
    return (
        f"{who} those who began {family} had {way} afterwards than patients who were alike before{beside} "
        f"{numbers}."
    )


def listed(unbalanced: str) -> str:
    """The covariates of ``unbalanced`` in words."""
    return " and ".join(_UNBALANCED[name] for name in unbalanced.split(", "))


def _who(one: Record, stratum: str | None) -> str:
    return people(one["n_text"] if one["patients"] is None else one["patients"], stratum)


def _kind_text(kind: str) -> str:
    return kind.replace("_", " ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
