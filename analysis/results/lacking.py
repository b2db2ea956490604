"""The course with the age, sex and onset that some patients lack drawn again and again.

The `course` itself is of whole rows. Here its term is estimated with everybody, by generalised least squares
with the variances of the course's model: whoever is left out could otherwise bend it unseen.
"""

import numpy as np
import pandas as pd

from analysis.data.record import Record
from analysis.data.since_onset import NO_ONSET
from analysis.numbers.formulas import t_tested
from analysis.numbers.imputed import DRAWS, SEED, Covariate, imputed
from analysis.numbers.mixed import MixedModel
from analysis.numbers.rubin import pooled
from analysis.numbers.tipping import Rows, estimates_of
from analysis.results.arms import MISSING_AT_MOST
from analysis.results.course import FOLLOW_UP, ONSET, followed_up
from analysis.results.models import RANDOM_SLOPE, Answer
from analysis.words import words as _

_COVARIATES = {ONSET: "first_log10_years", "age": "age", "female": "female"}


def may_be_drawn(table: pd.DataFrame) -> pd.Series:
    """The rows of ``scored`` with a score whose patient has a time since onset, known or not."""
    left_out = table["first_left_out"]
    found: pd.Series = table["value"].notna() & (left_out.isna() | (left_out == NO_ONSET))
    return found


def of_everybody(rows: pd.DataFrame, answer: Answer) -> Record | None:
    """The term of the years since the first visit with everybody's rows; None where nobody lacks anything.

    Each patient's age, sex and onset are drawn once in each of ``draws``, from the patient's first and mean
    score, number of visits and mean time (`analysis.numbers.imputed`), and the draws are pooled by Rubin's
    rules. Not where more than 20 % of the patients lack one, or the course has no estimate.

    Args:
        rows: of one scale, as ``may_be_drawn`` chooses them. answer: the course's, of the whole ones.

    Returns:
        ``estimate, low, high, imputed`` (patients), ``draws, seed, reason``.
    """
    lacking = rows[list(_COVARIATES.values())].isna().any(axis=1)
    if not lacking.any():
        return None
    patients = int(rows.loc[lacking, "patient"].nunique())
    empty: Record = {**dict.fromkeys(("estimate", "low", "high", "draws", "seed")), "imputed": patients}
    if patients > MISSING_AT_MOST * rows["patient"].nunique():
        return {**empty, "reason": _("a covariate is missing in more than 20 % of the patients")}
    if answer.mixed is None or FOLLOW_UP not in answer.fitted:
        return {**empty, "reason": answer.reason or _("not estimable")}
    estimate, se, df = _pooled(rows, answer, answer.mixed)
    tested = t_tested(estimate, se, df)
    numbers = {"estimate": estimate, "low": tested.low, "high": tested.high}
    return {**empty, **numbers, "draws": DRAWS, "seed": SEED, "reason": None}


def _pooled(rows: pd.DataFrame, answer: Answer, model: MixedModel) -> tuple[float, float, float]:
    patient = pd.factorize(rows["patient"])[0]
    y, time = rows["value"].to_numpy(np.float64), followed_up(rows).to_numpy(np.float64)
    first = np.unique(patient, return_index=True)[1]
    visits = np.bincount(patient)
    known = (y[first], np.bincount(patient, y) / visits, visits, np.bincount(patient, time) / visits)
    drawn = imputed(
        [
            Covariate(rows[column].to_numpy(np.float64)[first], binary=name == "female")
            for name, column in _COVARIATES.items()
        ],
        np.column_stack(known),
    )
    names = list(answer.fitted)
    designs = np.ones((len(drawn), len(y), len(names)))
    designs[:, :, names.index(FOLLOW_UP)] = time
    for at, name in enumerate(_COVARIATES):
        if name in names:
            designs[:, :, names.index(name)] = drawn[:, patient, at]
    z = np.column_stack([np.ones(len(y)), *([time] if answer.model == RANDOM_SLOPE else [])])
    laid = Rows(y, designs[0], z, patient)
    estimates, errors = estimates_of(laid, designs, model.random_covariance, model.sigma)
    term = names.index(FOLLOW_UP)
    df = answer.fitted[FOLLOW_UP][2]
    of_term = zip(estimates[:, term].tolist(), errors[:, term].tolist(), strict=True)
    return pooled([(estimate, error, df) for estimate, error in of_term])
