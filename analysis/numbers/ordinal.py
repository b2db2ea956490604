"""Cumulative logit models of ordered scores with a patient's random intercept, as ``clmm`` of R's ordinal.

For scores that pile up at an end of their scale, where no line fits. Input is plain arrays of complete
values, without any knowledge of scores; the sums are in `analysis.numbers.ordinal_likelihood`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.ordinal_likelihood import Informed, OrderedScores, logistic
from analysis.words import words as _

NODES, ROUGH_NODES, AVERAGED_NODES = 21, 5, 61  # of the fit, of its first steps, of a mean over patients
SINGULAR_UNDER = 1e-3  # a patients' standard deviation, in logits, that is none
_STEPS, _HALVINGS = 60, 30
_CLOSE, _ROUGH = 1e-10, 1e-1  # what a Newton step promises at the end of the search, and of its first part
_FAR = 100.0  # logits; no threshold lies so far unless terms tell the scores apart
_FIRST_SD = 1.5


@dataclass(frozen=True)
class Averages:
    """The share at the lowest level and the mean score, each with its gradient in the model's parameters."""

    lowest: float
    lowest_gradient: Numbers
    mean: float
    mean_gradient: Numbers


@dataclass(frozen=True)
class OrdinalModel:
    """A fitted model: P(score <= levels[j]) = F(thresholds[j] - x estimate - sd v), v standard normal.

    ``covariance`` and ``robust`` are of sd, thresholds and coefficients, in this order: the inverse of the
    observed information, and the sandwich by patient. ``proportional_p`` tests whether the tested terms say
    the same of leaving the lowest level as of all higher ones, ``spread_p`` whether patients share one slope.
    """

    levels: Numbers
    thresholds: Numbers
    estimate: Numbers
    sd: float
    covariance: Numbers
    robust: Numbers
    log_likelihood: float
    proportional_p: float
    spread_p: float

    @property
    def se(self) -> Numbers:
        """Errors of the coefficients, from the information."""
        errors: Numbers = np.sqrt(np.diag(self.covariance)[-len(self.estimate) :])
        return errors

    @property
    def se_robust(self) -> Numbers:
        """Errors of the coefficients, by patient."""
        errors: Numbers = np.sqrt(np.diag(self.robust)[-len(self.estimate) :])
        return errors

    def averages(self, x: Numbers) -> Averages:
        """What patients with these terms (p values) score on average, over how patients differ."""
        v, weight = np.polynomial.hermite_e.hermegauss(AVERAGED_NODES)
        weight = weight / weight.sum()
        within = logistic(self.thresholds[:, None] - float(x @ self.estimate) - self.sd * v)
        slope = within * (1 - within)
        below, steep = within @ weight, slope @ weight
        gradient = np.column_stack([-(slope * v) @ weight, np.diag(steep), -steep[:, None] * x])
        chances = np.diff(below, prepend=0.0, append=1.0)
        return Averages(
            float(below[0]), gradient[0], float(chances @ self.levels), -np.diff(self.levels) @ gradient
        )

    def error(self, gradient: Numbers) -> float:
        """The error of a number with this gradient in the parameters, by patient (delta method)."""
        return float(np.sqrt(gradient @ self.robust @ gradient))


