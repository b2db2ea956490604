"""Each scale described at the patients' first and last score: centre, spread, floor and ceiling."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.guards import SUPPRESS_UNDER, count_text, is_small
from analysis.numbers.means import mean_interval
from analysis.words import words as _

End = Literal["first", "last"]
ENDS: tuple[End, End] = ("first", "last")
_ROUNDING = 1e-9


def descriptives(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """Every scale at each patient's first and last visit with a score of it.

    ``missing`` counts patients who answered the questionnaire but never have a score of the scale; their
    stratum is that of their first or last answer. ``floor`` and ``ceiling`` are the shares at the lowest
    and highest attainable value, ``at_best`` and ``at_worst`` the same by the scale's direction. A cell
    of fewer than ``suppress_under`` patients is hidden.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Records on all patients, then by stratum at that visit: ``scale, visit, n, missing, mean, sd``, the
        quartiles ``median, q1, q3`` (type 7), ``low, high`` (of the mean, by t, from 10 patients on),
        ``low_skewed, high_skewed`` (the same, for few skewed scores), ``min, max, floor, ceiling, at_best,
        at_worst``; of a scale that piles up at its lowest value, also ``above_floor, median_above_floor``.
    """
    narrow = table[["patient", "scale", "value", "stratum"]]
    ends = [
        (scale, visit, _end(narrow[narrow["scale"] == scale], visit))
        for scale in scale_info
        for visit in ENDS
    ]
    return [
        _record(end, scale, visit, scale_info[scale], stratum, suppress_under)
        for stratum in (None, *STRATA)
        for scale, visit, end in ends
    ]


def summary(values: NDArray[np.float64]) -> dict[str, float | None]:
    """Mean, sd (n - 1) and quartiles (R's type 7) of the values that are present; None if there are none."""
    if not len(values):
        return dict.fromkeys(("mean", "sd", "median", "q1", "q3"))
    q1, median, q3 = _quartiles(values)
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return {"mean": float(values.mean()), "sd": sd, "median": median, "q1": q1, "q3": q3}


def interval_record(values: NDArray[np.float64]) -> Record:
    """The intervals of the mean of the values, as fields of a record; None under 10 of them."""
    found = mean_interval(values)
    names = ("low", "high", "low_skewed", "high_skewed")
    return {name: None if found is None else getattr(found, name) for name in names}


def _quartiles(values: NDArray[np.float64]) -> list[float]:
    """As np.quantile to the last digit; that takes ten times as long for few values."""
    ordered = np.sort(values)
    last = len(values) - 1
    found = []
    for share in (0.25, 0.5, 0.75):
        below = int(share * last)
        beyond = share * last - below
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        found.append(low + (high - low) * beyond if beyond < 0.5 else high - (high - low) * (1 - beyond))
    return found


def _end(rows: pd.DataFrame, visit: End) -> pd.DataFrame:
    """One row per patient: the first or last scored row, or an unscored one if the patient has no score."""
    scored = rows[rows["value"].notna()]
    never = rows[~rows["patient"].isin(scored["patient"])]
    return pd.concat([scored, never]).drop_duplicates("patient", keep=visit)


def _record(
    end: pd.DataFrame, scale: str, visit: str, info: ScaleInfo, stratum: str | None, suppress_under: int
) -> Record:
    rows = end if stratum is None else end[end["stratum"] == stratum]
    value = rows["value"].to_numpy(np.float64)
    known = value[~np.isnan(value)]
    n, small = len(known), is_small(len(known), suppress_under)
    shown = known[:0] if small else known
    at_low, at_high = _share(shown, info.low), _share(shown, info.high)
    higher_better = info.direction == "higher_better"
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "scale": scale,
        "visit": visit,
        "n": None if small else n,
        "n_text": count_text(n, suppress_under),
        "patients": None if small else n,
        "responses": None if small else n,
        "missing": len(value) - n,
        **summary(shown),
        **interval_record(shown),
        "min": float(shown.min()) if len(shown) else None,
        "max": float(shown.max()) if len(shown) else None,
        "floor": at_low,
        "ceiling": at_high,
        "at_best": at_high if higher_better else at_low,
        "at_worst": at_low if higher_better else at_high,
        **_above_floor(shown, info, suppress_under),
        "suppressed": small,
        "reason": _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        if small
        else None
        if n
        else _("no score"),
    }


def _above_floor(values: NDArray[np.float64], info: ScaleInfo, suppress_under: int) -> Record:
    """The share above the lowest value and the median of those, if scores pile up at it."""
    piles = info.piles_up and len(values) > 0
    above = values[values > info.low + _ROUNDING]
    told = piles and len(above) > 0 and not is_small(len(above), suppress_under)
    return {
        "above_floor": len(above) / len(values) if piles else None,
        "median_above_floor": float(np.median(above)) if told else None,
    }


def _share(values: NDArray[np.float64], attainable: float) -> float | None:
    return float((np.abs(values - attainable) < _ROUNDING).mean()) if len(values) else None
