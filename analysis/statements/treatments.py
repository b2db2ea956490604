"""Sentences on treatments. Only the comparison of patients who were alike before tells a direction.

A before and after, and the phases round an injection, show what happened, and beside it what patients who
were alike did in the same time; they never tell a direction by themselves.
"""

from analysis.data.change import of_one_person
from analysis.data.frame import ScaleInfo
from analysis.data.kinds import FAMILY_OF, WORDS_OF_KIND, level_words
from analysis.data.record import Record
from analysis.numbers.guards import IMPRECISE_BELOW
from analysis.results.arms import NOBODY_BEGAN
from analysis.results.before_after import as_shown
from analysis.results.findings import Findings
from analysis.results.injections import REFERENCE
from analysis.results.responders import BETTER, WORSE
from analysis.statements.planned import marked
from analysis.statements.rule import (
    ALPHA,
    NOT_TESTED,
    TOLD,
    Verdict,
    by_question,
    sites_differ,
    two_populations,
    verdict,
)
from analysis.statements.statement import Statement
from analysis.statements.words import (
    IMPRECISE,
    STRATUM_WORDS,
    number,
    people,
    percent,
    said,
    shifted,
    signed,
    span,
)
from analysis.words import joined, numeral
from analysis.words import words as _

SECTION = "treatment"
GROUPS = _("groups of treatments have no direction, and treatment was not assigned at random")
ALONE = _("a before and after alone does not tell what the treatment did")
WHEN_ASKED_FOR = _("injections are given when patients ask for them: this does not tell what one did")
_UNBALANCED = {
    "earlier_mean": _("earlier scores"),
    "last_change": _("the last change"),
    "bells": _("cause"),
    "hb_iv_or_worse": _("House–Brackmann"),
    "site": _("site"),
    "year": _("calendar year"),
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
        return _(
            "there is no comparison of %(label)s between treatments", label=info.label
        ), f" ({one['reason']})"
    enough = (one["n"] or 0) >= IMPRECISE_BELOW
    clearly = "" if enough and (one["p_adjusted"] or 1) < ALPHA else _("not clearly ")
    beside = f" (epsilon²\u00a0{number(one['epsilon_squared'])}{'' if enough else IMPRECISE})"
    return _(
        "%(label)s is %(clearly)sassociated with the treatment received", label=info.label, clearly=clearly
    ), beside


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
            text=_(
                "%(kind)s: in %(who)s %(changed)s. %(sentence)s",
                kind=WORDS_OF_KIND[kind],
                who=_who(of[stratum], stratum),
                changed=_changed(info, of[stratum], alike.get(stratum)),
                sentence=_sentence(ALONE),
            ),
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
    after = _("after it") if FAMILY_OF[one["kind"]] == "toxin" else _("after its start")
    changed: str = _(
        "%(label)s changed by %(signed)s points on average %(after)s",
        label=info.label,
        signed=signed(one["mean_change"]),
        after=after,
    )
    if one["low"] is None:
        changed += _(" (%(one)s: no interval)", one=one["reason"])
    else:
        changed += f" ({span(one['low'], one['high'])}{IMPRECISE if one['imprecise'] else ''})"
    if alike is None or alike["change_compared"] is None:
        return _("%(changed)s; what patients like them did in the same time cannot be told", changed=changed)
    others = signed(alike["change_compared"])
    return _(
        "%(changed)s; patients who were alike and did not begin it changed by %(others)s in the same time",
        changed=changed,
        others=others,
    )


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
            return _(
                "%(label)s at different times after an injection cannot be compared", label=info.label
            ), beside
        when = _(
            "%(peak)s at 14–56 days after an injection and %(rest)s later than 112 days",
            peak=numeral(peak, ".1f"),
            rest=numeral(rest, ".1f"),
        )
        return _("the mean %(label)s is %(when)s", label=info.label, when=when), beside
    by = _("%(signed)s points from that later than 112 days", signed=signed(one["estimate"]))
    core = _("the mean %(label)s at 14–56 days after an injection differs by %(by)s", label=info.label, by=by)
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
            told = verdict(one, guard=two_populations(of, stratum) or sites_differ(one))
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


def responded(found: Findings, scale: str) -> list[Statement]:
    """How many of both arms changed by the amount that counts for one person; no direction is told."""
    threshold = of_one_person(found.frames.scale_info[scale].thresholds)
    if threshold is None:
        return []
    used = [one for one in found.responders if one["scale"] == scale and one["threshold"] == threshold.kind]
    of = by_question(used, ("family", "way"))
    families = dict.fromkeys(one["family"] for one in used)
    return [
        Statement(
            section=SECTION,
            text=_responders(
                found.frames.scale_info[scale], family, better[stratum], worse[stratum], stratum
            ),
            record="responders",
            scale=scale,
            other=family,
            stratum=stratum,
            kind=threshold.kind,
            why=NOT_TESTED,
        )
        for stratum in TOLD
        for family in families
        for better, worse in [(of[family, BETTER], of[family, WORSE])]
        if stratum in better
    ]


def _responders(info: ScaleInfo, family: str, better: Record, worse: Record, stratum: str | None) -> str:
    shares = joined(
        "; ",
        (
            _(
                "%(with)s got %(way)s, of patients who were alike before %(without)s%(apart)s",
                **{
                    "with": _share(one["share_exposed"]),
                    "way": way,
                    "without": _share(one["share_compared"]),
                    "apart": _apart(one),
                },
            )
            for way, one in ((_("better"), better), (_("worse"), worse))
        ),
    )
    return _(
        "In %(stratum)s patients, by %(points)s points of %(label)s or more: of those who began %(family)s "
        "%(shares)s.",
        stratum=STRATUM_WORDS[stratum or "all"],
        points=f"{better['points']:g}",
        label=info.label,
        family=family,
        shares=shares,
    )


def _share(share: float | None) -> str:
    return _("a share not shown") if share is None else percent(share)


def _apart(one: Record) -> str:
    if one["difference"] is None:
        return ""
    difference, low, high = (100 * one[name] for name in ("difference", "low", "high"))
    return _(
        " (%(difference)s percentage points, %(limits)s)",
        difference=signed(difference),
        limits=span(low, high),
    )


def _known(found: Findings) -> list[Record]:
    return [one for one in found.treatment_comparison if one["history"] == "known"]


def _comparison(info: ScaleInfo, family: str, one: Record, told: Verdict, stratum: str | None) -> str:
    who = _("In %(stratum)s patients", stratum=STRATUM_WORDS[stratum or "all"])
    if one["estimate"] is None:
        return _(
            "%(who)s %(label)s with and without %(family)s cannot be compared: %(one)s.",
            who=who,
            label=info.label,
            family=level_words(family),
            one=one["reason"],
        )
    beside = _(", who differed in %(listed)s", listed=listed(one["unbalanced"])) if one["unbalanced"] else ""
    limits = f"{signed(one['estimate'])}, {span(one['low'], one['high'])}"
    numbers = f"({limits}{IMPRECISE if one['imprecise'] else ''}{drawn(one)})"
    if told.direction == "none":
        alike = _(
            "between those who began %(family)s and patients who were alike before%(beside)s",
            family=level_words(family),
            beside=beside,
        )
        return _(
            "%(who)s there is no clear difference of %(label)s %(alike)s %(numbers)s.",
            who=who,
            label=info.label,
            alike=alike,
            numbers=numbers,
        )
    if told.direction == "not_told":
        return _(
            "%(who)s the difference of %(label)s with and without %(family)s is not told: %(why)s.",
            who=who,
            label=info.label,
            family=level_words(family),
            why=told.why,
        )
    way = shifted(info, higher=told.direction == "higher")
    return _(
        "%(who)s those who began %(family)s had %(way)s afterwards than patients who were "
        "alike before%(beside)s %(numbers)s.",
        who=who,
        family=level_words(family),
        way=way,
        beside=beside,
        numbers=numbers,
    )


def drawn(one: Record) -> str:
    """How many patients lack a covariate, so that it was imputed; nothing where none does."""
    if one["draws"] is None:
        return ""
    if one["imputed"] is None:
        return _("; age, sex or onset of a few imputed")
    return _("; age, sex or onset of %(patients)s imputed", patients=one["imputed"])


def listed(unbalanced: str) -> str:
    """The covariates of ``unbalanced`` in words."""
    return joined(_(" and "), (_UNBALANCED[name] for name in unbalanced.split(", ")))


def _who(one: Record, stratum: str | None) -> str:
    return people(one["n_text"] if one["patients"] is None else one["patients"], stratum)


def _sentence(text: str) -> str:
    read = str(text)
    return f"{read[0].upper()}{read[1:]}."
