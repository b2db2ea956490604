"""The statistics themselves, on plain arrays of complete values: published formulas with their sources.

All are checked against R (tests/data/statistics). `guards` decides what may be shown of few patients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.words import words as _

Numbers = NDArray[np.float64]
_Z = 1.959963984540054  # the normal's 97.5 % point

_PERFECT = 1e-12


@dataclass(frozen=True)
class Coefficient:
    """A correlation with its 95 % interval; ``reason`` says why a number is missing.

    ``robust``: p and interval that also hold where patients' slopes differ, if they exist.
    """

    estimate: float | None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    df: int | None = None
    reason: str | None = None
    robust: "Inference | None" = None


def pearson(x: Numbers, y: Numbers) -> Coefficient:
    """Pearson's r of complete pairs; p from t with n - 2 df; Fisher z interval, se = 1 / sqrt(n - 3).

    Of skewed values that interval holds in 90 % or less; the robust p and interval, Fisher's z by jackknife
    over the pairs (t with `df_of_error`), hold there too.
    """
    n = len(x)
    found = _coefficient(_correlation(x, y), n - 2, 1 / np.sqrt(n - 3) if n > 3 else np.inf)
    if found.low is None:
        return found
    each = np.arange(n)
    return replace(found, robust=_jackknifed(x - x.mean(), y - y.mean(), each, found.estimate, n / (n - 1)))


def spearman(x: Numbers, y: Numbers) -> Coefficient:
    """Spearman's rho: Pearson's r of mid-ranks; p from t with n - 2 df.

    Interval on Fisher's z with se = sqrt((1 + rho^2 / 2) / (n - 3)):
    Bonett & Wright, Psychometrika 2000;65:23.
    """
    n = len(x)
    rho = _correlation(mid_ranks(x), mid_ranks(y))
    return _coefficient(rho, n - 2, _bonett_wright(rho, n - 3))


def partial_spearman(x: Numbers, y: Numbers, others: Numbers) -> Coefficient:
    """Spearman's rho of x and y given ``others`` (n by k): everything ranked, the ranks residualised.

    t with n - 2 - k df; Bonett–Wright interval with n - k - 3. The same as ppcor::pcor.test in R.
    """
    n, k = others.shape
    design = np.column_stack([np.ones(n), *(mid_ranks(column) for column in others.T)])
    ranks = np.column_stack([mid_ranks(x), mid_ranks(y)])
    residuals = ranks - design @ np.linalg.lstsq(design, ranks, rcond=None)[0]
    gone = (residuals**2).sum(axis=0) <= 1e-9 * ((ranks - ranks.mean(axis=0)) ** 2).sum(axis=0)
    rho = np.nan if gone.any() else _correlation(residuals[:, 0], residuals[:, 1])
    return _coefficient(rho, n - 2 - k, _bonett_wright(rho, n - k - 3))


def rmcorr(
    patient: NDArray[Any], x: Numbers, y: Numbers, less: Numbers | None = None
) -> tuple[Coefficient, int, int]:
    """Repeated-measures correlation (Bakdash & Marusich, Front Psychol 2017;8:456).

    The common within-patient slope as a correlation: r of the deviations from each patient's means. Only
    patients with at least two complete pairs count. df = N - k - 1 (N pairs, k patients); Fisher z
    interval with se = 1 / sqrt(df - 1). All that assumes one slope for all patients; the robust p and
    interval do not: Fisher's z by jackknife over patients, t with `df_of_error`, at most k - 1.

    With ``less`` (n by m) it is a partial correlation: of what is left of the deviations after a regression
    on those of ``less``, which the jackknife keeps as it is. Its m columns take m degrees of freedom.

    Returns:
        The coefficient, N and k.
    """
    keep = seen_twice(patient)
    x, y = x[keep], y[keep]
    __, group, sizes = np.unique(patient[keep], return_inverse=True, return_counts=True)
    pairs, patients = len(x), len(sizes)

    def within(values: Numbers) -> Numbers:
        deviations: Numbers = values - (np.bincount(group, values) / sizes)[group]
        return deviations

    columns = 0 if less is None else less.shape[1]
    df = pairs - patients - 1 - columns
    if df < 1:
        return Coefficient(None, reason=_("no patient with two visits")), pairs, patients
    within_x, within_y = within(x), within(y)
    if less is not None and columns:
        others = np.column_stack([within(column) for column in less[keep].T])
        within_x, within_y = _residual(within_x, others), _residual(within_y, others)
    r = _correlation(within_x, within_y, centred=True)
    found = _coefficient(r, df, 1 / np.sqrt(df - 1) if df > 1 else np.inf)
    return replace(found, robust=_jackknifed(within_x, within_y, group, r)), pairs, patients


def seen_twice(patient: NDArray[Any]) -> NDArray[np.bool_]:
    """Which rows belong to patients with two rows or more."""
    __, group, sizes = np.unique(patient, return_inverse=True, return_counts=True)
    twice: NDArray[np.bool_] = sizes[group] >= 2
    return twice


def _residual(values: Numbers, others: Numbers) -> Numbers:
    """What least squares on the others leave; 0 where they explain it but for rounding."""
    left: Numbers = values - others @ np.linalg.lstsq(others, values, rcond=None)[0]
    return np.zeros_like(left) if left @ left <= 1e-18 * float(values @ values) else left


def _jackknifed(
    x: Numbers, y: Numbers, group: NDArray[Any], r: float | None, of_one: float = 1.0
) -> "Inference | None":
    """The correlation of centred values with each patient left out in turn; None where one decides it.

    ``of_one`` is what a patient's products count where the others are centred anew.
    """
    xy, xx, yy = (np.bincount(group, product) for product in (x * y, x * x, y * y))
    rest_x, rest_y = xx.sum() - of_one * xx, yy.sum() - of_one * yy
    if (
        r is None
        or np.isnan(r)
        or 1 - abs(r) < _PERFECT
        or (np.minimum(rest_x / xx.sum(), rest_y / yy.sum()) < 1e-9).any()
    ):
        return None
    without = (xy.sum() - of_one * xy) / np.sqrt(rest_x * rest_y)
    if (1 - np.abs(without) < _PERFECT).any():
        return None
    z, k = np.arctanh(without), len(xy)
    away = z - z.mean()
    se = float(np.sqrt((k - 1) / k * (away @ away)))
    if se == 0:
        return None
    tested = t_tested(float(np.arctanh(r)), se, df_of_error(away))
    return Inference(tested.p, float(np.tanh(tested.low)), float(np.tanh(tested.high)))


def df_of_error(influence: Numbers) -> float:
    """The degrees of freedom of a standard error that is estimated from n influences with a mean of 0.

    The variance of n numbers with kurtosis k varies by 2 / (n - 1) + (k - 3) / n of its square (Cramér,
    Mathematical Methods of Statistics, 1946, 27.4); by Satterthwaite (Biometrics 1946;2:110) it has twice the
    inverse of that as degrees of freedom, at most the n - 1 of normal numbers. Where few patients decide an
    estimate they are few.
    """
    n = len(influence)
    kurtosis = n * float((influence**4).sum()) / float(influence @ influence) ** 2
    return 2 / max(2 / (n - 1) + (kurtosis - 3) / n, 2 / (n - 1))


def mid_ranks(values: Numbers) -> Numbers:
    """Ranks from 1; equal values share the mean of their ranks."""
    place, __ = pd.factorize(values, sort=True)
    counts = np.bincount(place)
    ranks: Numbers = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return ranks


def adjusted_p(p: Sequence[float | None], method: str) -> list[float | None]:
    """P-values adjusted for their family: ``holm`` or ``bh`` (Benjamini & Hochberg 1995). Missing ones
    stay missing and do not count in the family, as in R's p.adjust."""
    known = np.array([value for value in p if value is not None], dtype=np.float64)
    m = len(known)
    order = np.argsort(known, kind="stable")
    adjusted = np.empty(m)
    if method == "holm":
        adjusted[order] = np.maximum.accumulate((m - np.arange(m)) * known[order])
    else:
        scaled = m / np.arange(1, m + 1) * known[order]
        adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    values = iter(np.minimum(adjusted, 1).tolist())
    return [None if value is None else next(values) for value in p]


