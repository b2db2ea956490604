"""A term of a model that may bend: a natural spline in place of a line, if there are enough patients."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analysis.numbers.formulas import Numbers, t_tested
from analysis.numbers.guards import overfull
from analysis.numbers.smooth import natural_basis
from analysis.results.models import Question, cluster_robust, random_intercept

STRAIGHT: Numbers = np.zeros(2)  # the knots without a bend


def bent(question: Question, term: str) -> Iterator[tuple[Question, Numbers]]:
    """The question with two bends in the term, then with one, where 15 patients per coefficient allow.

    The term starts at 0. Knots (first, inner, last) are quantiles of its values above 0; the added columns
    are named after the term, and are 0 where it is 0.
    """
    values = question.terms[term]
    above = values[values > 0]
    for bends in (2, 1):
        if len(np.unique(above)) <= 2 * bends or overfull(question.patients, 1 + len(question.terms) + bends):
            continue
        knots = np.quantile(above, np.linspace(0, 1, bends + 2))
        knots[0] = 0.0
        if len(np.unique(knots)) == len(knots):
            yield replace(question, terms={**question.terms, **columns(term, values, knots)}), knots


def columns(term: str, values: Numbers, knots: Numbers) -> dict[str, Numbers]:
    """The columns of the spline beside the straight one."""
    if len(knots) == len(STRAIGHT):
        return {}
    found = (natural_basis(values, knots) - natural_basis(np.zeros(1), knots))[:, 2:]
    return {f"{term}, bend {at}": column for at, column in enumerate(found.T, start=1)}


def uneven(question: Question, term: str) -> float | None:
    """The p-value of no bend in the term; None if it cannot be estimated.

    Each bend by its cluster-robust error (CR2), the smaller p doubled where there are two (Bonferroni).
    """
    for wider, knots in bent(question, term):
        intercept = random_intercept(wider).mixed
        if intercept is not None:
            fitted = cluster_robust(wider, intercept).fitted
            added = [name for name in columns(term, np.zeros(1), knots) if name in fitted]
            p = [t_tested(*fitted[name]).p for name in added]
            return min(1.0, len(p) * min(p)) if p else None
    return None
