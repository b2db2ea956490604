"""From answers to scores: one response in plain Python, many at once in NumPy, by the same rule.

    s      = sum of the answered items of the scale; a reversed item counts lowest + highest answer - answer
    s      = s * items / answered, if items are missing and the scale's missing rule allows that many
    s      = s / items, if the scale's method is the mean
    s      = sum of weight * score over the parts, if the scale is a weighted one
    value  = (s - subtract) * multiply / divide, or what the scale's table has for s

Nothing is rounded. An answer that was not given is never made up on its own, and alerts see raw answers only.
Knows no file, database or page; NumPy is imported when a table is scored.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from surveys.instruments.answers import AnswerError, check_answer, check_answers, known_item, not_allowed
from surveys.instruments.instrument import Alert, Answer, Band, Instrument, Item, Scale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "AnswerError",
    "Score",
    "ScoreColumns",
    "alerts_raised",
    "band",
    "check_answer",
    "check_answers",
    "rescaled",
    "score",
    "score_table",
]

Number = TypeVar("Number", float, "NDArray[np.float64]")


@dataclass(frozen=True)
class Score:
    """One scale of one response. `value` is None where too many items are missing."""

    scale: str
    value: float | None
    items_used: int
    items_missing: int
    prorated: bool


@dataclass(frozen=True)
class ScoreColumns:
    """One scale of many responses, as arrays of one length. `value` is NaN where there is no score."""

    value: "NDArray[np.float64]"
    items_used: "NDArray[np.int64]"
    items_missing: "NDArray[np.int64]"
    prorated: "NDArray[np.bool_]"


def score(instrument: Instrument, answers: Mapping[str, Answer]) -> tuple[Score, ...]:
    """All scales of one response in the definition's order. Raises AnswerError; an absent item is missing."""
    check_answers(instrument, answers)
    scores: dict[str, Score] = {}
    for scale in instrument.scales:
        scores[scale.key] = _weighted(scale, scores) if scale.parts else _score(instrument, scale, answers)
    return tuple(scores.values())


def score_table(
    instrument: Instrument, columns: "Mapping[str, NDArray[np.float64]]"
) -> dict[str, ScoreColumns]:
    """All scales of many responses, by scale key.

    `columns` are arrays of numbers, one per item, all of one length n; NaN, or no column at all, is "not
    answered". Items answered by several choices or a date are in no scale and take no column. Raises
    AnswerError with the row (from 0) of the first value that is no answer.
    """
    import numpy as np

    answers: dict[str, NDArray[np.float64]] = {}
    given: dict[str, NDArray[np.bool_]] = {}
    for key, column in columns.items():
        item = known_item(instrument, key)
        values = np.asarray(column)
        if not item.numeric or values.dtype.kind not in "iuf" or values.ndim != 1:
            raise not_allowed(instrument, item, values.dtype.name)
        present = ~np.isnan(values)
        allowed = ~present | _allowed(instrument, item, values)
        if not allowed.all():
            row = int(np.argmin(allowed))
            raise not_allowed(instrument, item, values[row].item(), row)
        answers[key] = np.where(present, values, 0.0)
        given[key] = present
    lengths = {len(values) for values in answers.values()}
    if len(lengths) > 1:
        raise ValueError(
            f"Columns of {instrument.key} differ in length: {sorted(lengths)}. Give one row per response."
        )
    rows = lengths.pop() if lengths else 0
    scores: dict[str, ScoreColumns] = {}
    for scale in instrument.scales:
        scores[scale.key] = (
            _weighted_columns(scale, scores)
            if scale.parts
            else _score_columns(instrument, scale, answers, given, rows)
        )
    return scores


def alerts_raised(instrument: Instrument, item_key: str, value: Answer) -> tuple[Alert, ...]:
    """The alerts that this one raw answer raises, whatever the other answers. Raises AnswerError."""
    check_answer(instrument, item_key, value)
    return tuple(alert for alert in instrument.alerts if alert.item == item_key and alert.raised_by(value))


def band(scale: Scale, value: float | None) -> Band | None:
    """The published band of an unrounded value: the highest that it reaches. None without value or bands."""
    if value is None:
        return None
    return max((b for b in scale.bands if value >= b.at_least), key=lambda b: b.at_least, default=None)