def _correlation(x: Numbers, y: Numbers, *, centred: bool = False) -> float:
    """Pearson's r; NaN where one of the two does not vary."""
    if len(x) < 2:
        return np.nan
    dx, dy = (x, y) if centred else (x - x.mean(), y - y.mean())
    sxx, syy = float(dx @ dx), float(dy @ dy)
    # the rest of a constant after subtracting its mean is rounding, not variation
    if sxx <= 1e-20 * float(x @ x + 1) or syy <= 1e-20 * float(y @ y + 1):
        return np.nan
    return float(dx @ dy) / float(np.sqrt(sxx * syy))


def _bonett_wright(rho: float, of: int) -> float:
    return float(np.sqrt((1 + rho**2 / 2) / of)) if of > 0 else np.inf


def _coefficient(r: float, df: int, se: float) -> Coefficient:
    from scipy.special import betainc, ndtri

    if np.isnan(r) or df < 1:
        return Coefficient(None, reason=_("no variation") if np.isnan(r) else _("too few values"))
    if 1 - abs(r) < _PERFECT:
        return Coefficient(float(np.sign(r)), p=0.0, df=df, reason=_("a perfect correlation has no interval"))
    # the two-sided tail of t with t^2 = df r^2 / (1 - r^2), exact far into the tail
    p = float(betainc(df / 2, 0.5, 1 - r * r))
    if not np.isfinite(se):
        return Coefficient(r, p=p, df=df, reason=_("too few values for an interval"))
    z, half = np.arctanh(r), float(ndtri(0.975)) * se
    return Coefficient(r, float(np.tanh(z - half)), float(np.tanh(z + half)), p, df)


