"""The site in a model: what patients of the same site show, beside what all show.

Sites enter as fixed terms. They are few, so that a variance of theirs could hardly be estimated, and fixed
ones hold then (McNeish & Stapleton, Multivariate Behav Res 2016;51:495). Patients were not assigned to a site
at random: a random intercept would leave in the estimate how sites differ from each other. It pays in trials
with many small centres (Kahan & Morris, Stat Med 2013;32:1136); so small ones are one site here.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.record import Record
from analysis.numbers.formulas import Numbers, t_tested
from analysis.numbers.guards import COEFFICIENT_FROM
from analysis.numbers.smooth import full_rank
from analysis.results.models import Question

Fitted = Mapping[str, tuple[float, float, float]]
_WITHIN = ("estimate", "se", "df", "low", "high")


def two_sites(sizes: NDArray[np.int64]) -> bool:
    """Whether so many patients came to two sites that these can be told apart."""
    return int((sizes >= COEFFICIENT_FROM).sum()) > 1


def site_space(site: pd.Series, patient: NDArray[Any]) -> Numbers | None:
    """Sites as columns, orthonormal and each with a mean of 0; None unless two sites have 10 patients.

    Sites with fewer are one, as are rows without a site.
    """
    codes = pd.factorize(site, use_na_sentinel=False)[0]
    sizes = np.bincount(codes[np.unique(patient, return_index=True)[1]])
    if not two_sites(sizes):
        return None
    large = np.flatnonzero(sizes >= COEFFICIENT_FROM)
    columns = (codes[:, None] == large).astype(np.float64)  # the rest, if any, has none of its own
    return full_rank(columns - columns.mean(axis=0))


def within_sites(
    question: Question, columns: Numbers | None, answered: Callable[[Question], Fitted]
) -> Mapping[str, Record]:
    """Of each term estimate, error and interval with the site in the model, as fields ``…_within_sites``.

    All are missing without sites to tell apart, or where the model cannot be estimated.

    Args:
        columns: the result of `site_space`.
        answered: estimate, error and degrees of freedom of the terms of a question.
    """
    found: Fitted = {}
    if columns is not None and question.refused is None:
        beside = columns if question.adjusting is None else np.column_stack([question.adjusting, columns])
        found = answered(replace(question, adjusting=full_rank(beside)))
    told: dict[str, Record] = {}
    for term in question.terms:
        told[term] = of_sites(*found[term]) if term in found else of_sites()
    return told


def of_sites(estimate: float | None = None, se: float = 0.0, df: float = 0.0) -> Record:
    """Estimate, error and interval as fields ``…_within_sites``; all missing without an estimate."""
    if estimate is None:
        return dict.fromkeys(f"{name}_within_sites" for name in _WITHIN)
    tested = t_tested(estimate, se, df)
    numbers = (estimate, se, df, tested.low, tested.high)
    return {f"{name}_within_sites": value for name, value in zip(_WITHIN, numbers, strict=True)}
