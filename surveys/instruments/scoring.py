"""From answers to scores: one response in plain Python, many at once in NumPy, by the same rule.

    s      = sum of the answered items of the scale; a reversed item counts lowest + highest answer - answer
    s      = s * items / answered, if items are missing and the scale's missing rule allows that many
    s      = s / items, if the scale's method is the mean
    s      = sum of weight * score over the parts, if the scale is a weighted one
    value  = (s - subtract) * multiply / divide, or what the scale's table has for s

Scores are not rounded. A missing answer is never made up on its own, and alerts see raw answers only. NumPy
is imported when a table is scored.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from surveys.instruments.answers import AnswerError, check_answer, check_answers, known_item, not_allowed
from surveys.instruments.instrument import Alert, Answer, Instrument, Item
from surveys.instruments.scale import Band, Scale

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

BLOCK = 16384  # rows at a time: they fit a processor's cache
LONGEST_RANGE = 2000  # sums with stored values

Number = TypeVar("Number", float, "NDArray[np.float64]")


@dataclass(frozen=True)
class Score:
    """One scale of one response. `value` is None if too many items are missing."""

    scale: str
    value: float | None
    items_used: int
    items_missing: int
    prorated: bool


@dataclass(frozen=True)
class ScoreColumns:
    """One scale of many responses, as arrays of one length. `value` is NaN without a score.

    `missing` counts in small numbers what `items_missing` gives as int64; `items` are those of the scale.
    """

    value: "NDArray[np.float64]"
    missing: "NDArray[np.uint16]"
    items: int

    @classmethod
    def of(cls, scale: Scale, others: "Mapping[str, ScoreColumns]", rows: int) -> "ScoreColumns":
        """Columns for so many rows of `scale`, not scored yet. `others` has the parts of a weighted scale."""
        import numpy as np

        items = sum(others[part.scale].items for part in scale.parts) or len(scale.items)
        return cls(np.empty(rows), np.zeros(rows, dtype=np.uint16), items)

    def part(self, rows: slice) -> "ScoreColumns":
        """A view of some rows: writing to it writes here."""
        return ScoreColumns(self.value[rows], self.missing[rows], self.items)

    @property
    def items_missing(self) -> "NDArray[np.int64]":
        """How many items of the scale were not answered."""
        import numpy as np

        return self.missing.astype(np.int64)

    @property
    def items_used(self) -> "NDArray[np.int64]":
        """How many items were answered."""
        return self.items - self.items_missing

    @property
    def prorated(self) -> "NDArray[np.bool_]":
        """The rows with a score although items are missing."""
        import numpy as np

        return (self.missing > 0) & ~np.isnan(self.value)


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

    given = {key: np.asarray(column) for key, column in columns.items()}
    for key, values in given.items():
        item = known_item(instrument, key)
        if not item.numeric or values.dtype.kind not in "iuf" or values.ndim != 1:
            raise not_allowed(instrument, item, values.dtype.name)
    lengths = {len(values) for values in given.values()}
    if len(lengths) > 1:
        raise ValueError(
            f"Columns of {instrument.key} differ in length: {sorted(lengths)}. Give one row per response."
        )
    rows = lengths.pop() if lengths else 0
    scores: dict[str, ScoreColumns] = {}
    for scale in instrument.scales:
        scores[scale.key] = ScoreColumns.of(scale, scores, rows)
    keys = tuple(given)
    sums = _sums(instrument, keys)
    for start in range(0, rows, BLOCK):
        block = slice(start, start + BLOCK)
        answers = np.array([values[block] for values in given.values()], dtype=np.float64)
        absent = np.isnan(answers)
        if not _all_allowed(instrument, keys, answers, absent):
            raise _first_not_allowed(instrument, given)
        answers[absent] = 0.0
        _fill(instrument, keys, sums, answers, absent, {key: one.part(block) for key, one in scores.items()})
    return scores


def alerts_raised(instrument: Instrument, item_key: str, value: Answer) -> tuple[Alert, ...]:
    """The alerts that this one raw answer raises, regardless of other answers. Raises AnswerError."""
    check_answer(instrument, item_key, value)
    return tuple(alert for alert in instrument.alerts if alert.item == item_key and alert.raised_by(value))


def band(scale: Scale, value: float | None) -> Band | None:
    """The published band of an unrounded value: the highest that it reaches; None without value or bands."""
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
    after = min(at + 1, len(values) - 1)  # the last line has no next line, and needs none
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


@dataclass(frozen=True)
class _Sum:
    """A scale that sums whole numbers from a short range: `values` has the score of each possible sum.

    A sum is `start` plus the items at the places `added` less those at `taken`.
    """

    start: int
    added: tuple[int, ...]
    taken: tuple[int, ...]
    values: "NDArray[np.float64]"

    def fill(self, codes: "NDArray[np.int16]", value: "NDArray[np.float64]") -> None:
        """The values of complete rows of `codes`; values of other rows have no meaning."""
        import numpy as np

        total = np.full(codes.shape[1], self.start, dtype=np.int16)
        for place in self.added:
            total += codes[place]
        for place in self.taken:
            total -= codes[place]
        self.values.take(total, out=value, mode="clip")


@lru_cache(maxsize=64)
def _sums(instrument: Instrument, keys: tuple[str, ...]) -> dict[str, _Sum]:
    """The scales, by key, that complete rows of columns `keys` look up; empty if a column has no codes."""
    import numpy as np

    if not _are_codes(instrument, keys):
        return {}
    found: dict[str, _Sum] = {}
    for scale in instrument.scales:
        if scale.parts or not set(scale.items) <= set(keys):
            continue
        ends = [instrument.extent(key) for key in scale.items]
        lowest, highest = (int(sum(end)) for end in zip(*ends, strict=True))
        turned = sum(int(sum(instrument.extent(key))) for key in scale.reverse)
        if max(highest - lowest, abs(turned - lowest)) > LONGEST_RANGE:
            continue
        total = np.arange(lowest, highest + 1, dtype=np.float64)
        found[scale.key] = _Sum(
            start=turned - lowest,
            added=tuple(keys.index(key) for key in scale.items if key not in scale.reverse),
            taken=tuple(keys.index(key) for key in scale.items if key in scale.reverse),
            values=_looked_up_all(scale, total) if scale.table else rescaled(scale, total),
        )
    return found


@lru_cache(maxsize=64)
def _are_codes(instrument: Instrument, keys: tuple[str, ...]) -> bool:
    """Whether each item takes every whole number from its lowest to its highest, all of them small."""
    for item in (instrument.item(key) for key in keys):
        low, high = instrument.extent(item.key)
        if item.kind == "decimal" or max(-low, high) > LONGEST_RANGE:
            return False
        if item.kind == "choice" and len(set(instrument.values(item.key))) != high - low + 1:
            return False
    return True


def _all_allowed(
    instrument: Instrument,
    keys: tuple[str, ...],
    answers: "NDArray[np.float64]",
    absent: "NDArray[np.bool_]",
) -> bool:
    """Whether each value of `answers`, a row per item of `keys`, is an answer to it or `absent`."""
    import numpy as np

    if not _are_codes(instrument, keys):
        return all(
            _allowed(instrument, instrument.item(key), values).all()
            for key, values in zip(keys, answers, strict=True)
        )
    lowest, highest = np.fmin.reduce(answers, axis=1), np.fmax.reduce(answers, axis=1)
    for key, low, high in zip(keys, lowest.tolist(), highest.tolist(), strict=True):
        least, most = instrument.extent(key)
        if low < least or high > most:
            return False
    # NaN differs from itself; any other value that differs from its rounded value is not a whole number.
    unlike = int(np.count_nonzero(np.rint(answers) != answers))
    return unlike == int(np.count_nonzero(absent))


def _first_not_allowed(instrument: Instrument, given: "Mapping[str, NDArray[np.float64]]") -> AnswerError:
    for key, values in given.items():
        item = instrument.item(key)
        allowed = _allowed(instrument, item, values)
        if not allowed.all():
            row = int(allowed.argmin())
            return not_allowed(instrument, item, values[row].item(), row)
    raise AssertionError(f"All answers to {instrument.key} are allowed.")


def _allowed(instrument: Instrument, item: Item, values: "NDArray[np.float64]") -> "NDArray[np.bool_]":
    import numpy as np

    absent = np.isnan(values)
    if item.kind == "choice":
        for choice in instrument.values(item.key):
            absent |= values == choice
        return absent
    low, high = instrument.extent(item.key)
    within = (values >= low) & (values <= high)
    return absent | (within & (np.floor(values) == values) if item.kind == "whole" else within)


def _fill(
    instrument: Instrument,
    keys: tuple[str, ...],
    sums: Mapping[str, _Sum],
    answers: "NDArray[np.float64]",
    absent: "NDArray[np.bool_]",
    scores: Mapping[str, ScoreColumns],
) -> None:
    """Fill `scores` from allowed `answers`: complete rows look scores up, the others compute them."""
    import numpy as np

    incomplete = np.flatnonzero(absent.any(axis=0))
    codes = answers.astype(np.int16) if sums else None
    part, gaps = answers[:, incomplete], absent[:, incomplete]
    for scale in instrument.scales:
        found = scores[scale.key]
        if scale.parts:
            _fill_weighted(scale, scores)
        elif codes is None or scale.key not in sums:
            found.value[:], found.missing[:] = _computed(instrument, scale, keys, answers, absent)
        else:
            sums[scale.key].fill(codes, found.value)
            if incomplete.size:
                computed = _computed(instrument, scale, keys, part, gaps)
                found.value[incomplete], found.missing[incomplete] = computed


def _computed(
    instrument: Instrument,
    scale: Scale,
    keys: tuple[str, ...],
    answers: "NDArray[np.float64]",
    absent: "NDArray[np.bool_]",
) -> "tuple[NDArray[np.float64], NDArray[np.int64]]":
    """Value and number of missing items of each row, in the order of operations of a single response."""
    import numpy as np

    items = len(scale.items)
    total = np.zeros(answers.shape[1])
    missing = np.full(answers.shape[1], items)
    for key in scale.items:
        if key in keys:
            place = keys.index(key)
            if key in scale.reverse:
                total += np.where(absent[place], 0.0, sum(instrument.extent(key)) - answers[place])
            else:
                total += answers[place]
            missing -= ~absent[place]
    scored = missing <= scale.missing.allowed
    prorated = scored & (missing > 0)
    total[prorated] = total[prorated] * items / (items - missing[prorated])
    value = np.full(len(total), np.nan)
    value[scored] = _looked_up_all(scale, total[scored]) if scale.table else rescaled(scale, total[scored])
    return value, missing


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


def _fill_weighted(scale: Scale, scores: Mapping[str, ScoreColumns]) -> None:
    import numpy as np

    found = scores[scale.key]
    total = np.zeros(len(found.value))
    for part in scale.parts:
        total += part.weight * scores[part.scale].value
        found.missing[:] += scores[part.scale].missing
    found.value[:] = rescaled(scale, total)
