"""Scores after the first visit: mixed models with time before and time since kept apart.

One term for both would mix a long palsy before the study with recovery during it, and may reverse the sign of
either (see `simpson` in the tests' data).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.analysis_plan import AFTER_FIRST_VISIT, FIRST_VISIT, NO_ANALYSIS_PLAN, AnalysisPlan
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR, LEFT_OUT_REASONS, STRATA
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results.bends import STRAIGHT, bent, columns, uneven
from analysis.results.families import adjust, headline_scales
from analysis.results.models import (
    INTERCEPT,
    RANDOM_INTERCEPT,
    Answer,
    Kept,
    Question,
    cluster_robust,
    no_line,
    predicted,
    random_intercept,
    random_slope,
    records,
)
from analysis.results.sites import site_space, within_sites
from analysis.words import words as _

ONSET, FOLLOW_UP = "log10_onset_years", "log2_followup_years"
HORIZONS = (1.0, 0.5, 0.25, 1 / 12)  # years after the first visit
_CHANGE = ("estimate", "low", "high")
NO_BIRTH_YEAR, NO_SEX = _("birth year not known"), _("sex other or unknown")


def course(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
    kept: Kept | None = None,
    plan: AnalysisPlan = NO_ANALYSIS_PLAN,
) -> list[Record]:
    """Each scale over time, all visits of each patient, by REML as lme4 and lmerTest.

    ``score ~ log10(years since onset at the first visit) + log2(1 + years since that visit) + age + female``
    with a random intercept by patient, then with a random slope of the years since the first visit. Where
    the slope is not estimable, a third model keeps the random intercept and takes cluster-robust errors:
    slopes that differ make the intercept's own too small. The first visit is the first answer of the
    patient to anything, scored or not; patients without a usable time since onset there, without a birth
    year, or with a sex that is neither female nor male are left out (see ``left_out_of_course``).
    The model that pages show has ``…_within_sites`` for the scales of sentences, where two sites have 10
    patients: the same with the site in it (`analysis.results.sites`). ``uneven_p``, beside the time since the
    first visit, tests whether scores change evenly with it; if it is small, the term misleads.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Records on all patients, then by the stratum of the patients' first visit: a record per term. Adjusted
        p as in `families`: pages show the model with a random slope, or the last one, and both times.
    """
    part = complete(table)
    told = headline_scales(scale_info) | set(plan.outcomes)
    found = [
        {**({} if stratum is None else {"stratum": stratum}), **record}
        for stratum in (None, *STRATA)
        for scale, rows in by_scale(part, scale_info, stratum)
        for record in _records(rows, scale, scale_info[scale], kept, suppress_under, scale in told)
    ]
    adjust(
        found,
        scale_info,
        scales=("scale",),
        shown=lambda one: one["model"] != RANDOM_INTERCEPT and one["term"] in (ONSET, FOLLOW_UP),
        method=lambda one: (one["model"], one["term"] == INTERCEPT),
        planned=lambda one: (
            plan.find(AFTER_FIRST_VISIT, one["scale"], FIRST_VISIT, one.get("stratum"))
            if one["model"] != RANDOM_INTERCEPT and one["term"] == FOLLOW_UP
            else None
        ),
    )
    return found


def shown(question: Question) -> Answer:
    """The model to draw and describe: random slopes, or cluster-robust errors without them."""
    answer = random_slope(question, FOLLOW_UP)
    if answer.reason is None:
        return answer
    intercept = random_intercept(question)
    return answer if intercept.mixed is None else cluster_robust(question, intercept.mixed)


def asked(rows: pd.DataFrame, info: ScaleInfo, kept: Kept | None = None) -> Question:
    """The question of the course for complete rows of one scale (see ``complete``)."""
    terms = {
        ONSET: rows["first_log10_years"],
        FOLLOW_UP: followed_up(rows),
        "age": rows["age"],
        "female": rows["female"],
    }
    impossible = no_line(rows["value"].to_numpy(np.float64), info)
    return Question.of(rows["value"], rows["patient"], terms, info, impossible=impossible, kept=kept)


@dataclass(frozen=True)
class Mean:
    """A course to draw: the model, and the knots of the time since the first visit in it."""

    answer: Answer
    knots: Numbers

    def times(self, follow_up: Numbers) -> dict[str, Numbers]:
        """The terms at these times since the first visit (log2 of 1 + years)."""
        return {FOLLOW_UP: follow_up, **columns(FOLLOW_UP, follow_up, self.knots)}


def mean_course(rows: pd.DataFrame, info: ScaleInfo, kept: Kept | None = None) -> Mean:
    """The model of the course with bends in the time since the first visit, if they can be estimated.

    Scores that rise and then stay, as after an acute palsy, would leave the scale on a straight line.
    """
    straight = asked(rows, info, kept)
    for question, knots in bent(straight, FOLLOW_UP):
        answer = shown(question)
        if answer.reason is None:
            return Mean(answer, knots)
    return Mean(shown(straight), STRAIGHT)


def course_change(
    table: pd.DataFrame, scale: str, info: ScaleInfo, *, kept: Kept | None = None
) -> list[Record]:
    """How far the drawn course goes from the first visit to a time that enough patients were followed to.

    The mean of `mean_course` at ``years`` less that at the first visit, at mean age, share of women and
    the median time of the first visit: the longest of a year, half, a quarter and a twelfth of one that one
    patient in ten was followed to.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        A record on all patients, then by the stratum of the patients' first visit; none without patients.
    """
    part = complete(table)
    part = part[part["scale"] == scale]
    found = []
    for stratum in (None, *STRATA):
        rows = part if stratum is None else part[part["first_stratum"] == stratum]
        if len(rows):
            place = {} if stratum is None else {"stratum": stratum}
            found.append({**place, "scale": scale, **_change(rows, mean_course(rows, info, kept))})
    return found


def _change(rows: pd.DataFrame, course: Mean) -> Record:
    years = horizon(rows)
    if course.answer.reason is not None:
        return {"years": years, **dict.fromkeys(_CHANGE), "reason": course.answer.reason}
    usual = typical(rows)
    then, before = ({**usual, **course.times(np.array([at]))} for at in (float(np.log2(1 + years)), 0.0))
    numbers = (float(value[0]) for value in predicted(course.answer, then, less=before))
    return {"years": years, **dict(zip(_CHANGE, numbers, strict=True)), "reason": None}


def horizon(rows: pd.DataFrame) -> float:
    """The years after the first visit of which the course tells: at most one, and as enough were followed."""
    return next((years for years in HORIZONS if reach(rows) >= np.log2(1 + years)), HORIZONS[-1])


def reach(rows: pd.DataFrame) -> float:
    """The time to which one patient in ten was followed, in the model's units; later is a guess."""
    return float(np.quantile(followed_up(rows).groupby(rows["patient"], observed=True).max(), 0.9))


