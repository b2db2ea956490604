"""Scores after the first visit where they pile up at an end of the scale, so no line fits: ordered logits.

The same patients, visits and terms as `analysis.results.course`. What is read is a share and a mean: how many
are at that end, and what is scored on average, at the first visit and later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.analysis_plan import AFTER_FIRST_VISIT, FIRST_VISIT, NO_ANALYSIS_PLAN, AnalysisPlan
from analysis.data.change import ROUNDING
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.formulas import Numbers, normal_tested
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, is_small, overfull
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.ordinal import OrdinalModel, fit
from analysis.results.course import FOLLOW_UP, ONSET, asked, by_scale, complete, horizon, typical
from analysis.results.families import adjust
from analysis.results.models import HIGHEST, LOWEST, Kept, Question, heavy_end
from analysis.words import words as _

CUMULATIVE_LOGIT = "cumulative_logit"
OFF_END_FROM = 30  # patients who ever scored elsewhere than at that end: with fewer nothing is told of it
STEPS, STEPS_FROM = 50, 100  # of a scale, where it has more different scores than that
NOT_PROPORTIONAL_UNDER = SPREAD_UNDER = 0.05
MEAN = "mean"
SHARE_AT = {LOWEST: "lowest_share", HIGHEST: "highest_share"}
_READ = (ONSET, FOLLOW_UP)
_TESTED = ("estimate", "se", "low", "high", "p")


def course_ordinal(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
    kept: Kept | None = None,
    plan: AnalysisPlan = NO_ANALYSIS_PLAN,
) -> list[Record]:
    """Scales over time whose scores pile up, by a cumulative logit model with a patient's random intercept.

    Where 30 % or more of the scores of a scale are the lowest, or the highest (``end``), so that the `course`
    has no line: ``logit P(score > k) = terms - threshold of k + patient``, with the terms of the course, as
    R's ``ordinal::clmm``. ``estimate`` is a log odds ratio of a higher score; ``…_robust`` is by patient and
    is what is adjusted and told. Not estimable: fewer than 15 patients per term (with one more), fewer than
    30 patients who ever scored elsewhere (``patients_off_end``), odds that are not proportional: a term of
    time that says another thing of leaving that end than of all other scores (``proportional_p`` under 0.05),
    or patients whose slopes differ (``spread_p`` under 0.05): these move the share at that end by themselves.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Records on all patients, then by the stratum of the patients' first visit: a record per term. None
        where scores do not pile up. Adjusted p as in `families`: both times.
    """
    found = [
        {**one.start, **record}
        for one in _each(table, scale_info, kept)
        for record in _terms(one, suppress_under)
    ]
    adjust(
        found,
        scale_info,
        scales=("scale",),
        shown=lambda one: one["term"] in _READ,
        method=lambda one: None,
        planned=lambda one: (
            plan.find(AFTER_FIRST_VISIT, one["scale"], FIRST_VISIT, one.get("stratum"))
            if one["term"] == FOLLOW_UP
            else None
        ),
    )
    return found


def course_ordinal_change(
    table: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
    kept: Kept | None = None,
) -> list[Record]:
    """What the models of `course_ordinal` say in words of scores: a share and a mean, at two times.

    ``measure`` is ``lowest_share`` or ``highest_share`` (patients at the ``end`` where scores pile up) or
    ``mean`` (score in points), averaged over how patients differ, at the first visit (``first``) and
    ``years`` later (``later``; as far as one patient in ten was followed, at most a year), at mean age, share
    of women and the median time of the first visit.
    ``estimate`` is later less first, its interval by the delta method with errors by patient.

    Returns:
        Two records per scale and stratum of `course_ordinal`.
    """
    return [
        {**one.start, **record}
        for one in _each(table, scale_info, kept)
        for record in _changes(one, suppress_under)
    ]


@dataclass(frozen=True)
class _Fitted:
    """A model, with the names of its coefficients; of scores turned over where they pile up at the highest.

    So its first threshold is always that of the end, which the tests of its fit are about.
    """

    model: OrdinalModel
    names: tuple[str, ...]
    end: str

    @property
    def sign(self) -> int:
        return -1 if self.end == HIGHEST else 1


@dataclass(frozen=True)
class _Asked:
    """The scores of a scale and stratum that pile up; ``start`` names them."""

    start: Record
    rows: pd.DataFrame
    question: Question
    end: str
    off_end: int  # patients
    answer: _Fitted | str  # or why there is none


def _each(table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], kept: Kept | None) -> Iterator[_Asked]:
    part = complete(table)
    for stratum in (None, *STRATA):
        for scale, rows in by_scale(part, scale_info, stratum):
            question, info = asked(rows, scale_info[scale], kept), scale_info[scale]
            end = heavy_end(question.y, info)
            if end is not None:
                place = {} if stratum is None else {"stratum": stratum}
                far = question.y - info.low if end == LOWEST else info.high - question.y
                off_end = len(np.unique(question.patient[far > ROUNDING]))
                answer = _answer(question, end, off_end, info)
                yield _Asked({**place, "scale": scale}, rows, question, end, off_end, answer)


def _answer(question: Question, end: str, off_end: int, info: ScaleInfo) -> _Fitted | str:
    key = (CUMULATIVE_LOGIT, question.digest)
    if key not in question.kept:
        question.kept[key] = _newly_answered(question, end, off_end, info)
    found: _Fitted | str = question.kept[key]
    return found


def _newly_answered(question: Question, end: str, off_end: int, info: ScaleInfo) -> _Fitted | str:
    names = tuple(name for name, values in question.terms.items() if np.ptp(values) > 0)
    few = overfull(question.patients, 1 + len(names))
    if few is not None:
        return few
    if FOLLOW_UP not in names:
        return _("no variation")
    if off_end < OFF_END_FROM:
        if end == HIGHEST:
            return _(
                "not estimable: fewer than %(patients)s patients ever scored below the highest value",
                patients=OFF_END_FROM,
            )
        return _(
            "not estimable: fewer than %(patients)s patients ever scored above the lowest value",
            patients=OFF_END_FROM,
        )
    x = np.column_stack([question.terms[name] for name in names])
    read = np.array([at for at, name in enumerate(names) if name in _READ], dtype=np.int64)
    y = _in_steps(question.y, info)
    try:
        return _Fitted(
            fit(-y if end == HIGHEST else y, x, question.patient, read, names.index(FOLLOW_UP)), names, end
        )
    except NotEstimable as refusal:
        return str(refusal)


def _in_steps(y: Numbers, info: ScaleInfo) -> Numbers:
    """The scores; where nearly each is another, those between the ends in the middle of steps of the scale.

    No threshold can be told where one score lies between two.
    """
    if len(np.unique(y)) <= STEPS_FROM:
        return y
    step = (info.high - info.low) / STEPS
    middle = info.low + step * (np.floor(np.minimum((y - info.low) / step, STEPS - 1)) + 0.5)
    at_end = (y <= info.low + ROUNDING) | (y >= info.high - ROUNDING)
    found: Numbers = np.where(at_end, y, middle)
    return found


def _refused(answer: _Fitted | str) -> str | None:
    """Why nothing of the model is told."""
    if isinstance(answer, str):
        return answer
    if answer.model.proportional_p < NOT_PROPORTIONAL_UNDER:
        return (
            _(
                "not estimable: time says another thing of leaving the lowest score than of higher scores "
                "(odds are not proportional)"
            )
            if answer.end == LOWEST
            else _(
                "not estimable: time says another thing of leaving the highest score than of lower scores "
                "(odds are not proportional)"
            )
        )
    if answer.model.spread_p < SPREAD_UNDER:
        return (
            _(
                "not estimable: patients change by so different amounts that this alone moves the share at "
                "the lowest score"
            )
            if answer.end == LOWEST
            else _(
                "not estimable: patients change by so different amounts that this alone moves the share at "
                "the highest score"
            )
        )
    return None


def _terms(one: _Asked, suppress_under: int) -> Iterator[Record]:
    question, reason = one.question, _refused(one.answer)
    small = is_small(question.patients, suppress_under)
    model = None if isinstance(one.answer, str) else one.answer.model
    shown = {} if isinstance(one.answer, str) or reason else _by_name(one.answer)
    shared = {
        "patient_variance": model.sd**2 if model and not reason else None,
        "proportional_p": None if model is None else model.proportional_p,
        "spread_p": None if model is None else model.spread_p,
        "levels": None if small else len(np.unique(question.y) if model is None else model.levels),
        "patients_off_end": None if is_small(one.off_end, suppress_under) or small else one.off_end,
        "n": None if small else len(question.y),
        "n_text": count_text(question.patients, suppress_under) if small else str(len(question.y)),
        "patients": None if small else question.patients,
        "responses": None if small else len(question.y),
        "suppressed": small,
    }
    for term in question.terms:
        own, by_patient = shown.get(term, (None, None))
        beside = {
            f"{name}_robust": value for name, value in _numbers(by_patient).items() if name != "estimate"
        }
        start = {"model": CUMULATIVE_LOGIT, "end": one.end, "term": term, **_numbers(own), **beside, **shared}
        yield {**start, "reason": reason or (_("no variation") if own is None else None)}


_Tested = tuple[float, float]  # estimate and error


def _by_name(found: _Fitted) -> Mapping[str, tuple[_Tested, _Tested]]:
    """Of each term the estimate with its own error, and with that by patient."""
    model = found.model
    numbers = zip(
        found.names,
        *(of.tolist() for of in (found.sign * model.estimate, model.se, model.se_robust)),
        strict=True,
    )
    return {name: ((estimate, se), (estimate, robust)) for name, estimate, se, robust in numbers}


def _numbers(found: _Tested | None) -> Record:
    if found is None:
        return dict.fromkeys(_TESTED)
    tested = normal_tested(*found)
    return dict(zip(_TESTED, (*found, tested.low, tested.high, tested.p), strict=True))


def _changes(one: _Asked, suppress_under: int) -> Iterator[Record]:
    years = horizon(one.rows)
    reason = _refused(one.answer)
    told: dict[str, Mapping[str, float]] = {}
    if not isinstance(one.answer, str) and reason is None:
        told = _averaged(one.answer, typical(one.rows), float(np.log2(1 + years)))
    small = is_small(one.question.patients, suppress_under)
    for measure in (SHARE_AT[one.end], MEAN):
        yield {
            "end": one.end,
            "measure": measure,
            "years": years,
            **dict.fromkeys(("first", "later", "estimate", "low", "high")),
            **told.get(measure, {}),
            "patients": None if small else one.question.patients,
            "responses": None if small else len(one.question.y),
            "suppressed": small,
            "reason": reason,
        }


def _averaged(
    fitted: _Fitted, usual: Mapping[str, float], followed_up: float
) -> dict[str, Mapping[str, float]]:
    first, later = (
        fitted.model.averages(np.array([{**usual, FOLLOW_UP: at}[name] for name in fitted.names]))
        for at in (0.0, followed_up)
    )
    pairs = {
        SHARE_AT[fitted.end]: (first.lowest, later.lowest, later.lowest_gradient - first.lowest_gradient),
        MEAN: (
            fitted.sign * first.mean,
            fitted.sign * later.mean,
            later.mean_gradient - first.mean_gradient,
        ),
    }
    found: dict[str, Mapping[str, float]] = {}
    for measure, (before, after, gradient) in pairs.items():
        tested = normal_tested(after - before, fitted.model.error(gradient))
        found[measure] = {
            "first": before,
            "later": after,
            "estimate": after - before,
            "low": tested.low,
            "high": tested.high,
        }
    return found
