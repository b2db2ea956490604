"""The value that was recorded nearest to a day."""

import pandas as pd


def nearest(rows: pd.DataFrame, within: float) -> pd.Series:
    """Of each patient the value whose ``away`` (days after the day sought) is nearest to 0, of two the later.

    Args:
        rows: ``patient``, ``value`` and ``away``, several rows to a patient.
        within: days; what is farther away does not count.

    Returns:
        The values by patient.
    """
    near = rows.assign(far=rows["away"].abs())
    near = near[near["far"] <= within].sort_values(["far", "away"], ascending=[True, False])
    values: pd.Series = near.drop_duplicates("patient").set_index("patient")["value"]
    return values