def typical(rows: pd.DataFrame) -> dict[str, Any]:
    """Mean age and share of women, and the median time of the first visit."""
    first = rows.drop_duplicates("patient")
    means = {name: float(first[name].mean()) for name in ("age", "female")}
    return {**means, ONSET: float(first["first_log10_years"].median())}


def left_out_of_course(table: pd.DataFrame) -> pd.Series:
    """Why each row of ``scored`` is left out of the course; missing for rows in it."""
    words = pd.CategoricalDtype(sorted(COURSE_REASONS))
    reason: pd.Series = table["first_left_out"].astype(words)
    reason = reason.where(reason.notna() | table["age"].notna(), NO_BIRTH_YEAR)
    return reason.where(reason.notna() | table["female"].notna(), NO_SEX)


COURSE_REASONS = (*LEFT_OUT_REASONS, NO_BIRTH_YEAR, NO_SEX)


def followed_up(rows: pd.DataFrame) -> pd.Series:
    """log2 of (1 + years since the patient's first visit): doublings, from 0 on."""
    years = (rows["completed_on"] - rows["first_on"]).dt.days / DAYS_PER_YEAR
    return pd.Series(np.log2(1 + years), index=rows.index)


def complete(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``scored`` that enter the course."""
    return table[table["value"].notna() & left_out_of_course(table).isna()]


def by_scale(
    part: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], stratum: str | None
) -> Iterator[tuple[str, pd.DataFrame]]:
    """The scales with a score, and their rows in the stratum."""
    present = set(part["scale"].unique())
    rows = part if stratum is None else part[part["first_stratum"] == stratum]
    for scale in scale_info:
        if scale in present:
            yield scale, rows[rows["scale"] == scale]


def _theta(answer: Answer) -> Numbers | None:
    return None if answer.mixed is None or answer.mixed.singular else answer.mixed.theta


def _records(
    rows: pd.DataFrame, scale: str, info: ScaleInfo, kept: Kept | None, suppress_under: int, told: bool
) -> list[Record]:
    """``told``: whether sentences are made of the scale, so that the model is fitted with the site, too."""
    question = asked(rows, info, kept)
    answers = [random_intercept(question), random_slope(question, FOLLOW_UP)]
    if answers[1].reason is not None and answers[0].mixed is not None:
        answers.append(cluster_robust(question, answers[0].mixed))
    uneven_p = None if answers[0].mixed is None else uneven(question, FOLLOW_UP)
    columns = site_space(rows["site"], question.patient) if told and answers[-1].fitted else None
    apart = within_sites(replace(question, near=_theta(answers[1])), columns, lambda one: shown(one).fitted)
    empty: Record = dict.fromkeys(next(iter(apart.values())))
    return [
        {
            **record,
            "uneven_p": uneven_p if record["term"] == FOLLOW_UP else None,
            **(apart.get(record["term"], empty) if answer is answers[-1] else empty),
        }
        for answer in answers
        for record in records({"scale": scale}, question, answer, suppress_under=suppress_under)
    ]
