"""The methods paragraph, made from the state of the view: questions, analysis, patients."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from analysis.data.frame import StudyFrames
from analysis.data.onset import ACUTE_BELOW_DAYS
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    IMPRECISE_BELOW,
    PATIENTS_PER_COEFFICIENT,
    PILED_UP_FROM,
    count_text,
)
from analysis.numbers.imputed import DRAWS, SEED
from analysis.results.change import APART_DAYS
from analysis.results.course_ordinal import OFF_END_FROM
from analysis.results.filters import Filters
from analysis.results.injections import PHASE_DAYS
from analysis.results.table_one import GRADED_WITHIN_DAYS
from analysis.statements.words import people, visits_of
from analysis.words import counted, joined
from analysis.words import words as _


@dataclass(frozen=True)
class _Sentence:
    """What is said of an analysis, where its records have one of these numbers."""

    records: str
    numbers: tuple[str, ...]
    text: str
    level: str | None = None

    def holds(self, content: Mapping[str, Any]) -> bool:
        return any(
            one.get(number) is not None
            for one in content.get(self.records) or ()
            for number in self.numbers
            if self.level is None or one.get("level") == self.level
        )


_ANSWERED = _(
    "Questionnaires: {instruments}. Missing items: {rules}; no answer was imputed beyond these rules."
)
_SENTENCES = (
    _Sentence(
        "table_one",
        ("n", "median"),
        _("""Table 1 describes every patient enrolled on the day of the first visit, or of enrolment before
        it: median and quartiles, or number and share of all, with the House–Brackmann grade nearest to that
        day within {graded} days and the treatments begun by then. Groups differ there from the largest one
        by standardised differences (Austin; of several levels Yang and Dalton) of what is known; nothing
        was tested."""),
    ),
    _Sentence(
        "correlations",
        ("estimate",),
        _("""Between-patient associations used one visit per patient, the first at which both variables were
        present. Time since onset was log10-transformed; an onset known by month counted as its 15th, by
        year as 1 July, never later than halfway to the visit, and was left out where its possible durations
        differ more than twofold. We report Spearman's rho with Bonett–Wright 95 % intervals, Pearson's r
        with Fisher's and jackknifed intervals, and partial rho adjusted for age at the first visit and
        sex."""),
        level="between",
    ),
    _Sentence(
        "correlations",
        ("estimate",),
        _("""Within-patient associations are repeated-measures correlations (Bakdash and Marusich) over all
        visits of patients with two or more, as they are and of what natural splines of the time since the
        first visit and since onset leave of both scores."""),
        level="within",
    ),
    _Sentence(
        "course",
        ("estimate",),
        _("""Change over visits used linear mixed models (REML, Satterthwaite's degrees of freedom) with log10
        years since onset at the first visit and log2 of 1 + years since that visit as separate terms,
        adjusted for age and sex: with a random intercept by patient, then with a random slope, or, where
        that was not estimable, with cluster-robust errors (CR2). No linear model was fitted with fewer than
        {each} patients per coefficient, or where {piled:.0%} or more of the scores of a scale were its lowest
        or its highest."""),
    ),
    _Sentence(
        "course_ordinal",
        ("estimate",),
        _("""Where scores piled up so, cumulative logit models with the same terms and a random intercept by
        patient took their place (adaptive quadrature, errors by patient), where the odds were proportional,
        patients' slopes were alike (score test) and {off_end} patients ever scored elsewhere; they are told
        as the share at that end and the mean score, averaged over patients."""),
    ),
    _Sentence(
        "sensitivity",
        ("estimate",),
        _("""What unanswered scores could make of the course was looked at by shifting them, drawn at random
        given the patient's own answers, until its interval met 0, and by the number of visits answered."""),
    ),
    _Sentence(
        "within_between",
        ("estimate",),
        _("""Quality of life was related to mood at the same visits by mixed models with the patient's mean of
        the one, the deviation from it and both splines of time as separate terms, and again by least
        squares after each patient's own straight line was taken off both scores (four visits or more;
        CR2)."""),
    ),
    _Sentence(
        "injection_cycle",
        ("mean", "estimate"),
        _("""Visits after toxin injections were compared by phase (0–13, 14–56, 57–112 and more days since the
        last)."""),
    ),
    _Sentence(
        "group_tests",
        ("p",),
        _("""Groups by treatment, cause and sex were compared at the first visit with the score by
        Kruskal–Wallis tests with epsilon squared and Dunn tests with Holm's adjustment; treatments begun
        later did not count, and treatment was not assigned at random."""),
    ),
    _Sentence(
        "differences",
        ("hodges_lehmann", "mean_difference"),
        _("""Differences between groups are of means (Welch's interval) and Hodges–Lehmann shifts."""),
    ),
    _Sentence(
        "before_after",
        ("mean_change",),
        _("""Before and after a dated treatment are the last score in the 42 days before and the first in a
        window after it (toxin 14–56 days, therapy 60–240, surgery 300–540), with the mean difference and
        its t interval; treatments begun before the first questionnaire, as early steroids are, cannot be
        looked at."""),
    ),
    _Sentence(
        "treatment_comparison",
        ("estimate",),
        _("""Families of treatments were compared as a sequence of target trials: at each scored visit before
        a start, patients who began within 90 days (their last score before it) and patients who did not, by
        the first score in the family's window (90 days longer for the latter), with overlap weights from a
        logistic model and weighted least squares, both on the score at that visit, its number, log10 years
        since onset, age, sex and the other families begun before, errors CR2 by patient. No comparison was
        made with fewer than 20 patients in an arm, weights worth fewer than 15, or arms that differed by
        more than 0.4 standard deviations in earlier scores or in the last change."""),
    ),
    _Sentence(
        "treatment_comparison",
        ("draws",),
        _("""Where at most 20 % of these visits lacked age, sex or onset, these were imputed by chained
        equations (each patient's once, from the means of the patient's visits, the score afterwards among
        them), {draws} times with the seed {seed}, and the results pooled by Rubin's rules with Barnard and
        Rubin's degrees of freedom."""),
    ),
    _Sentence(
        "responders",
        ("share_exposed", "share_compared"),
        _("""Of both arms of these comparisons the weighted cumulative distribution of the change is given,
        and the difference of the shares at published thresholds of one patient's change, not tested."""),
    ),
    _Sentence(
        "change",
        ("improved",),
        _("""Patients were counted as better, stable or worse from their first to their last score at least
        {apart} days apart by published thresholds of one patient's change, outside {quiet} days after
        toxin."""),
    ),
    _Sentence(
        "screening",
        ("positive",),
        _("""Screening counts scores at a published cut-off or worse: screened positive, not diagnosed."""),
    ),
    _Sentence(
        "reliability",
        ("alpha",),
        _("""Alpha and omega of one factor (intervals by bootstrap) and corrected item-total correlations
        are of complete items at each patient's first questionnaire."""),
    ),
    _Sentence(
        "retest",
        ("icc",),
        _("""Agreement on retest is of stable patients who answered twice within 7 to 28 days (ICC 2,1)."""),
    ),
    _Sentence(
        "attendance",
        ("scored",),
        _("""Completion is of visits expected, available data of all enrolled."""),
    ),
    _Sentence(
        "recovery",
        ("share", "graded"),
        _("""Recovery is House–Brackmann I or the patient's own word at 3, 6 and 12 months, 30 days either
        way, in patients enrolled acute, with bounds for those not graded."""),
    ),
    _Sentence(
        "recovery_time",
        ("estimate",),
        _("""Time to recovery is interval-censored between visits, with late entry, and reanimation and death
        as competing events."""),
    ),
)
_PLANNED = _("""P-values of the questions of the analysis plan (version {version}, fixed on {fixed_on}{seen})
were adjusted by Holm, primary and secondary questions apart; all other tests are exploratory.""")
_ADJUSTED = _("""P-values were adjusted by Benjamini–Hochberg within each analysis and stratum over the main
scales and the method that pages show, and, of all other scales and methods, over all tests of that method;
Dunn's tests by Holm as well. Coefficients and tests need {least} patients and are marked imprecise under
{imprecise}.""")
_TESTED = tuple(one for one in _SENTENCES if {"estimate", "p"} & set(one.numbers))
_SHARES = {"change", "screening", "recovery"}
_END = _("""Acute is under {acute} days since onset at that visit, chronic from then on. Cells below
{suppress} patients were suppressed. All available data were used. Filters: {filters}. Software: {software}.
Data SHA-256: {digest}.""")


