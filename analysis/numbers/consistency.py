"""The internal consistency of a scale's items: formulas on complete answers, as in psych and stats."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.numbers.formulas import Numbers
from analysis.numbers.resampled import resampled
from analysis.words import words as _

UNIQUENESS_FROM = 0.005  # factanal's bound: an item at it has no variance of its own
RESAMPLED_FROM = 50  # patients: with fewer, no interval of skewed items holds
_NOTHING = 1e-12


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha with Feldt's 95 % interval."""

    estimate: float
    low: float
    high: float


def alpha(answers: Numbers) -> Alpha | str:
    """Cronbach's alpha of n patients by k items (k at least 2), or why there is none.

    k / (k - 1) (1 - sum of the items' variances / variance of the sum). Interval from F with n - 1 and
    (n - 1)(k - 1) df: Feldt, Psychometrika 1965;30:357.
    """
    from scipy.special import fdtri

    n, k = answers.shape
    if k < 2:
        return _("a scale of one item has no alpha")
    total = float(answers.sum(axis=1).var(ddof=1))
    if total < _NOTHING:
        return _("no variation")
    estimate = k / (k - 1) * (1 - float(answers.var(axis=0, ddof=1).sum()) / total)
    df = (n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - estimate) * float(fdtri(*df, share)) for share in (0.975, 0.025))
    return Alpha(estimate, low, high)


def item_rest(answers: Numbers) -> list[float | None]:
    """Each item's correlation with the sum of the others ("corrected item-total"); None without variation."""
    total = answers.sum(axis=1)
    found: list[float | None] = []
    for column in answers.T:
        rest = total - column
        varies = column.std() > _NOTHING and rest.std() > _NOTHING
        found.append(float(np.corrcoef(column, rest)[0, 1]) if varies else None)
    return found


@dataclass(frozen=True)
class Omega:
    """McDonald's omega of the raw sum; ``low`` and ``high`` as in `alpha_interval`, or None."""

    estimate: float
    low: float | None
    high: float | None


def omega(answers: Numbers) -> Omega | str:
    """McDonald's omega total of one common factor by maximum likelihood, or why there is none.

    (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses), in the items' own units, so that it is
    of their unweighted sum, as alpha is: McDonald, Test Theory, 1999. Factor as R's ``factanal(factors = 1)``
    (Jöreskog, Psychometrika 1967;32:443) on the correlations, times the items' standard deviations. From
    three items on, and only where every item keeps variance of its own (no Heywood case).
    """
    n, k = answers.shape
    if k < 3:
        return _("one factor needs three items")
    if (answers.std(axis=0) < _NOTHING).any():
        return _("an item without variation")
    correlations: Numbers = np.asarray(np.corrcoef(answers, rowvar=False))
    if n <= k or np.linalg.eigvalsh(correlations)[0] < 1e-8:
        return _("not estimable: items that say the same, or too few patients")
    unique = _uniquenesses(correlations)
    if unique is None:
        return _("not estimable: the factor model has no solution")
    if (unique < UNIQUENESS_FROM * 1.01).any():
        return _("not estimable: an item has no variance of its own (Heywood case)")
    loadings = _loadings(correlations, unique)
    loadings = loadings * np.sign(loadings.sum())
    spread = answers.std(axis=0, ddof=1)
    common = float((loadings @ spread) ** 2)
    estimate = common / (common + float(unique @ spread**2))
    if n < RESAMPLED_FROM:
        return Omega(estimate, None, None)
    at = np.concatenate([loadings * spread, unique * spread**2])
    return Omega(estimate, *(_resampled(estimate, _omega_without_each(answers, at)) or (None, None)))


