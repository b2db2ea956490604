"""How far two measurements of the same patients agree: the intraclass correlation and the error of one."""

from dataclasses import dataclass

import numpy as np

from analysis.numbers.formulas import Numbers
from analysis.words import words as _

_BOTH = 1.96 * np.sqrt(2)  # of the error of one, for 95 % of differences of two


@dataclass(frozen=True)
class Agreement:
    """ICC(2,1) with its 95 % interval; ``sem`` is the error of one measurement, ``sdc`` of a difference."""

    icc: float
    low: float
    high: float
    sem: float
    sdc: float


def agreement(values: Numbers) -> Agreement | str:
    """Of n patients by k measurements (complete), or why there is none.

    Two-way random effects, absolute agreement, one measurement: with the mean squares of patients R, of
    measurements C and of the rest E, (R - E) / (R + (k - 1) E + k (C - E) / n); interval by F: Shrout &
    Fleiss, Psychol Bull 1979;86:420; McGraw & Wong, Psychol Methods 1996;1:30. As R's ``psych::ICC``.
    ``sem`` is sqrt(E + max(0, (C - E) / n)), ``sdc`` 1.96 sqrt(2) sem: de Vet and others, J Clin Epidemiol
    2006;59:1033.
    """
    from scipy.special import fdtri

    n, k = values.shape
    mean = values.mean()
    of_patients = k * float(((values.mean(axis=1) - mean) ** 2).sum()) / (n - 1)
    of_times = n * float(((values.mean(axis=0) - mean) ** 2).sum()) / (k - 1)
    whole = float(((values - mean) ** 2).sum())
    rest = (whole - of_patients * (n - 1) - of_times * (k - 1)) / ((n - 1) * (k - 1))
    if not (of_patients > 1e-12 and rest > 1e-12):
        return _("no variation")
    icc = (of_patients - rest) / (of_patients + (k - 1) * rest + k * (of_times - rest) / n)
    ratio = of_times / rest
    inner = n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (k * icc * ratio + inner) ** 2 / ((n - 1) * (k * icc * ratio) ** 2 + inner**2)
    lower, upper = float(fdtri(n - 1, df, 0.975)), float(fdtri(df, n - 1, 0.975))
    beside = k * of_times + (k * n - k - n) * rest
    low = n * (of_patients - lower * rest) / (lower * beside + n * of_patients)
    high = n * (upper * of_patients - rest) / (beside + n * upper * of_patients)
    sem = float(np.sqrt(rest + max(0.0, (of_times - rest) / n)))
    return Agreement(icc, low, high, sem, float(_BOTH) * sem)