def fit(y: Numbers, x: Numbers, patient: NDArray[Any], tested: NDArray[np.int64], slope: int) -> OrdinalModel:
    """``ordered(y) ~ x + (1 | patient)`` with the logit link, by maximum likelihood.

    A patient's likelihood is an integral over the intercept, by adaptive Gauss–Hermite quadrature with 21
    nodes (Liu & Pierce, Biometrika 1994;81:624), as R's ``ordinal::clmm(nAGQ = 21)``; Newton's steps search
    its top. The sandwich by patient (White, Econometrica 1982;50:1) is times G / (G - 1).

    ``proportional_p`` is Rao's test that the tested terms have no other coefficients at the lowest threshold
    than at all others. ``spread_p`` is the one-sided score test that the slope has no variance between
    patients (le Cessie & van Houwelingen, Biometrics 1995;51:600), with the variance of its score from the
    patients' own. Slopes that spread move the share at the lowest level by themselves, and so the
    coefficient, whatever its error is.

    Args:
        y: n scores, complete. x: n by p, without a column of ones. patient: n codes. tested: columns of x.
        slope: the column of x that may have a slope of its own in each patient.

    Raises:
        NotEstimable: fewer than three levels, columns that depend on each other, terms that tell the levels
            apart, or patients who differ no more than visits.
    """
    order = np.argsort(patient, kind="stable")
    y, x, patient = y[order], x[order], patient[order]
    levels, level = np.unique(y, return_inverse=True)
    if len(levels) < 3:
        raise NotEstimable(_("not estimable: fewer than three different scores"))
    centre, spread = x.mean(axis=0), x.std(axis=0)
    terms = (x - centre) / np.where(spread > 0, spread, 1.0)
    if np.linalg.svd(terms, compute_uv=False)[-1] < 1e-7 * np.sqrt(len(terms)):
        raise NotEstimable(_("not estimable: the terms depend on each other"))
    scores = OrderedScores.of(level, terms, patient)
    point, modes = _optimum(scores, _start(level, terms.shape[1]))
    if point[0] < SINGULAR_UNDER:
        raise NotEstimable(_("not estimable: singular, patients differ no more than visits do"))

    main, extra = np.arange(len(point)), len(point) + np.arange(len(tested))
    wide = scores.with_own_lowest(terms[:, tested])
    nodes = scores.nodes(point, modes, NODES)
    whole = wide.informed(np.append(point, np.zeros(len(tested))), nodes)
    inverse = np.asarray(np.linalg.inv(whole.information[np.ix_(main, main)]), dtype=np.float64)
    of_patients = whole.scores[:, main] @ inverse
    back = _unscaled(len(levels) - 1, centre, spread)
    raw = back @ point
    return OrdinalModel(
        levels=levels,
        thresholds=raw[1 : len(levels)],
        estimate=raw[len(levels) :],
        sd=float(raw[0]),
        covariance=back @ inverse @ back.T,
        robust=back @ (of_patients.T @ of_patients) @ back.T * scores.patients / (scores.patients - 1),
        log_likelihood=whole.log_likelihood,
        proportional_p=_score_test(whole, main, extra),
        spread_p=_spread_test(scores.of_spread(point, nodes, x[:, slope]), whole.scores[:, main]),
    )


def _start(level: NDArray[np.int64], terms: int) -> Numbers:
    """Patients who differ by some logits, and thresholds that then leave every level about its share."""
    below = np.cumsum(np.bincount(level))[:-1] / len(level)
    wider = np.sqrt(1 + 0.35 * _FIRST_SD**2)
    return np.concatenate([[_FIRST_SD], np.log(below / (1 - below)) * wider, np.zeros(terms)])


def _unscaled(thresholds: int, centre: Numbers, spread: Numbers) -> Numbers:
    """The matrix that makes parameters of standardised terms those of the terms as they are."""
    back = np.eye(1 + thresholds + len(centre))
    back[1 + thresholds :, 1 + thresholds :] = np.diag(1 / spread)
    back[1 : 1 + thresholds, 1 + thresholds :] = centre / spread
    return back


def _optimum(scores: OrderedScores, point: Numbers) -> tuple[Numbers, Numbers]:
    """The parameters of the highest likelihood, and the patients' modes there."""
    modes, count = np.zeros(scores.patients), ROUGH_NODES
    for _number in range(_STEPS):
        modes = scores.modes(point, modes)
        nodes = scores.nodes(point, modes, count)
        at = scores.informed(point, nodes)
        step, promised = _newton(at)
        if promised < _CLOSE and count == NODES:
            return point, modes
        if promised < _ROUGH:
            count = NODES
        for _halving in range(_HALVINGS):
            if scores.log_likelihood(point + step, nodes) >= at.log_likelihood - 1e-9:
                break
            step = step / 2
        point = point + step
        if point[0] < 0:  # the sign does not count
            point[0], modes = -point[0], -modes
        if not np.abs(point).max() < _FAR:
            break
    raise NotEstimable(_("not estimable: the terms tell the scores apart"))


def _newton(at: Informed) -> tuple[Numbers, float]:
    """The step up, along the curvature where that has a top, and how much it promises."""
    values, axes = np.linalg.eigh((at.information + at.information.T) / 2)
    values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    along = axes.T @ at.gradient
    return axes @ (along / values), float(along @ (along / values)) / 2


def _score_test(whole: Informed, main: NDArray[np.int64], extra: NDArray[np.int64]) -> float:
    """p of Rao's test that the extra parameters are 0."""
    from scipy.special import chdtrc

    crossed = np.linalg.solve(whole.information[np.ix_(main, main)], whole.information[np.ix_(main, extra)])
    left = whole.information[np.ix_(extra, extra)] - whole.information[np.ix_(extra, main)] @ crossed
    gradient = whole.gradient[extra] - crossed.T @ whole.gradient[main]
    return float(chdtrc(len(extra), gradient @ np.linalg.solve(left, gradient)))


def _spread_test(own: Numbers, scores: Numbers) -> float:
    """p of the score test that a variance is 0: the patients' scores of it, less what the parameters take."""
    from scipy.special import ndtr

    rest = own - scores @ np.linalg.lstsq(scores, own, rcond=None)[0]
    return float(ndtr(-own.sum() / np.sqrt(rest @ rest)))
