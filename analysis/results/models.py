"""A mixed model of scores as records of the report: one per term, or the reason why it has none.

The models themselves are in `analysis.numbers.mixed` and `analysis.numbers.clustered`;
`analysis.results.course` and its neighbours choose terms and visits.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.change import ROUNDING
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.numbers.clustered import robust
from analysis.numbers.formulas import Numbers, t_tested
from analysis.numbers.guards import (
    PILED_UP_FROM,
    SUPPRESS_UNDER,
    VISITS_FOR_EACH,
    count_text,
    is_small,
    overfull,
)
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.mixed import MixedModel, fit
from analysis.words import numeral
from analysis.words import words as _

INTERCEPT = "intercept"
RANDOM_INTERCEPT = "random_intercept"
RANDOM_SLOPE = "random_slope"
CLUSTER_ROBUST = "random_intercept_cluster_robust"
LOWEST, HIGHEST = "lowest", "highest"

_TESTED = ("estimate", "se", "df", "low", "high", "p")


@dataclass(frozen=True)
class Question:
    """A model to fit: a score, its terms (without the intercept, each n values) and the patients.

    ``adjusting`` (n by k, of full rank, each column with a mean of 0) is in the model and not read. ``near``
    is the theta of almost the same model, not singular, from which a random slope is searched. Questions that
    share ``kept`` fit a model of the same numbers once.
    """

    y: Numbers
    terms: Mapping[str, Numbers]
    patient: NDArray[Any]
    refused: str | None = None  # known beforehand to be impossible
    adjusting: Numbers | None = None
    near: Numbers | None = field(default=None, repr=False, compare=False)
    kept: "Kept" = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        score: pd.Series,
        patient: pd.Series,
        terms: Mapping[str, pd.Series | Numbers],
        info: ScaleInfo,
        *,
        impossible: str | None = None,
        adjusting: Numbers | None = None,
        kept: "Kept | None" = None,
    ) -> "Question":
        """The question for complete scores, patients and terms; ``impossible`` says why it has no answer."""
        y = score.to_numpy(np.float64)
        columns = {name: np.asarray(values, dtype=np.float64) for name, values in terms.items()}
        shared = {} if kept is None else kept
        return cls(
            y, columns, pd.factorize(patient)[0], impossible or piled_up(y, info), adjusting, kept=shared
        )

    @cached_property
    def patients(self) -> int:
        return len(np.unique(self.patient))

    @cached_property
    def digest(self) -> bytes:
        """The same for the same numbers under the same names: what answers are kept under."""
        of_all = blake2b(repr((self.refused, list(self.terms), len(self.y))).encode(), digest_size=32)
        adjusting = () if self.adjusting is None else (self.adjusting,)
        for values in (self.y, self.patient, *self.terms.values(), *adjusting):
            of_all.update(np.ascontiguousarray(values).data)
        return of_all.digest()


@dataclass(frozen=True)
class Answer:
    """The result: per fitted term estimate, error and degrees of freedom; otherwise the reason.

    ``covariance`` is that of the estimates, in the order of ``fitted``.
    """

    model: str
    fitted: Mapping[str, tuple[float, float, float]]
    robust: Mapping[str, tuple[float, float, float]]
    mixed: MixedModel | None = None
    covariance: Numbers | None = None
    reason: str | None = None


Kept = dict[Hashable, Any]  # answers and robust errors by model and digest: estimates, and no score
_Fitted = Mapping[str, tuple[float, float, float]]


def piled_up(values: Numbers, info: ScaleInfo) -> str | None:
    """Why no line is fitted to these scores of a scale that piles up: too many are at the lowest value."""
    low = _at_ends(values, info)[LOWEST]
    return _too_many(LOWEST, low, info) if info.piles_up and low >= PILED_UP_FROM else None


def heavy_end(values: Numbers, info: ScaleInfo) -> str | None:
    """The end of any scale, ``lowest`` or ``highest``, at which scores pile up: that with more of them."""
    at_ends = _at_ends(values, info)
    end = max(at_ends, key=lambda one: at_ends[one])
    return end if at_ends[end] >= PILED_UP_FROM else None


def no_line(values: Numbers, info: ScaleInfo) -> str | None:
    """Why no line is fitted to scores over time: too many are at an end of the scale, whichever it is.

    Where patients change by different amounts, those at the end can only go the other way, and the mean goes
    with them although the mean patient stays as he is.
    """
    end = heavy_end(values, info)
    return None if end is None else _too_many(end, _at_ends(values, info)[end], info)


def _at_ends(values: Numbers, info: ScaleInfo) -> dict[str, float]:
    if not len(values):
        return {LOWEST: 0.0, HIGHEST: 0.0}
    low, high = values <= info.low + ROUNDING, values >= info.high - ROUNDING
    return {LOWEST: float(low.mean()), HIGHEST: float(high.mean())}


def _too_many(end: str, at_end: float, info: ScaleInfo) -> str:
    share = f"{at_end:.0%}"
    if end == LOWEST:
        return _(
            "not estimable: %(share)s of scores are %(low)s, the lowest; no linear model fits them",
            share=share,
            low=numeral(info.low),
        )
    return _(
        "not estimable: %(share)s of scores are %(high)s, the highest; no linear model fits them",
        share=share,
        high=numeral(info.high),
    )


def random_intercept(question: Question) -> Answer:
    """``score ~ terms + (1 | patient)``, with cluster-robust errors beside the model's own."""
    answer = _fitted(question, RANDOM_INTERCEPT, None)
    if answer.mixed is None:
        return answer
    if answer.mixed.singular:
        reason = _("not estimable: singular, patients differ no more than visits do")
        return replace(answer, fitted={}, robust={}, reason=reason)
    return replace(answer, robust=_robust(question, answer.mixed)[0])


