"""How many screen positive at their first score: a question for a clinician, never a diagnosis."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.cutoffs import reached
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.cells import about, counted, partition
from analysis.numbers.guards import HIDDEN, SUPPRESS_UNDER
from analysis.results.groups import first_scores


def screening(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """Patients at or above each published cut-off at the first visit with that score, with Wilson's interval.

    The cut-off applies to the unrounded score. Answers that another person chose do not count
    (`analysis.data.frame.scored`). Patients without a score do not count.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        A record per scale and cut-off on all patients, then by stratum at that visit.
    """
    first = first_scores(table, scale_info)
    records = []
    for stratum in (None, *STRATA):
        for scale, info in scale_info.items():
            rows = first[first["scale"] == scale]
            rows = rows if stratum is None else rows[rows["stratum"] == stratum]
            if stratum is None or len(rows):
                records += [
                    _record(rows, scale, info, (label, cut, source), stratum, suppress_under)
                    for label, cut, source in info.cutoffs
                ]
    return records


def _record(
    rows: pd.DataFrame,
    scale: str,
    info: ScaleInfo,
    cutoff: tuple[str, float, str],
    stratum: str | None,
    suppress_under: int,
) -> Record:
    label, cut, source = cutoff
    head = counted(len(rows), suppress_under)
    values, counts = np.unique(rows["value"].to_numpy(np.float64), return_counts=True)
    at = [reached(value, cut, info.direction) for value in values.tolist()]
    positive = int(counts[np.array(at, dtype=bool)].sum())
    parts = partition({"positive": positive, "negative": len(rows) - positive}, suppress_under)
    if head["suppressed"]:
        parts = dict.fromkeys(parts)
    hid = HIDDEN if parts["positive"] is None else None
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "scale": scale,
        "cut": cut,
        "label": label,
        "source": source,
        **about(head, parts),
        "rounded": parts["rounded"],
        "positive": parts["positive"],
        "positive_text": parts["positive_text"],
        "share": parts["positive_share"],
        "low": parts["positive_low"],
        "high": parts["positive_high"],
        "reason": head["reason"] or hid,
    }
