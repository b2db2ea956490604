"""Ordinary least squares with errors that hold where the spread differs between values."""

from dataclasses import dataclass

import numpy as np

from analysis.numbers.formulas import Numbers

_RANK = 1e-9  # a smaller singular value, relative to the largest, is rounding
_ALONE = 1e-9  # 1 less the leverage below which one value alone decides a coefficient


@dataclass(frozen=True)
class Fit:
    """One entry per column of x; t tests and intervals have ``df`` degrees of freedom."""

    estimate: Numbers
    se: Numbers
    df: int


def hc3(y: Numbers, x: Numbers) -> Fit | str:
    """``y ~ x`` by least squares with HC3 errors, or why it cannot be estimated.

    (X'X)^-1 X' diag(e^2 / (1 - h)^2) X (X'X)^-1; df = n - p. MacKinnon & White, J Econometrics 1985;29:305;
    Long & Ervin, Am Stat 2000;54:217. As ``vcovHC(type = "HC3")`` of sandwich in R.

    Args:
        y: n values, complete. x: n by p with its column of ones.
    """
    n, p = x.shape
    size = np.linalg.norm(x, axis=0)
    if n <= p or (size == 0).any():
        return "not estimable: too few values"
    q, r = np.linalg.qr(x / size)
    singular = np.linalg.svd(r, compute_uv=False)
    if singular[-1] < _RANK * singular[0]:
        return "not estimable: the terms say the same"
    leverage = (q**2).sum(axis=1)
    if (1 - leverage < _ALONE).any():
        return "not estimable: one patient alone decides a term"
    back = np.linalg.inv(r) / size[:, None]
    estimate = back @ (q.T @ y)
    part = (back @ q.T) * ((y - x @ estimate) / (1 - leverage))
    se = np.sqrt((part**2).sum(axis=1))
    if (se < 1e-12 * (np.abs(estimate) + 1)).any():
        return "not estimable: no variation left"
    return Fit(estimate, se, n - p)
