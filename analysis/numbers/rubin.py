"""One estimate of several data sets in which what is missing was drawn: Rubin's rules."""

from collections.abc import Sequence

import numpy as np

from analysis.numbers.formulas import Numbers


def pooled(found: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Estimate, error and degrees of freedom of all draws together, as R's ``mice::pool``.

    Rubin, Multiple Imputation for Nonresponse in Surveys, Wiley 1987. The degrees of freedom of complete data
    are the mean of the draws'.

    Args:
        found: of each draw its estimate, error and degrees of freedom. One draw stays as it is.
    """
    if len(found) == 1:
        return found[0]
    estimates, errors, freedom = (np.array(values) for values in zip(*found, strict=True))
    within, between = float((errors**2).mean()), more(estimates)
    df = barnard_rubin(within, between, float(freedom.mean()), len(found))
    return float(estimates.mean()), float(np.sqrt(within + between)), df


def more(estimates: Numbers) -> float:
    """The variance that drawing adds, with what so few draws leave open."""
    return float(estimates.var(ddof=1)) * (1 + 1 / len(estimates))


def barnard_rubin(within: float, between: float, complete: float, draws: int) -> float:
    """Degrees of freedom of a small sample (Barnard and Rubin, Biometrika 1999;86:948).

    Args:
        within: the variance of one draw's estimate. between: the result of ``more``.
        complete: degrees of freedom where nothing is missing.
    """
    lost = between / (within + between)
    observed = (complete + 1) / (complete + 3) * complete * (1 - lost)
    if lost < 1e-12:
        return observed
    old = (draws - 1) / lost**2
    return old * observed / (old + observed)
