"""Both arms of a comparison of treatments, with the covariates that some patients lack drawn again and again.

Age, sex and onset are facts of a patient, so they are drawn once for each patient and draw, from the means of
the patient's index visits (as ``2lonly.norm`` of R's ``mice``). The score after them is among these: without
the outcome, drawn values would hide what it has to do with them (Moons and others, J Clin Epidemiol
2006;59:1092).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.since_onset import DAYS_PER_YEAR
from analysis.numbers.formulas import Numbers
from analysis.numbers.imputed import Covariate, imputed
from analysis.numbers.rubin import pooled
from analysis.numbers.weighted import (
    Coefficient,
    effective_size,
    overlap_weights,
    standardised_difference,
    weighted,
)
from analysis.results.trials import COVARIATES
from analysis.words import words as _

MISSING_AT_MOST = 0.2
NOBODY_BEGAN = _("begun before the first questionnaire, or nobody began it and answered after")


@dataclass(frozen=True)
class Whole:
    """One draw: the covariates of all index visits, and as columns x with one of ones."""

    exposed: NDArray[np.bool_]
    values: Mapping[str, Numbers]
    x: Numbers

    @cached_property
    def weights(self) -> Numbers:
        """The overlap weights; raises ``NotEstimable`` where nobody in one arm resembles the other."""
        return overlap_weights(self.exposed, self.x)


@dataclass(frozen=True)
class Arms:
    """The followed index visits of both arms, drawn when the first number is asked for.

    Without a gap in the covariates there is one draw.
    """

    exposed: NDArray[np.bool_]
    patient: NDArray[Any]
    post: Numbers
    rows: pd.DataFrame
    imputed: int  # patients who lack a covariate
    draw: Callable[[], tuple[Whole, ...]]
    _differences: dict[tuple[str, bool], float | None] = field(default_factory=dict)  # told already

    @cached_property
    def draws(self) -> tuple[Whole, ...]:
        return self.draw()

    def ess(self, arm: NDArray[np.bool_]) -> float:
        """How many equally weighted visits this arm is worth, on average over the draws."""
        return float(np.mean([effective_size(one.weights[arm]) for one in self.draws]))

    def average(self, values: Numbers, arm: NDArray[np.bool_]) -> float:
        """The weighted mean of this arm, on average over the draws."""
        return float(np.mean([np.average(values[arm], weights=one.weights[arm]) for one in self.draws]))

    def difference(self, outcome: Numbers) -> Coefficient:
        """Exposed less compared, adjusted: of each draw by weighted least squares, then by Rubin's rules.

        Raises:
            NotEstimable: of one draw, at least.
        """
        arm = self.exposed.astype(float)
        found = [
            weighted(outcome, np.column_stack([arm, one.x]), one.weights, self.patient, 0)
            for one in self.draws
        ]
        return Coefficient(*pooled([(one.estimate, one.se, one.df) for one in found]))

    def apart(self, name: str, *, balanced: bool) -> float | None:
        """The standardised difference of one covariate, before or after weighting; of sites the largest.

        Of covariates outside the model only known values count.
        """
        if (name, balanced) not in self._differences:
            self._differences[name, balanced] = self._of(name, balanced)
        return self._differences[name, balanced]

    def _of(self, name: str, balanced: bool) -> float | None:
        if name in COVARIATES:
            return self._apart([one.values[name] for one in self.draws], balanced)
        if name != "site":
            return self._same(self.rows[name].to_numpy(np.float64), balanced)
        sites = self.rows["site"].to_numpy()
        found = [self._same((sites == site).astype(float), balanced) for site in sorted(set(sites))]
        return max((one for one in found if one is not None), key=abs, default=None)

    def within_sites(self, columns: Numbers) -> "Arms":
        """The same with these columns, of sites, among the covariates."""
        draws = tuple(Whole(one.exposed, one.values, np.column_stack([one.x, columns])) for one in self.draws)
        return replace(self, draw=lambda: draws, _differences={})

    def _same(self, values: Numbers, balanced: bool) -> float | None:
        """The difference of what no draw changes: before weighting it is that of any one."""
        if balanced:
            return self._apart([values] * len(self.draws), balanced)
        return standardised_difference(values, self.exposed, np.ones(len(values)))

    def _apart(self, values: Sequence[Numbers], balanced: bool) -> float | None:
        alike = np.ones(len(self.exposed))
        found = [
            standardised_difference(of_draw, self.exposed, one.weights if balanced else alike)
            for of_draw, one in zip(values, self.draws, strict=True)
        ]
        told = [one for one in found if one is not None]
        return float(np.mean(told)) if len(told) == len(found) else None


def made(rows: pd.DataFrame) -> Arms | str:
    """The arms of these index visits (see ``trials``), or why there are none.

    Left out are visits of a palsy that has no time since onset (from birth, before onset, of both sides, of
    several): nothing is drawn there.
    """
    arm, post, number = (rows[name].to_numpy(np.float64) for name in ("exposed", "post", "number"))
    at = np.flatnonzero(~np.isnan(arm) & ~np.isnan(post))
    if not (arm[at] == 1).any():
        return NOBODY_BEGAN
    at = at[_in_both(number[at], arm[at] == 1)]
    if not len(at):
        return _("nobody to compare")
    values = rows[list(COVARIATES)].to_numpy(np.float64, na_value=np.nan)
    if np.isnan(values[at]).any(axis=1).mean() > MISSING_AT_MOST:
        return _("a covariate is missing in more than 20 % of the visits")
    at = at[rows["may_be_drawn"].to_numpy(bool)[at]]
    at = at[_in_both(number[at], arm[at] == 1)]
    if not len(at):
        return _("nobody to compare")
    placed, exposed, values = rows.iloc[at], arm[at] == 1, values[at]
    lacking = np.isnan(values).any(axis=1)
    numbers = np.unique(number[at])[1:]
    indicators = (number[at][:, None] == numbers).astype(float)

    def draw() -> tuple[Whole, ...]:
        drawn = _completed(placed) if lacking.any() else [values]
        varying = np.ptp(drawn, axis=1).min(axis=0) > 0
        return tuple(
            Whole(exposed, dict(zip(COVARIATES, one.T, strict=True)), _columns(indicators, one[:, varying]))
            for one in drawn
        )

    # numbers sort faster than texts
    patient = np.unique(placed["patient"].to_numpy(), return_inverse=True)[1]
    return Arms(exposed, patient, post[at], placed, len(np.unique(patient[lacking])), draw)


def _columns(indicators: Numbers, values: Numbers) -> Numbers:
    centred = (values - values.mean(axis=0)) / values.std(axis=0)
    return np.column_stack([np.ones(len(values)), indicators, centred])


def _in_both(number: Numbers, exposed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether both arms have someone at the visit's number."""
    return np.isin(number, np.intersect1d(number[exposed], number[~exposed]))


