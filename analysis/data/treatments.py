"""Which treatments a patient had received by a given day, by kind and by family.

Patients often have several treatments: their families are combined into one level, never forced into a
main one. A treatment begun after the visit does not count.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.data.kinds import FAMILIES, FAMILY_OF, KINDS, NONE_YET
from analysis.data.since_onset import middle_of_period

# Fixed order of display: no family, one, two, …; within a size by the order of FAMILIES.
LEVELS = (
    NONE_YET,
    *(" + ".join(chosen) for size in range(1, len(FAMILIES) + 1) for chosen in combinations(FAMILIES, size)),
)


class TreatmentError(ValueError):
    """A treatment is of a kind that is not known here."""


def received(treatments: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """The given treatments that began on or before each row's day.

    Args:
        treatments: the table ``treatments`` of the frames. Planned and cancelled ones do not count. A
            start known by month counts as its 15th, by year as 1 July; an unknown start counts as received.
        at: rows with ``patient`` and ``completed_on``, any index without repeats.

    Returns:
        One row per row of ``at`` and kind received: ``row`` (its index), ``kind``, ``family`` (missing
        where the kind makes no level), ``undated`` (no start of that kind is known to lie by that day).

    Raises:
        TreatmentError: a kind is not one of ``KINDS``.
    """
    strange = sorted(set(treatments["kind"]) - set(KINDS))
    if strange:
        raise TreatmentError(f"treatment {strange[0]!r} is not known; the kinds are {', '.join(KINDS)}")
    given = treatments.loc[treatments["state"] == "given", ["patient", "kind"]].assign(
        begun=middle_of_period(treatments["started_on"], treatments["precision"])
    )
    days = at[["patient", "completed_on"]].rename_axis("row").reset_index()
    each = days.merge(given, on="patient")
    each = each[each["begun"].isna() | (each["begun"] <= each["completed_on"])]
    each = each.assign(undated=each["begun"].isna())
    kinds: pd.DataFrame = each.groupby(["row", "kind"], sort=True)[["undated"]].all().reset_index()
    return kinds.assign(family=kinds["kind"].map(FAMILY_OF))


def levels(treatments: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """The level of each row of ``at``: its families in fixed order joined by `` + ``, or ``none yet``.

    Returns:
        Index of ``at``; ``level`` and ``undated`` (a family of the level rests on unknown starts only).
    """
    kinds = received(treatments, at)
    row = at.index.get_indexer(pd.Index(kinds["row"]))
    has = np.zeros((len(at), len(FAMILIES)), dtype=bool)
    dated = np.zeros_like(has)
    for number, family in enumerate(FAMILIES):
        of_family = (kinds["family"] == family).to_numpy(bool)
        has[row[of_family], number] = True
        dated[row[of_family & ~kinds["undated"].to_numpy(bool)], number] = True
    names = [
        " + ".join(family for family, yes in zip(FAMILIES, flags, strict=True) if yes) or NONE_YET
        for flags in has
    ]
    return pd.DataFrame({"level": names, "undated": (has & ~dated).any(axis=1)}, index=at.index)