def random_slope(question: Question, slope: str) -> Answer:
    """``score ~ terms + (1 + slope | patient)``; not estimable where singular."""
    answer = _fitted(question, RANDOM_SLOPE, slope)
    if answer.mixed is not None and answer.mixed.singular:
        reason = _("not estimable: singular, the visits do not tell patients' slopes apart")
        return replace(answer, fitted={}, reason=reason)
    return answer


def cluster_robust(question: Question, intercept: MixedModel) -> Answer:
    """``score ~ terms + (1 | patient)`` with cluster-robust errors (CR2): where slopes cannot be modelled."""
    fitted, covariance = _robust(question, intercept)
    return Answer(CLUSTER_ROBUST, fitted, {}, intercept, covariance)


def predicted(
    answer: Answer, at: Mapping[str, "Numbers | float"], less: Mapping[str, "Numbers | float"] | None = None
) -> tuple[Numbers, Numbers, Numbers]:
    """The mean score at some values of the terms, with its pointwise 95 % interval: mean, low, high.

    With ``less`` the difference to the mean at those values. The interval is by t with the fewest degrees of
    freedom of any term, so rather too wide.

    Raises:
        ValueError: the model was not estimable.
    """
    from scipy.special import stdtrit

    if answer.covariance is None:
        raise ValueError(f"there is no mean to tell: {answer.reason}")

    def design(values: Mapping[str, "Numbers | float"]) -> Numbers:
        columns = [1.0 if name == INTERCEPT else values[name] for name in answer.fitted]
        return np.column_stack(np.broadcast_arrays(*columns))

    x = design(at) if less is None else design(at) - design(less)
    estimates, __, df = (np.array(values) for values in zip(*answer.fitted.values(), strict=True))
    mean = x @ estimates
    half = float(stdtrit(df.min(), 0.975)) * np.sqrt(np.einsum("np,pr,nr->n", x, answer.covariance, x))
    return mean, mean - half, mean + half


