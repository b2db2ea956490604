"""Which treatments a patient had received by a given day, by kind and by family.

Patients often have several treatments: their families are combined into one level, never forced into a
main one. A treatment begun after the visit does not count.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.coded import coded
from analysis.data.kinds import FAMILIES, FAMILY_OF, KINDS, NONE_YET
from analysis.data.since_onset import middle_of_period

# Fixed order of display: no family, one, two, …; within a size by the order of FAMILIES.
LEVELS = (
    NONE_YET,
    *(" + ".join(chosen) for size in range(1, len(FAMILIES) + 1) for chosen in combinations(FAMILIES, size)),
)


_DAYS = 1 << 24  # more than there are calendar days


class TreatmentError(ValueError):
    """A treatment is of a kind that is not known here."""


@dataclass(frozen=True)
class Received:
    """The kinds a patient had received by each row's day; ``KINDS`` are the columns of both tables.

    ``had`` and ``dated`` (a start of that kind is known to lie by that day) have a line per patient and day,
    and ``line`` is that of each row.
    """

    had: NDArray[np.bool_]
    dated: NDArray[np.bool_]
    line: NDArray[np.int64]


def received(treatments: pd.DataFrame, at: pd.DataFrame) -> Received:
    """The given treatments that began on or before each row's day.

    Args:
        treatments: the table ``treatments`` of the frames. Planned and cancelled ones do not count. A
            start known by month counts as its 15th, by year as 1 July; an unknown start counts as received.
        at: rows with ``patient`` and ``completed_on``.

    Raises:
        TreatmentError: a kind is not one of ``KINDS``.
    """
    strange = sorted(set(treatments["kind"].unique()) - set(KINDS))
    if strange:
        raise TreatmentError(f"treatment {strange[0]!r} is not known; the kinds are {', '.join(KINDS)}")
    kept = (treatments["state"] == "given").to_numpy(bool)
    begun = middle_of_period(treatments["started_on"], treatments["precision"]).to_numpy("datetime64[D]")[
        kept
    ]
    kind = pd.Index(KINDS).get_indexer(pd.Index(treatments["kind"]))[kept]
    patient, known = pd.factorize(at["patient"])
    of_treatment = pd.Index(known).get_indexer(pd.Index(treatments["patient"]))[kept]
    day = at["completed_on"].to_numpy("datetime64[D]").astype(np.int64)
    earliest = int(day.min()) if len(day) else 0

    days, line = np.unique(patient * _DAYS + (day - earliest), return_inverse=True)
    first = np.searchsorted(days, of_treatment * _DAYS)
    count = np.where(of_treatment < 0, 0, np.searchsorted(days, (of_treatment + 1) * _DAYS) - first)
    # each treatment with each day of its patient
    each = np.repeat(np.arange(len(kind)), count)
    lines = np.arange(len(each)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    by_then = begun[each] <= (days[lines] % _DAYS + earliest).astype("datetime64[D]")
    counted = by_then | np.isnat(begun[each])
    had, dated = np.zeros((2, len(days), len(KINDS)), dtype=bool)
    had[lines[counted], kind[each[counted]]] = True
    dated[lines[by_then], kind[each[by_then]]] = True
    return Received(had, dated, line)


def levels(treatments: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """The level of each row of ``at``: its families in fixed order joined by `` + ``, or ``none yet``.

    Returns:
        Index of ``at``; ``level`` and ``undated`` (a family of the level rests on unknown starts only).
    """
    found = received(treatments, at)
    of_family = np.array([[FAMILY_OF[kind] == family for family in FAMILIES] for kind in KINDS])
    has, dated = found.had @ of_family, found.dated @ of_family
    code = (has @ (1 << np.arange(len(FAMILIES))))[found.line]
    names = [
        " + ".join(family for at, family in enumerate(FAMILIES) if number >> at & 1) or NONE_YET
        for number in range(1 << len(FAMILIES))
    ]
    undated = (has & ~dated).any(axis=1)[found.line]
    return pd.DataFrame({"level": coded(code, names), "undated": undated}, index=at.index)


def begun_families(treatments: pd.DataFrame) -> pd.DataFrame:
    """Per patient and family the first start; missing if any start is not known."""
    given = treatments[treatments["state"] == "given"]
    start = middle_of_period(given["started_on"], given["precision"])
    rows = pd.DataFrame({"patient": given["patient"], "family": given["kind"].map(FAMILY_OF), "begun": start})
    rows = rows[rows["family"].notna()]
    first = rows.groupby(["patient", "family"], as_index=False)["begun"].min()
    unknown = rows.loc[rows["begun"].isna(), ["patient", "family"]].drop_duplicates().assign(unknown=True)
    first = first.merge(unknown, on=["patient", "family"], how="left")
    begun: pd.DataFrame = first.assign(unknown=first["unknown"].notna())
    return begun