def _completed(rows: pd.DataFrame) -> Sequence[Numbers]:
    """The covariates of each index visit, by draw."""
    _codes, first, of = np.unique(rows["patient"].to_numpy(), return_index=True, return_inverse=True)
    table = rows[list(COVARIATES)].to_numpy(np.float64, na_value=np.nan)
    told = np.column_stack([table, rows[["exposed", "post", "number"]].to_numpy(np.float64)])
    onset, age, female = (COVARIATES.index(name) for name in ("log10_onset_years", "age", "female"))
    limits = rows[["onset_from", "onset_to"]].to_numpy(np.float64)[first]
    of_patients = imputed(
        [
            Covariate(table[first, onset], low=limits[:, 0], high=limits[:, 1]),
            Covariate(table[first, age]),
            Covariate(table[first, female], binary=True),
        ],
        np.delete(_means(told, of), [onset, age, female], axis=1),
    )
    day = rows["completed_on"].to_numpy("datetime64[D]").astype(np.int64)
    later = (day - day[first][of]) / DAYS_PER_YEAR
    found = []
    for one in of_patients:
        whole = table.copy()
        drawn = np.column_stack([np.log10(10 ** one[of, 0] + later), one[of, 1:]])
        for at, values in zip((onset, age, female), drawn.T, strict=True):
            gap = np.isnan(whole[:, at])
            whole[gap, at] = values[gap]
        found.append(whole)
    return found


def _means(values: Numbers, of: NDArray[np.int64]) -> Numbers:
    sums = np.zeros((int(of.max()) + 1, values.shape[1]))
    np.add.at(sums, of, values)
    means: Numbers = sums / np.bincount(of)[:, None]
    return means