def records(
    start: Mapping[str, Any],
    question: Question,
    answer: Answer,
    *,
    suppress_under: int = SUPPRESS_UNDER,
    hide: Collection[str] = (),
) -> list[Record]:
    """A record per term, the intercept first: ``start``, the term, its numbers and its counts.

    The terms of ``hide`` have no numbers, because they would reveal few patients.
    """
    patients, mixed = question.patients, answer.mixed if answer.fitted else None
    small = is_small(patients, suppress_under)
    covariance = None if mixed is None else mixed.random_covariance
    shared = {
        "patient_variance": None if covariance is None else float(covariance[0, 0]),
        "slope_variance": None if covariance is None or len(covariance) == 1 else float(covariance[1, 1]),
        "intercept_slope_covariance": None
        if covariance is None or len(covariance) == 1
        else float(covariance[0, 1]),
        "residual_variance": None if mixed is None else mixed.sigma**2,
        "n": None if small else len(question.y),
        "n_text": count_text(patients, suppress_under) if small else str(len(question.y)),
        "patients": None if small else patients,
        "responses": None if small else len(question.y),
        "suppressed": small,
    }
    return [
        {
            **start,
            "model": answer.model,
            "term": term,
            **_numbers(None if term in hide else answer.fitted.get(term)),
            **_beside(_numbers(None if term in hide else answer.robust.get(term))),
            **shared,
            "reason": answer.reason or _term_reason(term, answer, hide),
        }
        for term in (INTERCEPT, *question.terms)
    ]


def _term_reason(term: str, answer: Answer, hide: Collection[str]) -> str | None:
    if term in hide:
        return _("hidden: it tells of few patients")
    return None if term in answer.fitted else _("no variation")


def _design(question: Question) -> tuple[tuple[str, ...], Numbers]:
    """The intercept and the terms that vary, by name; as columns, with those that only adjust behind them."""
    varying = [name for name, values in question.terms.items() if len(values) and np.ptp(values) > 0]
    columns = [np.ones(len(question.y)), *(question.terms[name] for name in varying)]
    if question.adjusting is not None:
        columns.append(question.adjusting)
    return (INTERCEPT, *varying), np.column_stack(columns)


def _overfull(question: Question, names: Collection[str], x: Numbers) -> str | None:
    """Patients count for what is read, visits for every column: what only adjusts costs no claim."""
    few = overfull(question.patients, len(names))
    return few or (None if question.adjusting is None else overfull(len(x), x.shape[1], VISITS_FOR_EACH))


def _fitted(question: Question, model: str, slope: str | None) -> Answer:
    key = (model, slope, question.digest)
    if key not in question.kept:
        question.kept[key] = _newly_fitted(question, model, slope)
    found: Answer = question.kept[key]
    return found


def _newly_fitted(question: Question, model: str, slope: str | None) -> Answer:
    names, x = _design(question)
    few = _overfull(question, names, x) if question.patients else _("nobody")
    reason = few or question.refused
    if reason is None:
        try:
            near = None if slope is None else question.near
            along = None if slope is None else question.terms[slope]
            found = fit(question.y, x, question.patient, along, near)
        except NotEstimable as refusal:
            reason = refusal.reason
        else:
            numbers = zip(found.estimate.tolist(), found.se.tolist(), found.df.tolist(), strict=True)
            # the columns that only adjust stand last and have no name
            return Answer(model, dict(zip(names, numbers, strict=False)), {}, found, found.covariance)
    return Answer(model, {}, {}, reason=reason)


def _robust(question: Question, mixed: MixedModel) -> tuple[_Fitted, Numbers]:
    theta = float(mixed.theta[0])
    key = (CLUSTER_ROBUST, theta, question.digest)
    if key not in question.kept:
        names, x = _design(question)
        made = robust(question.y, x, question.patient, theta)
        numbers = zip(mixed.estimate.tolist(), made.se.tolist(), made.df.tolist(), strict=True)
        question.kept[key] = dict(zip(names, numbers, strict=False)), made.covariance
    found: tuple[_Fitted, Numbers] = question.kept[key]
    return found


def _beside(numbers: Record) -> Record:
    return {f"{name}_robust": value for name, value in numbers.items() if name != "estimate"}


def _numbers(found: tuple[float, float, float] | None) -> Record:
    if found is None:
        return dict.fromkeys(_TESTED)
    tested = t_tested(*found)
    return dict(zip(_TESTED, (*found, tested.low, tested.high, tested.p), strict=True))
