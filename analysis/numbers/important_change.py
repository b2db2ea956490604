"""The minimal important change of a score, from what patients say of themselves: predictive modelling.

Terluin and others, J Clin Epidemiol 2015;68:1388; adjusted for how many changed: 2017;83:90.
"""

from dataclasses import dataclass

import numpy as np

from analysis.numbers.formulas import Numbers
from analysis.numbers.likelihood import NotEstimable
from analysis.numbers.resampled import Drawn, draws
from analysis.words import words as _

_STEPS = 50
_CLOSE = 1e-12


@dataclass(frozen=True)
class ImportantChange:
    """The change that a patient is as likely to have who says so as one who does not.

    `predicted` is before, `adjusted` after the correction for their share; `low` and `high` are the middle
    95 % of the adjusted ones over samples of patients.
    """

    predicted: float
    adjusted: float
    low: float
    high: float


def important_change(change: Numbers, changed: Numbers) -> ImportantChange:
    """The change x with logit P(changed | x) = logit of the share that changed, by logistic regression.

    Adjusted: less (0.090 + 0.103 r) times the standard deviation of the changes times the logit of the share,
    r the correlation of both. As R's ``glm(changed ~ change, binomial)``.

    Args:
        change: of each patient, positive in the direction that is asked about.
        changed: 1 for who says so, 0 for who says "the same".

    Raises:
        NotEstimable: the change tells the two apart without exception, or does not vary.
    """
    n = len(change)
    found = _both(change, changed, np.ones((1, n)))
    if not np.isfinite(found).all():
        raise NotEstimable(_("not estimable: changes of score do not vary with what patients say"))
    resampled = np.concatenate([_both(change, changed, _counts(block, n))[1] for block in draws(n)])
    low, high = np.quantile(resampled[np.isfinite(resampled)], [0.025, 0.975])
    return ImportantChange(float(found[0, 0]), float(found[1, 0]), float(low), float(high))


def _counts(drawn: Drawn, n: int) -> Numbers:
    """How often each of n patients is in each of these draws."""
    counts = np.zeros((len(drawn), n))
    np.add.at(counts, (np.arange(len(drawn))[:, None], drawn), 1)
    return counts


def _both(change: Numbers, changed: Numbers, weight: Numbers) -> Numbers:
    """Predicted and adjusted change for each row of weights; NaN where there is none."""
    total = weight.sum(axis=1)
    share = weight @ changed / total
    mean = weight @ change / total
    off = change - mean[:, None]
    variance = (weight * off**2).sum(axis=1)
    with np.errstate(all="ignore"):
        logit = np.log(share / (1 - share))
        covariance = (weight * off * (changed - share[:, None])).sum(axis=1)
        correlation = covariance / np.sqrt(variance * total * share * (1 - share))
        spread = np.sqrt(variance / (total - 1))
        start, slope = _logistic(change, changed, weight)
        predicted = (logit - start) / slope
        adjusted = predicted - (0.090 + 0.103 * correlation) * spread * logit
    return np.stack([predicted, adjusted])


def _logistic(change: Numbers, changed: Numbers, weight: Numbers) -> tuple[Numbers, Numbers]:
    """Intercept and slope of a weighted logistic regression per row of weights, by Newton's method."""
    scale = change.std() or 1.0
    x = change / scale
    start, slope = np.zeros(len(weight)), np.zeros(len(weight))
    for __ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(start[:, None] + slope[:, None] * x)))
        rest, spread = weight * (changed - chance), weight * chance * (1 - chance)
        g0, g1 = rest.sum(axis=1), rest @ x
        h00, h01, h11 = spread.sum(axis=1), spread @ x, spread @ x**2
        det = h00 * h11 - h01**2
        step0, step1 = (h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det
        start, slope = start + step0, slope + step1
        if np.nanmax(np.abs([step0, step1]), initial=0.0) < _CLOSE:
            break
    lost = ~(np.abs(np.array([step0, step1])).max(axis=0) < 1e-6)
    return np.where(lost, np.nan, start), np.where(lost, np.nan, slope / scale)
