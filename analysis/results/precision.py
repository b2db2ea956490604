"""How many patients a study needs for an interval of a given half-width, with what its own scores vary by."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.guards import IMPRECISE_BELOW
from analysis.numbers.precision import of_several, patients_for_difference, patients_for_mean
from analysis.results.models import Question, random_intercept
from analysis.words import words as _

TOO_FEW = _("fewer than %(imprecise_below)s patients with two scores", imprecise_below=IMPRECISE_BELOW)
_NUMBERS = ("sd", "icc", "mean", "difference", "change")


def precision(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, half_width: float, visits: int = 1
) -> list[Record]:
    """The patients that a 95 % interval of at most that half-width needs, by scale and stratum.

    Spread and intraclass correlation are those of ``score ~ 1 + (1 | patient)`` over all visits, REML, from
    30 patients with two scores on. ``mean``: of patients' means over so many ``visits``; ``difference``: in
    each of two groups, of those means; ``change``: of the change from one visit to another, whose spread is
    sd × √(2 (1 - icc)).

    Args:
        table: the result of ``analysis.data.frame.scored``.
        half_width: in points of the scale.
        visits: how many scores of each patient count for the mean.

    Returns:
        Records on all patients, then by stratum: ``scale, half_width, visits, patients, sd, icc, mean,
        difference, change``; None where a million would not do.

    Raises:
        ValueError: the half-width is not above 0, or there is no visit.
    """
    if not half_width > 0 or visits < 1:
        raise ValueError(_("A half-width lies above 0, and at least one visit counts."))
    known = table[table["value"].notna()]
    return [
        {
            **({} if stratum is None else {"stratum": stratum}),
            "scale": scale,
            "half_width": half_width,
            "visits": visits,
            **_needed(rows[rows["scale"] == scale], info, half_width, visits),
        }
        for stratum in (None, *STRATA)
        for rows in [known if stratum is None else known[known["first_stratum"] == stratum]]
        for scale, info in scale_info.items()
        if (rows["scale"] == scale).any()
    ]


def _needed(rows: pd.DataFrame, info: ScaleInfo, half_width: float, visits: int) -> Record:
    twice = int((rows["patient"].astype(str).value_counts() >= 2).sum())
    if twice < IMPRECISE_BELOW:
        return {"patients": twice, **dict.fromkeys(_NUMBERS), "reason": TOO_FEW}
    found = random_intercept(Question.of(rows["value"], rows["patient"], {}, info))
    if found.mixed is None or found.reason is not None:
        return {"patients": twice, **dict.fromkeys(_NUMBERS), "reason": found.reason}
    between, within = float(found.mixed.random_covariance[0, 0]), found.mixed.sigma**2
    sd, icc = float(np.sqrt(between + within)), between / (between + within)
    of_mean = of_several(sd, icc, visits)
    return {
        "patients": twice,
        "sd": sd,
        "icc": icc,
        "mean": patients_for_mean(of_mean, half_width),
        "difference": patients_for_difference(of_mean, half_width),
        "change": patients_for_mean(sd * float(np.sqrt(2 * (1 - icc))), half_width),
        "reason": None,
    }
