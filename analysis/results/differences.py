"""By how much scores differ between groups that were not randomised, with intervals and without a test."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.kinds import NONE_YET
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.balance import of_means
from analysis.numbers.formulas import Numbers
from analysis.numbers.guards import COEFFICIENT_FROM, IMPRECISE_BELOW, SUPPRESS_UNDER
from analysis.numbers.means import welch
from analysis.numbers.shift import hodges_lehmann
from analysis.results.groups import Block, blocks, by_level, first_scores
from analysis.words import words as _

MEANS_FROM = 20  # patients in each group: the interval of skewed means holds in under 93 % with fewer
_UNPLACED = "unknown"
_NOBODY: Numbers = np.zeros(0)
_OF_MEANS = ("mean_difference", "low", "high")
_OF_SHIFT = ("hodges_lehmann", "hodges_lehmann_low", "hodges_lehmann_high")


def differences(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """The score of group ``a`` less that of group ``b``, at the patient's first visit with that score.

    By ``treatment`` each combination of families against ``none yet``, by ``cause`` each known one against
    the largest (the first of equals), by ``sex`` female against male; groups as in ``groups``. From 10
    patients in each: the difference of means, the Hodges–Lehmann shift with its interval, and ``smd``, the
    difference over the root of the mean of both variances; from 20 in each Welch's interval of the difference
    of means.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments: the table ``treatments`` of the frames.

    Returns:
        Records on all patients, then by the stratum of that visit: ``by, scale, a, b, n_a, n_b, n,
        mean_difference, low, high, hodges_lehmann, hodges_lehmann_low, hodges_lehmann_high, smd``.
    """
    leveled = by_level(first_scores(table, scale_info), treatments)
    return [
        {**({} if stratum is None else {"stratum": stratum}), **record}
        for stratum in (None, *STRATA)
        for block in blocks(leveled, scale_info, stratum, suppress_under)
        for record in of_block(block)
    ]


def of_block(block: Block) -> list[Record]:
    """The differences of one grouping of one scale."""
    value, place = block.rows["value"].to_numpy(np.float64), block.place
    values = {level: value[place == at] for at, level in enumerate(block.levels)}
    against = _against(block, values)
    asked = ("female",) if block.by == "sex" else block.levels
    return [
        _record(block, values, level, against)
        for level in asked
        if level in block.levels and level not in (against, _UNPLACED)
    ]


def _against(block: Block, values: Mapping[str, Numbers]) -> str:
    """The group that the others are compared with, whether or not anybody is in it."""
    if block.by == "treatment":
        return NONE_YET
    if block.by == "sex":
        return "male"
    known = [level for level in block.levels if level != _UNPLACED]
    return max(known, key=lambda level: len(values[level]), default=_UNPLACED)


def _record(block: Block, of_levels: Mapping[str, Numbers], a: str, b: str) -> Record:
    values = {level: of_levels.get(level, _NOBODY) for level in (a, b)}
    shown = {level: not hide for level, hide in zip(block.levels, block.hide, strict=True)}
    sizes = {level: len(of_level) if shown.get(level, True) else None for level, of_level in values.items()}
    of_both = None if None in sizes.values() else len(values[a]) + len(values[b])
    least = min(len(of_level) for of_level in values.values())
    reason = _refused(of_both, least, b, values)
    return {
        "by": block.by,
        "scale": block.scale,
        "a": a,
        "b": b,
        "n_a": sizes[a],
        "n_b": sizes[b],
        "n": of_both,
        "patients": of_both,
        "responses": of_both,
        **(dict.fromkeys((*_OF_MEANS, *_OF_SHIFT, "smd")) if reason else _numbers(values[a], values[b])),
        "imprecise": reason is None and least < IMPRECISE_BELOW,
        "suppressed": of_both is None,
        "reason": reason or _without_interval(least),
    }


def _refused(of_both: int | None, least: int, b: str, values: Mapping[str, Numbers]) -> str | None:
    if of_both is None:
        return _("a level is hidden")
    if not len(values[b]):
        return _("nobody to compare with: %(b)s", b=b)
    if least < COEFFICIENT_FROM:
        return _("fewer than %(coefficient_from)s patients in a group", coefficient_from=COEFFICIENT_FROM)
    return None if np.ptp(np.concatenate(list(values.values()))) > 0 else _("no variation")


def _without_interval(least: int) -> str | None:
    few = _(
        "fewer than %(means_from)s patients in a group: no interval of the difference of means",
        means_from=MEANS_FROM,
    )
    return few if least < MEANS_FROM else None


def _numbers(a: Numbers, b: Numbers) -> Record:
    means, shift = welch(a, b), hodges_lehmann(a, b)
    holds = means is not None and min(len(a), len(b)) >= MEANS_FROM
    return {
        "mean_difference": float(a.mean() - b.mean()),
        "low": means.low if means is not None and holds else None,
        "high": means.high if means is not None and holds else None,
        **dict(zip(_OF_SHIFT, (shift.estimate, shift.low, shift.high), strict=True)),
        "smd": of_means(a, b),
    }