def rescaled(scale: Scale, total: Number) -> Number:
    """The scale's value for a (prorated or weighted) sum: a float or an array of them. Not for a table."""
    s = total / len(scale.items) if scale.method == "mean" else total
    return (s - scale.subtract) * scale.multiply / scale.divide


def looked_up(scale: Scale, total: float) -> float:
    """The value that the scale's table has for a (prorated) sum within it."""
    values = [row.value for row in scale.table]
    if scale.between == "up":
        total = math.ceil(total)
    below = math.floor(total)
    at = below - scale.table[0].raw
    after = min(at + 1, len(values) - 1)  # the last line has none after it, and needs none
    return values[at] + (values[after] - values[at]) * (total - below)


def _score(instrument: Instrument, scale: Scale, answers: Mapping[str, Answer]) -> Score:
    total = 0.0
    used = 0
    for key in scale.items:
        value = answers.get(key)
        if isinstance(value, int | float):
            total += sum(instrument.extent(key)) - value if key in scale.reverse else value
            used += 1
    items = len(scale.items)
    missing = items - used
    if missing > scale.missing.allowed:
        return Score(scale.key, None, used, missing, prorated=False)
    if missing:
        total = total * items / used
    value = looked_up(scale, total) if scale.table else rescaled(scale, total)
    return Score(scale.key, value, used, missing, prorated=missing > 0)


def _weighted(scale: Scale, scores: Mapping[str, Score]) -> Score:
    used = sum(scores[part.scale].items_used for part in scale.parts)
    missing = sum(scores[part.scale].items_missing for part in scale.parts)
    total = 0.0
    for part in scale.parts:
        value = scores[part.scale].value
        if value is None:
            return Score(scale.key, None, used, missing, prorated=False)
        total += part.weight * value
    return Score(scale.key, rescaled(scale, total), used, missing, prorated=missing > 0)


def _allowed(instrument: Instrument, item: Item, values: "NDArray[np.float64]") -> "NDArray[np.bool_]":
    import numpy as np

    if item.kind == "choice":
        allowed = np.zeros(len(values), dtype=bool)
        for choice in instrument.values(item.key):
            allowed |= values == choice
        return allowed
    low, high = instrument.extent(item.key)
    within = (values >= low) & (values <= high)
    return within & (np.floor(values) == values) if item.kind == "whole" else within


def _score_columns(
    instrument: Instrument,
    scale: Scale,
    answers: "Mapping[str, NDArray[np.float64]]",
    given: "Mapping[str, NDArray[np.bool_]]",
    rows: int,
) -> ScoreColumns:
    import numpy as np

    total = np.zeros(rows)
    used = np.zeros(rows, dtype=np.int64)
    for key in scale.items:
        if key in answers:
            if key in scale.reverse:
                total += (sum(instrument.extent(key)) - answers[key]) * given[key]
            else:
                total += answers[key]
            used += given[key]
    items = len(scale.items)
    missing = items - used
    scored = missing <= scale.missing.allowed
    prorated = scored & (missing > 0)
    if prorated.any():
        total[prorated] = total[prorated] * items / used[prorated]
    if scale.table:
        value = np.full(rows, np.nan)
        value[scored] = _looked_up_all(scale, total[scored])
    else:
        value = np.where(scored, rescaled(scale, total), np.nan)
    return ScoreColumns(value=value, items_used=used, items_missing=missing, prorated=prorated)


def _looked_up_all(scale: Scale, total: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    values: NDArray[np.float64] = np.array([row.value for row in scale.table])
    if scale.between == "up":
        total = np.ceil(total)
    below = np.floor(total)
    at = (below - scale.table[0].raw).astype(np.int64)
    low, high = values[at], values[np.minimum(at + 1, len(values) - 1)]
    found: NDArray[np.float64] = low + (high - low) * (total - below)
    return found


def _weighted_columns(scale: Scale, scores: "Mapping[str, ScoreColumns]") -> ScoreColumns:
    import numpy as np

    rows = len(scores[scale.parts[0].scale].value)
    total = np.zeros(rows)
    used = np.zeros(rows, dtype=np.int64)
    missing = np.zeros(rows, dtype=np.int64)
    for part in scale.parts:
        columns = scores[part.scale]
        total += part.weight * columns.value
        used += columns.items_used
        missing += columns.items_missing
    prorated = (missing > 0) & ~np.isnan(total)
    return ScoreColumns(
        value=rescaled(scale, total), items_used=used, items_missing=missing, prorated=prorated
    )