def methods(
    frames: StudyFrames,
    filters: Filters,
    *,
    software: str,
    digest: str,
    suppress_under: int,
    content: Mapping[str, Any],
) -> str:
    """One paragraph on the analyses of which ``content`` holds a number, by name; frames are filtered."""
    asked = frames.scores[["instrument", "version", "wording"]].drop_duplicates()
    instruments = joined(
        "; ",
        (
            _(
                "%(instrument)s version %(version)s (%(wording)s wording)",
                instrument=instrument,
                version=version,
                wording=wording,
            )
            for instrument, version, wording in sorted(asked.itertuples(index=False, name=None))
        ),
    )
    made = [one for one in _SENTENCES if one.holds(content)]
    said = [_ANSWERED, *(one.text for one in made)] if len(asked) else []
    if _SHARES & {one.records for one in made}:
        said.append(_("Proportions have Wilson intervals."))
    if any(one in _TESTED for one in made):
        said.append(_ADJUSTED)
    plan = frames.analysis_plan.versions[-1:]
    if plan and _holds_planned(content):
        said.append(_PLANNED)
    paragraph = joined(" ", [*said, _END]).format(
        instruments=instruments,
        rules=_missing_rules(frames),
        graded=GRADED_WITHIN_DAYS,
        apart=APART_DAYS,
        quiet=f"0–{PHASE_DAYS['waning']:g}",
        acute=ACUTE_BELOW_DAYS,
        each=PATIENTS_PER_COEFFICIENT,
        piled=PILED_UP_FROM,
        off_end=OFF_END_FROM,
        least=COEFFICIENT_FROM,
        imprecise=IMPRECISE_BELOW,
        suppress=suppress_under,
        draws=DRAWS,
        seed=SEED,
        version=plan[0].version if plan else "",
        fixed_on=plan[0].fixed_at[:10] if plan else "",
        seen=f", {plan[0].seen}" if plan and plan[0].seen else "",
        filters=", ".join(f"{name} = {value}" for name, value in filters.chosen.items()) or "none",
        software=_("%(software)s with %(libraries)s", software=software, libraries=_libraries()),
        digest=digest,
    )
    return " ".join(paragraph.split())


