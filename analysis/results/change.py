"""Patients who got better, got worse or stayed, by published amounts of change.

Only a threshold for one patient counts patients. An amount for groups, or below the error of one measurement,
is named with the reason why it does not count them.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.change import NOT_OF_ONE_PERSON, judge
from analysis.data.frame import ScaleInfo, Threshold
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.cells import about, counted, partition
from analysis.numbers.guards import HIDDEN, SUPPRESS_UNDER
from analysis.results.injections import phases

APART_DAYS = 150
ACTIVE = ("early", "peak", "waning")  # phases of toxin


def change(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """Improved, stable and worse from the first to the last score at least 150 days apart.

    Of patients who were given toxin, scores in the phases ``early``, ``peak`` and ``waning`` do not count
    (`analysis.results.injections`): first and last would compare two moments of a cycle. ``improved``: at
    least the threshold in the scale's better direction; ``worse``: in the other; each with share and Wilson's
    interval. ``cannot_improve``: too near the best value for the threshold to fit in between.
    Missing scores are passed over; no score is carried forward.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments: the table ``treatments`` of the frames.

    Returns:
        A record per published threshold, on all patients and then by the stratum of the first score.
    """
    ends = first_and_last(table, treatments)
    return [
        record
        for stratum in (None, *STRATA)
        for scale, info in scale_info.items()
        for record in _of_scale(ends, scale, info, stratum, suppress_under)
    ]


def first_and_last(table: pd.DataFrame, treatments: pd.DataFrame) -> pd.DataFrame:
    """Per patient and scale the first and last score outside an active phase of toxin, 150 days apart.

    Returns:
        ``patient, scale, stratum`` (of the first score), ``first, last`` and ``days`` between them.
    """
    known = table[table["value"].notna()]
    quiet = known[~phases(treatments, known)["phase"].isin(ACTIVE)]
    each = quiet.groupby(["scale", "patient"], sort=False)
    ends = each.agg(
        stratum=("stratum", "first"),
        first=("value", "first"),
        last=("value", "last"),
        first_on=("completed_on", "first"),
        last_on=("completed_on", "last"),
    ).reset_index()
    days = (ends["last_on"] - ends["first_on"]).dt.days
    return ends.assign(days=days)[days >= APART_DAYS].drop(columns=["first_on", "last_on"])


def outcomes(
    before: NDArray[np.float64], after: NDArray[np.float64], info: ScaleInfo, threshold: float
) -> dict[str, int]:
    """How many improved, stayed and got worse by at least ``threshold``, by the scale's direction."""
    # few scores differ, so that each pair of them is judged once
    pairs, counts = np.unique(before + 1j * after, return_counts=True)
    found: Counter[str] = Counter()
    for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
        found[judge(pair.real, pair.imag, info.direction, threshold)] += count
    return {"improved": found["better"], "stable": found["same"], "worse": found["worse"]}


def _of_scale(
    ends: pd.DataFrame, scale: str, info: ScaleInfo, stratum: str | None, suppress_under: int
) -> list[Record]:
    rows = ends[ends["scale"] == scale]
    rows = rows if stratum is None else rows[rows["stratum"] == stratum]
    if stratum is not None and rows.empty:
        return []
    return [_record(rows, scale, info, one, stratum, suppress_under) for one in info.thresholds]


def _record(
    rows: pd.DataFrame,
    scale: str,
    info: ScaleInfo,
    threshold: Threshold,
    stratum: str | None,
    suppress_under: int,
) -> Record:
    head = counted(len(rows), suppress_under, responses_each=2)
    refused = NOT_OF_ONE_PERSON.get(threshold.kind)
    shown = rows[:0] if head["suppressed"] or refused else rows
    first, last = shown["first"].to_numpy(np.float64), shown["last"].to_numpy(np.float64)
    parts = partition(outcomes(first, last, info, threshold.value), suppress_under)
    room = _room(first, info, threshold.value, suppress_under)
    if not len(shown):
        parts, room = dict.fromkeys(parts), dict.fromkeys(room)
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "scale": scale,
        "threshold": threshold.value,
        "threshold_kind": threshold.kind,
        "source": threshold.source,
        "caveat": threshold.caveat,
        **about(head, parts),
        **parts,
        **room,
        "reason": refused or head["reason"] or (HIDDEN if None in parts.values() else None),
    }


def _room(
    first: NDArray[np.float64], info: ScaleInfo, threshold: float, suppress_under: int
) -> dict[str, int | None]:
    """How many start too near the best value to improve by the threshold, or the worst to worsen."""
    best, worst = (info.high, info.low) if info.direction == "higher_better" else (info.low, info.high)
    room: dict[str, int | None] = {}
    for name, end in (("cannot_improve", best), ("cannot_worsen", worst)):
        count = outcomes(first, np.full(len(first), end), info, threshold)["stable"]
        room[name] = partition({name: count, "can": len(first) - count}, suppress_under)[name]
    return room
