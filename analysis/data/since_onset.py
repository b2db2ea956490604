"""The time since onset of each row of a table, and the rows that time analyses leave out.

`analysis.data.onset` does the same for one date at a time.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.coded import coded
from analysis.data.onset import ACUTE_BELOW_DAYS, CAUSES_FROM_BIRTH
from analysis.words import words as _

DAYS_PER_YEAR = 365.25
STRATA = ("acute", "chronic", "unknown")
NO_ONSET, TOO_IMPRECISE = _("no onset known"), _("onset too imprecise")
LEFT_OUT_REASONS = (
    _("from birth"),
    _("before onset"),
    _("both sides"),
    _("more than one palsy"),
    NO_ONSET,
    TOO_IMPRECISE,
)
Dates = NDArray[Any]  # datetime64[D]; numpy's own types confuse its date arithmetic


def time_columns(table: pd.DataFrame, day: pd.Series) -> dict[str, Any]:
    """The columns on time since onset at each row's day."""
    time = time_since_onset(table["onset_on"], table["onset_precision"], day)
    born_with = from_birth(table)
    conditions = {
        "from birth": born_with,
        "before onset": time["before_onset"],
        "both sides": table["side"] == "both",
        "more than one palsy": table["palsies"] > 1,
        "no onset known": table["onset_on"].isna(),
        "onset too imprecise": time["longest"] > 2 * time["shortest"],
    }
    first = [conditions[name].to_numpy(bool) for name in LEFT_OUT_REASONS]
    at = np.select(first, list(range(len(first))), -1)
    reason = pd.Series(coded(at, LEFT_OUT_REASONS), index=table.index)
    usable = pd.Series(at == -1, index=table.index)

    straddles = (time["shortest"] < ACUTE_BELOW_DAYS) & (time["longest"] >= ACUTE_BELOW_DAYS)
    placed = usable | ((reason == "onset too imprecise") & ~straddles)
    acute, chronic, unknown = range(len(STRATA))
    stratum = np.where(~placed, unknown, np.where(time["days"] < ACUTE_BELOW_DAYS, acute, chronic))

    days = time["days"].mask(born_with)
    years = days / DAYS_PER_YEAR
    return {
        "days_since_onset": days,
        "years_since_onset": years,
        "log10_years": np.log10(years.where(usable)),
        "time_usable": usable,
        "left_out": reason,
        "stratum": coded(stratum, STRATA),
    }


def from_birth(patients: pd.DataFrame) -> pd.Series:
    """The rows without a time since onset because the palsy is from birth, as `analysis.data.onset` says."""
    return (patients["begin"] == "from_birth") | patients["cause"].isin(CAUSES_FROM_BIRTH)


def time_since_onset(onset_on: pd.Series, precision: pd.Series, visit_on: pd.Series) -> pd.DataFrame:
    """Calendar days from onset to each visit, and how short or long they may be.

    An onset known by month counts as its 15th, by year as 1 July, but never later than halfway between
    the period's first day and the visit (rounded down to a calendar day). All durations are at least one
    day. ``onset_on`` may be any day of the known period.

    Returns:
        Columns ``days`` (the estimate), ``shortest`` and ``longest`` (for the period's last and first
        day), missing without an onset and before it; ``before_onset``, True where the visit lies before
        the period's first day.
    """
    first, middle, last = period(onset_on, precision)
    visit = visit_on.to_numpy("datetime64[D]")
    since_first, since_last = _days(visit - first), _days(visit - last)
    known = since_first >= 0
    days = np.maximum(since_first - _days(middle - first), np.ceil(since_first / 2))
    columns = {"days": days, "shortest": since_last, "longest": since_first}
    table = pd.DataFrame(columns, index=visit_on.index).clip(lower=1)
    return table.where(pd.Series(known, index=table.index)).assign(before_onset=since_first < 0)


def middle_of_period(dates: pd.Series, precision: pd.Series) -> pd.Series:
    """The day a partly known date counts as: the 15th of its month, 1 July of its year (datetime64)."""
    middle = period(dates, precision)[1]
    return pd.Series(middle.astype("datetime64[s]"), index=dates.index)


def period(dates: pd.Series, precision: pd.Series) -> tuple[Dates, Dates, Dates]:
    """First day, the day it counts as, and last day of each known period."""
    day: Dates = dates.to_numpy("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    by_month = (precision == "month").to_numpy(bool)
    by_year = (precision == "year").to_numpy(bool)

    def pick(exact: Dates, of_month: Dates, of_year: Dates) -> Dates:
        chosen = np.where(by_year, of_year.astype("datetime64[D]"), exact)
        return np.where(by_month, of_month.astype("datetime64[D]"), chosen)

    one_day, half_year = np.timedelta64(1, "D"), np.timedelta64(6, "M")
    month_first, year_first = month.astype("datetime64[D]"), year.astype("datetime64[D]")
    month_last = (month + np.timedelta64(1, "M")).astype("datetime64[D]") - one_day
    year_last = (year + np.timedelta64(1, "Y")).astype("datetime64[D]") - one_day
    first = pick(day, month_first, year_first)
    middle = pick(day, month_first + 14 * one_day, year.astype("datetime64[M]") + half_year)
    return first, middle, pick(day, month_last, year_last)


def _days(span: NDArray[Any]) -> NDArray[np.float64]:
    return np.where(np.isnat(span), np.nan, span.astype("timedelta64[D]").astype(np.float64))