@dataclass(frozen=True)
class Inference:
    """A two-sided p-value against 0 and a 95 % interval."""

    p: float
    low: float
    high: float


def t_tested(estimate: float, se: float, df: float) -> Inference:
    """By Student's t, for fractional degrees of freedom too; p is exact far into the tail."""
    from scipy.special import betainc, stdtrit

    half = float(stdtrit(df, 0.975)) * se
    p = float(betainc(df / 2, 0.5, df / (df + (estimate / se) ** 2)))
    return Inference(p, estimate - half, estimate + half)


def normal_tested(estimate: float, se: float) -> Inference:
    """By the standard normal distribution, as Wald's test; p is exact far into the tail."""
    from scipy.special import erfc

    half = _Z * se
    return Inference(float(erfc(abs(estimate / se) / np.sqrt(2))), estimate - half, estimate + half)


@dataclass(frozen=True)
class Kruskal:
    """The Kruskal–Wallis test over groups; None with the reason if it cannot be computed."""

    statistic: float | None
    df: int
    p: float | None
    epsilon_squared: float | None
    reason: str | None = None


def kruskal(values: Numbers, group: NDArray[np.int64]) -> Kruskal:
    """Kruskal–Wallis H, corrected for ties; p from chi-squared; epsilon^2 = H / (n - 1).

    ``group`` numbers the groups from 0, each with at least one value.
    Tomczak & Tomczak, Trends Sport Sci 2014;1:19 (epsilon squared).
    """
    from scipy.special import chdtrc

    n, sizes = len(values), np.bincount(group)
    df = len(sizes) - 1
    if df < 1:
        return Kruskal(None, max(df, 0), None, None, reason=_("only one group"))
    variance = _rank_variance(values)
    if variance <= 0:
        return Kruskal(None, df, None, None, reason=_("no variation"))
    means = np.bincount(group, mid_ranks(values)) / sizes
    h = float((sizes * (means - (n + 1) / 2) ** 2).sum() / variance)
    return Kruskal(h, df, float(chdtrc(df, h)), h / (n - 1))


def dunn(
    values: Numbers, group: NDArray[np.int64], pairs: Sequence[tuple[int, int]]
) -> list[tuple[float, float]]:
    """Dunn's z of group b less group a, corrected for ties, and its two-sided normal p, for each pair.

    z = (mean rank b - mean rank a) / sqrt((n (n + 1) / 12 - ties) (1 / n_a + 1 / n_b)); ranks are those of
    all groups together. Dunn, Technometrics 1964;6:241. The values must vary.
    """
    from scipy.special import ndtr

    sizes, variance = np.bincount(group), _rank_variance(values)
    means = np.bincount(group, mid_ranks(values)) / sizes
    z = [(means[b] - means[a]) / np.sqrt(variance * (1 / sizes[a] + 1 / sizes[b])) for a, b in pairs]
    return [(float(value), float(2 * ndtr(-abs(value)))) for value in z]


def _rank_variance(values: Numbers) -> float:
    n = len(values)
    ties = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float(n * (n + 1) / 12 - (ties**3 - ties).sum() / (12 * (n - 1))) if n > 1 else 0.0
