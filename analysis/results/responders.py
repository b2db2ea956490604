"""How many gained how much, with a family of treatments and without: the whole distribution of change.

A share of responders at one threshold hides all others, and by itself tells nothing of a treatment: both arms
are those of `analysis.results.comparison`, weighted to be alike before.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.data.change import OF_ONE_PERSON, ROUNDING
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.numbers.formulas import Numbers, t_tested
from analysis.numbers.guards import HIDDEN, IMPRECISE_BELOW, SUPPRESS_UNDER, is_small
from analysis.numbers.likelihood import NotEstimable
from analysis.results.arms import Arms
from analysis.results.comparison import compared_arms

STEPS = 20  # of the curve, over the length of the scale
BETTER, WORSE = "better", "worse"
_DIFFERENCE = ("difference", "se", "df", "low", "high")


def responders(
    frames: StudyFrames, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The weighted shares of both arms that changed by at least so many points from the index visit on.

    Of every comparison of patients with earlier scores that could be estimated, with its weights. ``way`` is
    ``better`` or ``worse`` and ``points`` are counted in that direction; a change of exactly the points
    counts. The curve is of ``better`` at steps of a twentieth of the scale (points below 0: not worse by more
    than that). For each published change of one person, whose kind is ``threshold``, follow both ways with
    the difference of the shares, exposed less compared: weighted least squares on the covariates of the
    comparison, errors CR2 by patient, t interval. It has no p: a threshold is the comparison again, with less
    in it. A share with a few patients on either side of it is hidden.

    Returns:
        Records on all patients, then by the stratum of the index visit: ``family, scale, way, points,
        threshold, source, share_exposed, share_compared, difference, se, df, low, high``, the patients of
        both arms and ``imprecise``.
    """
    return [
        {**({} if stratum is None else {"stratum": stratum}), "family": family, "scale": scale, **one}
        for (stratum, scale, family), arms in compared_arms(frames, scale_info, suppress_under).items()
        for one in _of_arms(arms, scale_info[scale], suppress_under)
    ]


def _of_arms(arms: Arms, info: ScaleInfo, suppress_under: int) -> Iterator[Record]:
    sign = 1 if info.direction == "higher_better" else -1
    gain = sign * (arms.post - arms.rows["pre"].to_numpy(np.float64))
    patients = {
        f"patients_{name}": len(np.unique(arms.patient[of]))
        for name, of in (("exposed", arms.exposed), ("compared", ~arms.exposed))
    }
    shared = {
        **patients,
        "patients": len(np.unique(arms.patient)),
        "responses": 2 * len(arms.patient),
        "imprecise": min(patients.values()) < IMPRECISE_BELOW,
    }
    of_one = [one for one in info.thresholds if one.kind in OF_ONE_PERSON]
    length = info.high - info.low
    for points in _curve(gain, length / STEPS):
        start = {"way": BETTER, "points": points, "threshold": None, "source": None}
        shares = _shares(arms, gain >= points - ROUNDING, suppress_under)
        yield {**start, **shares, **dict.fromkeys(_DIFFERENCE), **shared}
    for threshold in of_one:
        for way, turned in ((BETTER, gain), (WORSE, -gain)):
            reached = turned >= threshold.value - ROUNDING
            shares = _shares(arms, reached, suppress_under)
            difference = dict.fromkeys(_DIFFERENCE) if shares["reason"] else _difference(arms, reached)
            start = {"way": way, "points": threshold.value, "threshold": threshold.kind}
            yield {**start, "source": threshold.source, **shares, **difference, **shared}


def _curve(gain: Numbers, step: float) -> list[float]:
    """Whole steps from below the smallest gain to above the largest."""
    first, last = int(np.floor(gain.min() / step)), int(np.ceil(gain.max() / step))
    return [number * step for number in range(first, last + 1)]


def _shares(arms: Arms, reached: NDArray[np.bool_], suppress_under: int) -> Record:
    found: Record = {}
    reason = None
    for name, of in (("exposed", arms.exposed), ("compared", ~arms.exposed)):
        sides = (len(np.unique(arms.patient[of & side])) for side in (reached, ~reached))
        if any(is_small(count, suppress_under) for count in sides):
            found[f"share_{name}"], reason = None, HIDDEN
        else:
            found[f"share_{name}"] = arms.average(reached.astype(float), of)
    return {**found, "reason": reason}


def _difference(arms: Arms, reached: NDArray[np.bool_]) -> dict[str, Any]:
    try:
        found = arms.difference(reached.astype(float))
    except NotEstimable as refusal:
        return {**dict.fromkeys(_DIFFERENCE), "reason": str(refusal)}
    tested = t_tested(found.estimate, found.se, found.df)
    return dict(zip(_DIFFERENCE, (found.estimate, found.se, found.df, tested.low, tested.high), strict=True))