def alpha_interval(answers: Numbers, estimate: float) -> tuple[float, float] | None:
    """A 95 % interval of alpha that does not need normal items; None under 50 patients, where none holds.

    On log (1 - alpha) (Bonett, J Educ Behav Stat 2002;27:335), by the studentised bootstrap of the
    jackknife's pseudo-values, with the degrees of freedom of their error (`resampled`); None, too, where one
    or two patients decide it.
    """
    n, k = answers.shape
    if n < RESAMPLED_FROM or estimate >= 1:
        return None
    away = answers - answers.mean(axis=0)
    rest = -away / (n - 1)  # the others' mean
    own = ((away**2).sum(axis=0) - away**2 - (n - 1) * rest**2).sum(axis=1)
    total, of_rest = away.sum(axis=1), rest.sum(axis=1)
    sums = (total**2).sum() - total**2 - (n - 1) * of_rest**2
    return _resampled(estimate, np.log1p(-k / (k - 1) * (1 - own / sums)))


def _resampled(estimate: float, without: Numbers) -> tuple[float, float] | None:
    """The interval from log (1 - estimate) without each of the patients."""
    pseudo: Numbers = (len(without) - 1) * (without.mean() - without)
    found = resampled(float(np.log1p(-estimate)), pseudo)
    return None if found is None else (1 - float(np.exp(found[1])), 1 - float(np.exp(found[0])))


def _omega_without_each(answers: Numbers, at: Numbers) -> Numbers:
    """log (1 - omega) without each of the patients, one step of Newton's from the solution with all of them.

    ``at`` has the k loadings and the k uniquenesses in the items' own units. NaN where the items would keep
    no variance of their own.
    """
    n, k = answers.shape
    away = answers - answers.mean(axis=0)
    covariances = away.T @ away / (n - 1)

    def slope(parameters: Numbers) -> Numbers:
        inverse = np.linalg.inv(np.outer(parameters[:k], parameters[:k]) + np.diag(parameters[k:]))
        off = inverse - inverse @ covariances @ inverse
        return np.concatenate([2 * off @ parameters[:k], np.diag(off)])

    steps = np.diag(1e-5 * np.maximum(np.abs(at), 1e-2))
    bent = np.column_stack([(slope(at + step) - slope(at - step)) / (2 * step.sum()) for step in steps])
    inner = away @ np.linalg.inv(np.outer(at[:k], at[:k]) + np.diag(at[k:]))
    pull = np.column_stack([2 * inner * (inner @ at[:k])[:, None], inner**2])
    without = at - n / (n - 1) / (n - 2) * np.linalg.solve(bent, (pull - pull.mean(axis=0)).T).T
    common, own = without[:, :k].sum(axis=1) ** 2, without[:, k:].sum(axis=1)
    share = own / (common + own)
    found: Numbers = np.log(np.where(share > 0, share, np.nan))
    return found


def _uniquenesses(correlations: Numbers) -> Numbers | None:
    """The share of each item's variance that the factor leaves, at the maximum of the likelihood."""
    from scipy.optimize import minimize

    k = len(correlations)

    def misfit(unique: Numbers) -> tuple[float, Numbers]:
        scale = 1 / np.sqrt(unique)
        values = np.linalg.eigvalsh(correlations * np.outer(scale, scale))[:-1]
        loadings = _loadings(correlations, unique)
        implied = np.outer(loadings, loadings) + np.diag(unique)
        slope: Numbers = np.diag(implied - correlations) / unique**2
        return float((values - np.log(values)).sum()) - (k - 1), slope

    start = (1 - 0.5 / k) / np.diag(np.linalg.inv(correlations))
    # not L-BFGS-B, which spends a hundred times longer on threads than on so few numbers
    options: Any = {"ftol": 1e-14, "gtol": 1e-9, "xtol": 1e-12, "maxfun": 2000}
    bounds = [(UNIQUENESS_FROM, 1.0)] * k
    found = minimize(misfit, start, jac=True, method="TNC", bounds=bounds, options=options)
    unique: Numbers = found.x
    return unique if np.isfinite(found.fun) else None


def _loadings(correlations: Numbers, unique: Numbers) -> Numbers:
    """The items' loadings on the factor, given these uniquenesses."""
    scale = 1 / np.sqrt(unique)
    values, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
    loadings: Numbers = vectors[:, -1] * np.sqrt(max(float(values[-1]) - 1, 0.0)) / scale
    return loadings
