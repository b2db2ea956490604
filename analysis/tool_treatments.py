"""The analyses of treatments as functions of a study: a part of `analysis.tool`."""

from collections.abc import Sequence

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.results.findings import Findings


def frame_of(records: Sequence[Record]) -> pd.DataFrame:
    """The records as rows; those on all patients have ``stratum`` ``all``."""
    return pd.DataFrame([{"stratum": "all", **one} for one in records])


def treatment_comparison(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """Scores with and without a family of treatments, as a sequence of target trials.

    Returns
    -------
    DataFrame
        ``stratum, history, family, scale, n_exposed, n_compared, estimate, low, high, p, p_adjusted, e_value,
        smd_before, balance_outside, reason, …``

    Notes
    -----
    Overlap weights (Li and others, J Am Stat Assoc 2018;113:390), weighted least squares, errors CR2.

    In R: ``glm(exposed ~ ..., binomial)``, ``lm(post ~ exposed + ..., weights = w)``,
    ``clubSandwich::coef_test``.

    Examples
    --------
    >>> {"family", "estimate", "reason"} <= set(analysis.treatment_comparison(study))
    True
    """
    return frame_of(Findings.of(study, suppress_under).treatment_comparison)


def responders(study: StudyFrames, *, suppress_under: int = 0) -> pd.DataFrame:
    """The shares of both arms of each treatment comparison that changed by at least so many points.

    Returns
    -------
    DataFrame
        ``stratum, family, scale, way, points, threshold, share_exposed, share_compared, difference, low,
        high, reason, …``; no row where no comparison can be estimated

    Notes
    -----
    Weighted by the overlap weights of the comparison; the difference at a published change by weighted least
    squares on its covariates, errors CR2 by patient. It tells no direction by itself.

    In R: ``weighted.mean(gain >= points, w)``, ``lm(as.numeric(gain >= points) ~ exposed + ...,
    weights = w)``, ``clubSandwich::coef_test``.

    Examples
    --------
    >>> set(analysis.responders(study).get("way", [])) <= {"better", "worse"}
    True
    """
    return frame_of(Findings.of(study, suppress_under).responders)
