"""Two scores at the same visits: differences between patients and between visits, kept apart.

``between`` compares patients with each other, ``within`` a patient's visits with each other. One slope for
both would measure neither. Time is in every model: two scores that both recover go together over the months
and need have nothing to do with each other (Curran & Bauer, Annu Rev Psychol 2011;62:583).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.analysis_plan import EVERY_VISIT, NO_ANALYSIS_PLAN, AnalysisPlan, PlannedQuestion
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.data.subjects import life_with_mood
from analysis.numbers.clustered import robust
from analysis.numbers.formulas import Numbers, t_tested
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, is_small
from analysis.numbers.own_line import FEWEST_VISITS, less_own_line, with_a_line
from analysis.numbers.smooth import full_rank, spline_space
from analysis.results.association import overlap
from analysis.results.course import followed_up
from analysis.results.families import adjust, not_planned
from analysis.results.models import INTERCEPT, Question, piled_up, random_intercept, records
from analysis.results.sites import site_space, within_sites
from analysis.words import words as _

OWN_TREND_FROM = 30  # patients with enough visits; with fewer, no line of their own is taken off

Pairs = Sequence[tuple[str, str]]
_TESTED = ("estimate", "se", "df", "low", "high", "p")


def within_between(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    pairs: Pairs | None = None,
    suppress_under: int = SUPPRESS_UNDER,
    plan: AnalysisPlan = NO_ANALYSIS_PLAN,
) -> list[Record]:
    """An outcome on a predictor: ``outcome ~ patient's mean + deviation + time + (1 | patient)``.

    Only visits at which both are scored and the time since onset is usable; mean and deviation of the
    predictor over those. Time is a natural spline with 3 degrees of freedom of log2 (1 + years since the
    first visit), and another one of log10 years since onset: ``splines::ns`` in R. REML as lme4 and lmerTest;
    the numbers that end in ``_robust`` also hold where slopes differ between patients. 15 patients for each
    of intercept, between and within, and 15 visits for each column with the splines. ``…_within_sites`` is
    the same with the site in it, errors by patient, where two sites have 10 patients
    (`analysis.results.sites`).

    Args:
        table: the result of ``analysis.data.frame.scored``.
        pairs: outcomes with their predictors; default the headline scales of quality of life, each with each
            scale of mood.

    Returns:
        Records on all patients, then by the stratum of the patients' first visit: a record per term
        (``between``, ``within``). Adjusted p, of the robust one, as in `families`.
    """
    found: list[Record] = []
    for shared in _shared(table, scale_info, pairs):
        question = _question(shared)
        answer = random_intercept(question)
        of_terms = records(shared.start, question, answer, suppress_under=suppress_under)
        columns = site_space(shared.site, shared.patient) if answer.fitted else None
        apart = within_sites(question, columns, lambda one: random_intercept(one).robust)
        found += [{**one, **apart[one["term"]]} for one in of_terms if one["term"] != INTERCEPT]
    _adjust(
        found,
        scale_info,
        planned=lambda one: (
            plan.find(EVERY_VISIT, one["outcome"], one["predictor"], one.get("stratum"))
            if one["term"] == "within"
            else None
        ),
    )
    return found


def within_own_trend(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    pairs: Pairs | None = None,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """The slope within patients after each patient's own straight line of both scores is taken off as well.

    ``outcome ~ predictor + time + patient * log2(1 + years since the first visit)`` by least squares over
    patients with at least 4 visits, of whom there must be 30; errors by patient (CR2). Two scores of a
    patient that each rise or fall over the years, for reasons of their own, do not count as going together.

    Args:
        table, pairs: as for ``within_between``.

    Returns:
        A record per pair, on all patients and then by stratum.
    """
    found = [
        {**shared.start, **_own_trend(shared, suppress_under)} for shared in _shared(table, scale_info, pairs)
    ]
    _adjust(found, scale_info)
    return found


def _adjust(
    found: Sequence[Record],
    scale_info: Mapping[str, ScaleInfo],
    planned: Callable[[Record], PlannedQuestion | None] = not_planned,
) -> None:
    adjust(
        found,
        scale_info,
        scales=("outcome", "predictor"),
        shown=lambda one: True,
        method=lambda one: None,
        planned=planned,
    )


@dataclass(frozen=True)
class _Shared:
    """The visits at which outcome and predictor are scored, by patient and day; ``start`` names the pair."""

    start: Record
    info: ScaleInfo
    patient: NDArray[Any]
    site: pd.Series
    outcome: Numbers
    predictor: Numbers
    followed_up: Numbers
    log10_onset_years: Numbers


def _shared(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], pairs: Pairs | None
) -> Iterator[_Shared]:
    """The visits of each pair, of all patients and then by stratum."""
    asked = life_with_mood(scale_info) if pairs is None else pairs
    known = table[table["value"].notna() & table["log10_years"].notna()]
    scored = set(known["scale"].unique())
    for stratum in (None, *STRATA):
        rows = known if stratum is None else known[known["first_stratum"] == stratum]
        by_scale = dict(iter(rows.groupby("scale")))
        for outcome, predictor in asked:
            if not {outcome, predictor} <= scored:
                continue
            of_both = [by_scale.get(scale, rows.iloc[:0]) for scale in (outcome, predictor)]
            values = of_both[1].set_index("visit_id")["value"].reindex(of_both[0]["visit_id"]).to_numpy()
            both, value = of_both[0][~np.isnan(values)], values[~np.isnan(values)]
            yield _Shared(
                {
                    **({} if stratum is None else {"stratum": stratum}),
                    "outcome": outcome,
                    "predictor": predictor,
                    "overlap": overlap(outcome, predictor, scale_info),
                },
                scale_info[outcome],
                pd.factorize(both["patient"])[0],
                both["site"],
                both["value"].to_numpy(np.float64),
                value,
                followed_up(both).to_numpy(np.float64),
                both["log10_years"].to_numpy(np.float64),
            )


def _question(shared: _Shared) -> Question:
    patient, value = shared.patient, shared.predictor
    mean = (np.bincount(patient, value) / np.maximum(np.bincount(patient), 1))[patient]
    deviation = np.where(np.abs(value - mean) > 1e-12 * np.abs(mean), value - mean, 0.0)
    return Question(
        shared.outcome,
        {"between": mean, "within": deviation},
        patient,
        piled_up(shared.outcome, shared.info),
        spline_space(shared.followed_up, shared.log10_onset_years),
    )


def _own_trend(shared: _Shared, suppress_under: int) -> Record:
    kept = with_a_line(shared.patient, shared.followed_up)
    patient = shared.patient[kept]
    patients = len(np.unique(patient))
    small = is_small(patients, suppress_under)
    few = _(
        "fewer than %(own_trend_from)s patients with %(fewest_visits)s visits",
        own_trend_from=OWN_TREND_FROM,
        fewest_visits=FEWEST_VISITS,
    )
    tested = few if patients < OWN_TREND_FROM else _own_slope(shared, kept)
    return {
        "n": None if small else len(patient),
        "n_text": count_text(patients, suppress_under) if small else str(len(patient)),
        "patients": None if small else patients,
        "responses": None if small else len(patient),
        **(dict.fromkeys(_TESTED) if isinstance(tested, str) else tested),
        "suppressed": small,
        "reason": tested if isinstance(tested, str) else None,
    }


def _own_slope(shared: _Shared, kept: NDArray[np.bool_]) -> Record | str:
    """The slope on the predictor with its numbers, or why there is none."""
    patient, time = shared.patient[kept], shared.followed_up[kept]
    splines = spline_space(time, shared.log10_onset_years[kept])
    of_both = np.column_stack([shared.predictor[kept], shared.outcome[kept]])
    left = less_own_line(patient, time, np.column_stack([of_both, splines]))
    predictor, outcome, adjusting = left[:, 0], left[:, 1], full_rank(left[:, 2:])
    rest = predictor - adjusting @ (adjusting.T @ predictor)
    if not (rest @ rest > 1e-12 * float(shared.predictor[kept] @ shared.predictor[kept])):
        return _("no variation")
    if not outcome.any():
        return _("not estimable: the scores do not vary")
    found = robust(outcome, np.column_stack([predictor, adjusting]), patient)
    estimate, se, df = float(found.estimate[0]), float(found.se[0]), float(found.df[0])
    tested = t_tested(estimate, se, df)
    return dict(zip(_TESTED, (estimate, se, df, tested.low, tested.high, tested.p), strict=True))
