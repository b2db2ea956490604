"""The consistency of a scale in these patients, from their answers to its items."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.cells import counted
from analysis.numbers.consistency import Alpha, alpha, item_rest, omega
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import COEFFICIENT_FROM, SUPPRESS_UNDER, TOO_FEW


def reliability(
    table: pd.DataFrame,
    responses: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """Cronbach's alpha, omega and corrected item-total correlations at each patient's first questionnaire.

    Complete answers to the scale's items only, so that no missing rule plays a part; items that count the
    other way round are turned first. Mood questionnaires that another person answered do not count. From
    10 patients on.

    Args:
        table: the result of ``analysis.data.frame.scored``; it says which responses take part, and
            their stratum.
        responses: the table ``responses`` of the frames.

    Returns:
        Records on all patients, then by stratum; ``item_total`` maps each item to its correlation.
    """
    part = table.loc[~table["by_other"], ["patient", "visit_id", "instrument", "stratum"]]
    part = part.drop_duplicates(["visit_id", "instrument"])
    part = part.drop_duplicates(["patient", "instrument"])
    first = part.merge(responses[["visit_id", "instrument", "answers"]], on=["visit_id", "instrument"])
    records = []
    for stratum in (None, *STRATA):
        rows = first if stratum is None else first[first["stratum"] == stratum]
        by_instrument = {
            instrument: list(of_one["answers"]) for instrument, of_one in rows.groupby("instrument")
        }
        for scale, info in scale_info.items():
            given = by_instrument.get(info.instrument, [])
            if stratum is None or given:
                records.append(_record(_complete(given, info), scale, info, stratum, suppress_under))
    return records


def _complete(given: Sequence[Mapping[str, Any]], info: ScaleInfo) -> Numbers:
    """Patients by items, of those who answered all of them."""
    rows = [[answers.get(item) for item in info.items] for answers in given]
    full = [row for row in rows if all(isinstance(value, int | float) for value in row)]
    table = np.array(full, dtype=np.float64).reshape(len(full), len(info.items))
    for item, turned in info.reverse:
        at = info.items.index(item)
        table[:, at] = turned - table[:, at]
    return table


def _record(
    answers: Numbers, scale: str, info: ScaleInfo, stratum: str | None, suppress_under: int
) -> Record:
    head = counted(len(answers), suppress_under)
    enough = len(answers) >= COEFFICIENT_FROM
    found = alpha(answers) if enough else TOO_FEW
    common = omega(answers) if enough else TOO_FEW
    known = isinstance(found, Alpha)
    items = len(info.items)
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "instrument": info.instrument,
        "scale": scale.split(".", 1)[1],
        **head,
        "items": items,
        "alpha": found.estimate if isinstance(found, Alpha) else None,
        "alpha_low": found.low if isinstance(found, Alpha) else None,
        "alpha_high": found.high if isinstance(found, Alpha) else None,
        "omega": common if isinstance(common, float) else None,
        "omega_reason": common if isinstance(common, str) else None,
        "item_total": dict(zip(info.items, item_rest(answers), strict=True)) if known and items > 1 else None,
        "reason": head["reason"] or (found if isinstance(found, str) else None),
    }
