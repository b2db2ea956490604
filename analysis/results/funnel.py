"""First scores by site beside the limits that chance alone would keep: a funnel, never a ranking."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.guards import COEFFICIENT_FROM, SUPPRESS_UNDER, is_small

SITES_FROM = 3
LIMITS = (("95", 1.959963984540054), ("998", 3.090232306167813))


def funnel(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The mean first score of each site with 10 patients, where there are three, by scale and stratum.

    ``centre`` is the mean of all patients of these sites; ``low_95, high_95, low_998, high_998`` are centre ±
    z × sd / √n, sd pooled within sites, times the root of ``overdispersion``: the mean of the sites' squared
    z, at least 1. If the other sites hold a few patients, whom a total would give away, the smallest site is
    left out too. Spiegelhalter, Stat Med 2005;24:1185; Qual Saf Health Care 2005;14:347.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Records on all patients, then by the stratum of that visit, sites in alphabetical order: ``scale,
        site, n, mean, centre, overdispersion``, the limits and ``inside`` (of the wider ones).
    """
    known = table[table["value"].notna() & table["scale"].isin(list(scale_info)) & table["site"].notna()]
    first = known.drop_duplicates(["scale", "patient"])
    return [
        {**({} if stratum is None else {"stratum": stratum}), "scale": scale, **one}
        for stratum in (None, *STRATA)
        for rows in [first if stratum is None else first[first["stratum"] == stratum]]
        for scale in scale_info
        for one in _sites(rows[rows["scale"] == scale], suppress_under)
    ]


def _sites(rows: pd.DataFrame, suppress_under: int) -> list[Record]:
    by_site = rows["value"].groupby(rows["site"].astype(str), sort=True)
    counts = by_site.count()
    enough = counts[counts >= max(COEFFICIENT_FROM, suppress_under)]
    if len(enough) and is_small(len(rows) - int(enough.sum()), suppress_under):
        enough = enough.drop(enough.idxmin())
    chosen = enough.index
    if len(chosen) < SITES_FROM:
        return []
    n, mean, variance = (getattr(by_site, name)().loc[chosen] for name in ("count", "mean", "var"))
    centre = float((n * mean).sum() / n.sum())
    error = np.sqrt(float(((n - 1) * variance).sum() / (n - 1).sum()) / n)
    if not bool((error > 0).all()):
        return []
    over = max(1.0, float((((mean - centre) / error) ** 2).mean()))
    found = []
    for site in chosen:
        reach = {name: float(z * error[site] * np.sqrt(over)) for name, z in LIMITS}
        limits = {
            f"{end}_{name}": centre + sign * by
            for name, by in reach.items()
            for end, sign in (("low", -1), ("high", 1))
        }
        count = int(n[site])
        told: Record = {"site": str(site), "n": count, "patients": count, "responses": count}
        inside = abs(float(mean[site]) - centre) <= reach["998"]
        found.append(
            {
                **told,
                "mean": float(mean[site]),
                "centre": centre,
                **limits,
                "overdispersion": over,
                "inside": inside,
            }
        )
    return found
