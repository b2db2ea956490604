"""The analyses as functions of a study, for a statistician's own session.

Each takes a study (`analysis.read` or `analysis.study`) and gives a `pandas.DataFrame` with a row per record,
numbers unrounded, as in the report; what cannot be estimated is missing, with ``reason`` beside it.
``suppress_under`` hides cells of fewer patients: 0 by default, because whoever holds the data sees them all.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.results.association import correlations as _correlations
from analysis.results.describe import descriptives as _descriptives
from analysis.results.differences import differences as _differences
from analysis.results.filters import Filters, apply
from analysis.results.findings import Findings
from analysis.results.precision import precision as _precision
from analysis.told import statements
from analysis.tool_treatments import frame_of, responders, treatment_comparison

__all__ = [
    "change",
    "correlations",
    "course",
    "course_ordinal",
    "descriptives",
    "differences",
    "part",
    "precision",
    "reliability",
    "responders",
    "screening",
    "sensitivity",
    "sentences",
    "treatment_comparison",
    "within_between",
    "within_own_trend",
]


def part(study: StudyFrames, **filters: str) -> StudyFrames:
    """The part of a study that passes filters.

    Parameters
    ----------
    **filters
        Any of ``sex, age, cause, side, treatment, time, visit, since, until`` (`analysis.results.filters`).

    Returns
    -------
    StudyFrames
        A study again.

    Examples
    --------
    >>> len(analysis.part(study, sex="female").patients) < len(study.patients)
    True
    """
    return apply(study, Filters(**filters))


def descriptives(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """First and last score of each scale.

    Returns
    -------
    DataFrame
        ``stratum, scale, visit, n, mean, low, high, sd, median, q1, q3, min, max, floor, ceiling, …``

    Notes
    -----
    Quartiles are of type 7; ``low`` and ``high`` are Student's interval of the mean.

    In R: ``quantile(x)``, ``sd(x)``, ``t.test(x)$conf.int``.

    Examples
    --------
    >>> analysis.descriptives(study)["visit"].unique().tolist()
    ['first', 'last']
    """
    found = Findings.of(study, suppress_under)
    return frame_of(_descriptives(study.scored, found.scale_info, suppress_under=suppress_under))


def correlations(
    study: StudyFrames,
    *,
    scales: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    suppress_under: int = 0,
) -> pd.DataFrame:
    """How scores go with each other and with time since onset.

    Parameters
    ----------
    scales
        Which scales; all that have a score.
    methods
        Of ``spearman, pearson, partial_spearman, rmcorr, rmcorr_detrended``; all.

    Returns
    -------
    DataFrame
        ``stratum, level, x, y, method, n, estimate, low, high, p, p_adjusted, family_size, reason, …``

    Notes
    -----
    Spearman's rho has Bonett and Wright's interval (Psychometrika 2000;65:23), ``rmcorr`` is Bakdash and
    Marusich's (Front Psychol 2017;8:456).

    In R: ``cor.test(x, y, method = "spearman", exact = FALSE)``, ``rmcorr::rmcorr(id, x, y, data)``.

    Examples
    --------
    >>> pair = analysis.correlations(study, scales=["face.total", "phq9.total"], methods=["spearman"])
    >>> pair.query("x == 'face.total' and y == 'phq9.total'")["stratum"].tolist()
    ['all', 'acute', 'chronic', 'unknown']
    """
    found = Findings.of(study, suppress_under)
    if scales is None and methods is None:
        return frame_of(found.correlations)
    chosen: dict[str, Any] = {} if methods is None else {"methods": methods}
    table = study.scored
    return frame_of(
        _correlations(table, found.scale_info, scales=scales, suppress_under=suppress_under, **chosen)
    )


def course(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """Each scale after the first visit, by mixed models.

    Returns
    -------
    DataFrame
        ``stratum, scale, model, term, estimate, se, df, low, high, p, p_adjusted, patients, reason, …``

    Notes
    -----
    ``score ~ log10(years since onset at the first visit) + log2(1 + years since then) + age + female`` with a
    random intercept, then a random slope, by REML.

    In R: ``lmerTest::lmer(value ~ log10_onset_years + log2_followup_years + age + female +
    (1 + log2_followup_years | patient))``.

    Examples
    --------
    >>> "log2_followup_years" in set(analysis.course(study)["term"])
    True
    """
    return frame_of(Findings.of(study, suppress_under).course)


def course_ordinal(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """Scales after the first visit whose scores pile up at an end, by cumulative logit models.

    Returns
    -------
    DataFrame
        ``stratum, scale, end, term, estimate, se, low, high, p, se_robust, p_robust, patient_variance,
        proportional_p, spread_p, patients, reason, …``; no row where no scores pile up

    Notes
    -----
    Log odds ratios of a higher score, with a random intercept by patient, by adaptive quadrature (Liu &
    Pierce, Biometrika 1994;81:624); ``…_robust`` is by patient. Missing where odds are not proportional,
    or patients' slopes differ.

    In R: ``ordinal::clmm(ordered(value) ~ log10_onset_years + log2_followup_years + age + female +
    (1 | patient), nAGQ = 21)``.

    Examples
    --------
    >>> set(analysis.course_ordinal(study).get("scale", [])) <= {"saq.total"}
    True
    """
    return frame_of(Findings.of(study, suppress_under).course_ordinal)


def within_between(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """Quality of life on mood, between patients and between the visits of one, with time taken off.

    Returns
    -------
    DataFrame
        ``stratum, outcome, predictor, term (between | within), estimate, se, low, high, p, p_adjusted, …``

    Notes
    -----
    Curran and Bauer, Annu Rev Psychol 2011;62:583.

    In R: ``lmer(y ~ mean + deviation + ns(t, 3) + ns(onset, 3) + (1 | patient))``.

    Examples
    --------
    >>> set(analysis.within_between(study)["term"]) == {"between", "within"}
    True
    """
    return frame_of(Findings.of(study, suppress_under).within_between)


def within_own_trend(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """The same slope within patients, with each patient's own line over time taken off as well.

    Returns
    -------
    DataFrame
        ``stratum, outcome, predictor, estimate, se, df, low, high, p, p_adjusted, patients, reason``

    Notes
    -----
    Patients with four visits or more, of whom there must be 30; errors CR2 by patient.

    In R: ``lm(y ~ x + ns(t, 3) + ns(onset, 3) + patient * t)`` and ``clubSandwich::coef_test(vcov = "CR2")``.

    Examples
    --------
    >>> "reason" in analysis.within_own_trend(study)
    True
    """
    return frame_of(Findings.of(study, suppress_under).within_own_trend)


def differences(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """Differences of first scores between treatments, causes and sexes, with intervals.

    Returns
    -------
    DataFrame
        ``stratum, by, scale, a, b, mean_difference, low, high, hodges_lehmann, smd, …``

    Notes
    -----
    In R: ``t.test(a, b)``, ``wilcox.test(a, b, conf.int = TRUE)``.

    Examples
    --------
    >>> "hodges_lehmann" in analysis.differences(study)
    True
    """
    info = Findings.of(study, suppress_under).scale_info
    return frame_of(_differences(study.scored, study.treatments, info, suppress_under=suppress_under))


def change(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """How many got better, stayed or got worse from the first score to the last, by published thresholds.

    Returns
    -------
    DataFrame
        ``stratum, scale, threshold, source, n, improved, stable, worse, …`` with Wilson's intervals

    Notes
    -----
    In R: ``prop.test(x, n, correct = FALSE)``.

    Examples
    --------
    >>> {"improved", "stable", "worse"} <= set(analysis.change(study))
    True
    """
    return frame_of(Findings.of(study, suppress_under).change)


def screening(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """How many screened positive at their first score, by published cut-offs.

    Returns
    -------
    DataFrame
        ``stratum, scale, cut, n, positive, share, low, high``

    Notes
    -----
    Wilson, J Am Stat Assoc 1927;22:209. In R: ``prop.test(x, n, correct = FALSE)``.

    Examples
    --------
    >>> (analysis.screening(study)["share"].dropna() <= 1).all().item()
    True
    """
    return frame_of(Findings.of(study, suppress_under).screening)


def reliability(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """How consistently each scale measures: alpha, omega, corrected item-total correlations.

    Returns
    -------
    DataFrame
        ``stratum, instrument, scale, n, items, alpha, alpha_low, alpha_high, omega, item_total, …``

    Notes
    -----
    In R: ``psych::alpha(items)``, ``factanal(items, 1)``.

    Examples
    --------
    >>> {"alpha", "omega"} <= set(analysis.reliability(study))
    True
    """
    return frame_of(Findings.of(study, suppress_under).reliability)


def sensitivity(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """What unanswered questionnaires could make of the course.

    Returns
    -------
    DataFrame
        ``stratum, scale, kind (tipping_point | pattern), answered, estimate, low, high, share_unanswered, …``

    Notes
    -----
    Carpenter, Roger and Kenward, J Biopharm Stat 2013;23:1352.

    Examples
    --------
    >>> "share_unanswered" in analysis.sensitivity(study)
    True
    """
    return frame_of(Findings.of(study, suppress_under).sensitivity)


def precision(study: StudyFrames, half_width: float, *, visits: int = 1) -> pd.DataFrame:
    """How many patients an interval of a given half-width needs, with what scores of this study vary by.

    Parameters
    ----------
    half_width
        Of the 95 % interval, in points.
    visits
        How many scores of each patient count for a mean.

    Returns
    -------
    DataFrame
        ``stratum, scale, half_width, visits, patients, sd, icc, mean, difference, change, reason``

    Notes
    -----
    Of a mean ``t(n - 1) sd √((1 + (visits - 1) icc) / visits) / √n``; of a difference in each of two groups.

    In R: ``lme4::VarCorr(lmer(value ~ 1 + (1 | patient)))``, ``uniroot`` with ``qt``.

    Examples
    --------
    >>> {"sd", "icc", "mean", "difference"} <= set(analysis.precision(study, half_width=5))
    True
    """
    info = Findings.of(study, 0).scale_info
    return frame_of(_precision(study.scored, info, half_width=half_width, visits=visits))


def sentences(study: StudyFrames, *, on: date | None = None, suppress_under: int = 0) -> pd.DataFrame:
    """Every sentence that the report says of the study, with its direction or why none is told.

    Parameters
    ----------
    on
        Visits due by that day count as expected; the day of the last answer.

    Returns
    -------
    DataFrame
        ``section, text, record, scale, other, stratum, term, kind, level, direction, why, planned``

    Examples
    --------
    >>> set(analysis.sentences(study)["direction"]) <= {"higher", "lower", "none", "not_told"}
    True
    """
    day = on or study.scores["completed_on"].max().date()
    return pd.DataFrame([vars(one) for one in statements(study, day, suppress_under)])