def _holds_planned(content: Mapping[str, Any]) -> bool:
    """Whether one of the records answers a question of the plan."""
    arrays = (value for value in content.values() if isinstance(value, list))
    return any(isinstance(one, dict) and one.get("planned") for array in arrays for one in array)


def extent(frames: StudyFrames, suppress_under: int) -> str:
    """The numbers of patients and answers, for a reader who may know them exactly."""
    scores = frames.scores
    questionnaires = len(scores.drop_duplicates(["visit_id", "instrument"]))
    return _(
        "%(people)s answered %(questionnaires)s at %(visits)s.",
        people=people(count_text(scores["patient"].nunique(), suppress_under)),
        questionnaires=counted("%(num)d questionnaire", "%(num)d questionnaires", questionnaires),
        visits=visits_of(scores["visit_id"].nunique()),
    )


def _missing_rules(frames: StudyFrames) -> str:
    """The missing rules of the answered scales, each once."""
    answered = set(frames.scores["scale"].unique())
    rules: dict[str, list[str]] = {}
    for scale, info in frames.scale_info.items():
        if scale in answered and info.missing:
            rules.setdefault(info.missing, []).append(info.label)
    return " ".join(f"{_listed(labels)}: {rule}" for rule, labels in rules.items()).rstrip(".")


def _listed(names: Sequence[str]) -> str:
    return joined(_(" and "), [", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _libraries() -> str:
    named = (
        (_("Python"), platform.python_version()),
        *((name, version(name)) for name in ("numpy", "scipy", "pandas")),
    )
    return _listed([f"{name} {number}" for name, number in named])
