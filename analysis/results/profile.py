"""Who gets which treatment: patients who began a family and those who did not, at their first visit."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo
from analysis.data.kinds import FAMILIES
from analysis.data.record import Record
from analysis.data.treatments import begun_families
from analysis.numbers.balance import of_means
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    IMPRECISE_BELOW,
    SUPPRESS_UNDER,
    TOO_FEW,
    count_text,
    hidden,
)
from analysis.words import words as _

TIME, AGE, FEMALE, BELLS = "log10_onset_years", "age", "female", "bells_palsy"


def baseline_profile(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    scales: Sequence[str],
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """First scores, age, sex, cause and time since onset by whether a family of treatments was begun later.

    Of patients without the family at their first visit with a score of any of ``scales`` (an unknown start
    counts as had): those who began it afterwards, and those who have not. Standardised difference:
    (mean of those who began it - mean of the others) / sqrt of the mean of both variances; of shares with
    p (1 - p). Austin, Stat Med 2009;28:3083. Values that are missing do not count. From 10 patients in
    each group on.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        A record per family that anybody was given and per ``variable`` (a scale, ``age``, ``female``,
        ``bells_palsy`` or ``log10_onset_years``): ``n_begun, n_not_begun, begun, not_begun`` (means or
        shares) and ``difference``.
    """
    first = _first(table, scales)
    starts = begun_families(treatments)
    variables = (*[scale for scale in scales if scale in scale_info], TIME, AGE, FEMALE, BELLS)
    records = []
    for family in FAMILIES:
        given = starts[starts["family"] == family].set_index("patient")
        if given.empty:
            continue
        begun_on = given["begun"].reindex(first.index)
        unknown = given["unknown"].reindex(first.index, fill_value=False).to_numpy(bool)
        had = unknown | (begun_on <= first["on"]).to_numpy(bool)
        later = begun_on.notna().to_numpy(bool)
        for variable in variables:
            values = first[variable].to_numpy(np.float64)
            one, other = values[later & ~had], values[~later & ~had]
            records.append(_record(family, variable, _known(one), _known(other), suppress_under))
    return records


def _first(table: pd.DataFrame, scales: Sequence[str]) -> pd.DataFrame:
    """One row per patient: the day and facts of the first visit with a score, and the first score of each."""
    known = table[table["value"].notna() & table["scale"].isin(list(scales))]
    opened = known.drop_duplicates("patient").set_index("patient")
    facts = {
        "on": opened["completed_on"],
        TIME: opened["log10_years"],
        AGE: opened["age"],
        FEMALE: opened["female"],
        BELLS: (opened["cause"] == "bells_palsy").astype(np.float64),
    }
    scores = known.drop_duplicates(["patient", "scale"]).pivot(
        index="patient", columns="scale", values="value"
    )
    return pd.DataFrame(facts).join(scores.reindex(columns=list(scales)))


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[~np.isnan(values)]


def _record(
    family: str,
    variable: str,
    begun: NDArray[np.float64],
    others: NDArray[np.float64],
    suppress_under: int,
) -> Record:
    sizes = (len(begun), len(others))
    few = any(hidden(sizes, suppress_under))
    enough = not few and min(sizes) >= COEFFICIENT_FROM
    difference = of_means(begun, others, shares=variable in (FEMALE, BELLS)) if enough else None
    reason = (
        _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        if few
        else None
        if enough
        else TOO_FEW
    )
    return {
        "family": family,
        "variable": variable,
        "n": None if few else sum(sizes),
        "patients": None if few else sum(sizes),
        "responses": None if few else sum(sizes),
        "n_begun": None if few else sizes[0],
        "n_begun_text": count_text(sizes[0], suppress_under),
        "n_not_begun": None if few else sizes[1],
        "begun": float(begun.mean()) if enough else None,
        "not_begun": float(others.mean()) if enough else None,
        "difference": difference,
        "imprecise": enough and min(sizes) < IMPRECISE_BELOW,
        "suppressed": few,
        "reason": reason or (_("no variation") if difference is None else None),
    }
