"""The consistency of a scale in these patients, from their answers to its items."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.cells import counted
from analysis.numbers.consistency import (
    RESAMPLED_FROM,
    Alpha,
    Omega,
    alpha,
    alpha_interval,
    item_rest,
    omega,
)
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import COEFFICIENT_FROM, SUPPRESS_UNDER, TOO_FEW
from analysis.numbers.resampled import DRAWS, SEED
from analysis.words import words as _

_NO_INTERVAL = _(
    "fewer than %(resampled_from)s patients: no interval of skewed items holds", resampled_from=RESAMPLED_FROM
)
_TOO_RARE = _("no interval: too few patients decide it")


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
    10 patients on; intervals by resampling (``alpha_boot_low, alpha_boot_high, omega_low, omega_high``) from
    50 on. They hold for skewed items, where Feldt's (``alpha_low, alpha_high``) holds in about 90 %.

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
    instruments = dict.fromkeys(info.instrument for info in scale_info.values())
    asked = {instrument: _Answers.of(first, instrument) for instrument in instruments}
    records = []
    for stratum in (None, *STRATA):
        for scale, info in scale_info.items():
            given = asked[info.instrument].among(stratum)
            if stratum is None or len(given):
                records.append(_record(_complete(given, info), scale, info, stratum, suppress_under))
    return records


def as_shown(record: Record) -> Record:
    """The record as a page shows it: alpha with the interval that needs no normal items, or without one."""
    return {**record, "alpha_low": record["alpha_boot_low"], "alpha_high": record["alpha_boot_high"]}


@dataclass(frozen=True)
class _Answers:
    """What patients answered to one instrument, a row each; a number that was not given is missing."""

    table: pd.DataFrame
    stratum: pd.Series

    @classmethod
    def of(cls, first: pd.DataFrame, instrument: str) -> "_Answers":
        rows = first[first["instrument"] == instrument]
        given = json.loads(f"[{','.join(rows['answers'])}]")
        items = {item: None for answers in given for item in answers}
        columns = {item: [_number(answers.get(item)) for answers in given] for item in items}
        return cls(pd.DataFrame(columns, index=rows.index, dtype="float64"), rows["stratum"])

    def among(self, stratum: str | None) -> pd.DataFrame:
        return self.table if stratum is None else self.table[self.stratum == stratum]


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else np.nan


def _complete(given: pd.DataFrame, info: ScaleInfo) -> Numbers:
    """Patients by items, of those who answered all of them."""
    table = given.reindex(columns=list(info.items)).dropna().to_numpy(np.float64, copy=True)
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
    interval = alpha_interval(answers, found.estimate) if isinstance(found, Alpha) else None
    boot_low, boot_high = interval or (None, None)
    return {
        **({} if stratum is None else {"stratum": stratum}),
        "instrument": info.instrument,
        "scale": scale.split(".", 1)[1],
        **head,
        "items": items,
        "alpha": found.estimate if isinstance(found, Alpha) else None,
        "alpha_low": found.low if isinstance(found, Alpha) else None,
        "alpha_high": found.high if isinstance(found, Alpha) else None,
        "alpha_boot_low": boot_low,
        "alpha_boot_high": boot_high,
        "omega": common.estimate if isinstance(common, Omega) else None,
        "omega_low": common.low if isinstance(common, Omega) else None,
        "omega_high": common.high if isinstance(common, Omega) else None,
        "omega_reason": common if isinstance(common, str) else _omega_without_interval(common, len(answers)),
        "boot_draws": DRAWS,
        "boot_seed": SEED,
        "boot_reason": _no_interval(len(answers)) if known and interval is None else None,
        "item_total": dict(zip(info.items, item_rest(answers), strict=True)) if known and items > 1 else None,
        "reason": head["reason"] or (found if isinstance(found, str) else None),
    }


def _no_interval(patients: int) -> str:
    return _NO_INTERVAL if patients < RESAMPLED_FROM else _TOO_RARE


def _omega_without_interval(common: Omega, patients: int) -> str | None:
    """Why omega has no interval where there are patients enough for one; that they are few is told once."""
    return _TOO_RARE if common.low is None and patients >= RESAMPLED_FROM else None
