"""From answers to scores: one response in plain Python, many at once in NumPy, by the same rule.

    s      = sum of the answered items of the scale; a reversed item counts lowest + highest choice - answer
    s      = s * items / answered, if items are missing and the scale's missing rule allows that many
    s      = s / items, if the scale's method is the mean
    value  = (s - subtract) * multiply / divide

Nothing is rounded. An answer that was not given is never made up on its own, and alerts see raw answers only.
Knows no file, database or page; NumPy is imported when a table is scored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from surveys.instruments.instrument import Alert, Band, Instrument, Scale, UnknownPart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "NDArray[np.float64]")


class AnswerError(ValueError):
    """An answer that the instrument does not allow. `allowed` has the values or, for an item, the items."""

    def __init__(
        self,
        instrument: str,
        item: str,
        value: object,
        allowed: Collection[object],
        problem: str,
        row: int | None = None,
    ) -> None:
        self.instrument = instrument
        self.item = item
        self.value = value
        self.allowed = tuple(allowed)
        self.row = row
        super().__init__(problem)


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


def check_answers(instrument: Instrument, answers: Mapping[str, int | None]) -> None:
    """Refuses (AnswerError) unknown items and values outside the choices. None is "not answered".

    Only whole numbers of type int are answers: True, 2.0 and "2" are refused.
    """
    for item, value in answers.items():
        check_answer(instrument, item, value)


def check_answer(instrument: Instrument, item: str, value: int | None) -> None:
    """The same for one item."""
    _check_item(instrument, item)
    if value is not None and (type(value) is not int or value not in instrument.values(item)):
        raise _outside(instrument, item, value)


def score(instrument: Instrument, answers: Mapping[str, int | None]) -> tuple[Score, ...]:
    """All scales of one response in the definition's order. Raises AnswerError; an absent item is missing."""
    check_answers(instrument, answers)
    return tuple(_score(instrument, scale, answers) for scale in instrument.scales)


def score_table(
    instrument: Instrument, columns: "Mapping[str, NDArray[np.float64]]"
) -> dict[str, ScoreColumns]:
    """All scales of many responses, by scale key.

    `columns` are arrays of numbers, one per item, all of one length n; NaN, or no column at all, is "not
    answered". Raises AnswerError with the row (from 0) of the first value outside the choices.
    """
    import numpy as np

    answers: dict[str, NDArray[np.float64]] = {}
    given: dict[str, NDArray[np.bool_]] = {}
    for key, column in columns.items():
        _check_item(instrument, key)
        values = np.asarray(column)
        if values.dtype.kind not in "iuf" or values.ndim != 1:
            raise _outside(instrument, key, values.dtype.name)
        present = ~np.isnan(values)
        allowed = ~present
        for choice in instrument.values(key):
            allowed |= values == choice
        if not allowed.all():
            row = int(np.argmin(allowed))
            raise _outside(instrument, key, values[row].item(), row)
        answers[key] = np.where(present, values, 0.0)
        given[key] = present
    lengths = {len(values) for values in answers.values()}
    if len(lengths) > 1:
        raise ValueError(
            f"Columns of {instrument.key} differ in length: {sorted(lengths)}. Give one row per response."
        )
    rows = lengths.pop() if lengths else 0
    return {scale.key: _score_columns(instrument, scale, answers, given, rows) for scale in instrument.scales}


def alerts_raised(instrument: Instrument, item_key: str, value: int | None) -> tuple[Alert, ...]:
    """The alerts that this one raw answer raises, whatever the other answers. Raises AnswerError."""
    check_answer(instrument, item_key, value)
    if value is None:
        return ()
    return tuple(alert for alert in instrument.alerts if alert.item == item_key and value >= alert.at_least)


def band(scale: Scale, value: float | None) -> Band | None:
    """The published band of an unrounded value: the highest that it reaches. None without value or bands."""
    if value is None:
        return None
    return max((b for b in scale.bands if value >= b.at_least), key=lambda b: b.at_least, default=None)


def rescaled(scale: Scale, total: Number) -> Number:
    """The scale's value for a (prorated) sum of all its items: a float or an array of them."""
    s = total / len(scale.items) if scale.method == "mean" else total
    return (s - scale.subtract) * scale.multiply / scale.divide


def _score(instrument: Instrument, scale: Scale, answers: Mapping[str, int | None]) -> Score:
    total = 0.0
    used = 0
    for key in scale.items:
        value = answers.get(key)
        if value is not None:
            total += _turning_point(instrument, key) - value if key in scale.reverse else value
            used += 1
    items = len(scale.items)
    missing = items - used
    if missing > scale.missing.allowed:
        return Score(scale.key, None, used, missing, prorated=False)
    if missing:
        total = total * items / used
    return Score(scale.key, rescaled(scale, total), used, missing, prorated=missing > 0)


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
                total += (_turning_point(instrument, key) - answers[key]) * given[key]
            else:
                total += answers[key]
            used += given[key]
    items = len(scale.items)
    missing = items - used
    scored = missing <= scale.missing.allowed
    prorated = scored & (missing > 0)
    if prorated.any():
        total[prorated] = total[prorated] * items / used[prorated]
    value = np.where(scored, rescaled(scale, total), np.nan)
    return ScoreColumns(value=value, items_used=used, items_missing=missing, prorated=prorated)


def _turning_point(instrument: Instrument, item: str) -> int:
    values = instrument.values(item)
    return min(values) + max(values)


def _check_item(instrument: Instrument, item: str) -> None:
    try:
        instrument.item(item)
    except UnknownPart as error:
        known = [known.key for known in instrument.items]
        raise AnswerError(instrument.key, item, None, known, str(error)) from None


def _outside(instrument: Instrument, item: str, value: Any, row: int | None = None) -> AnswerError:
    allowed = instrument.values(item)
    place = f"{instrument.key} {item}" if row is None else f"{instrument.key} {item}, row {row}"
    return AnswerError(
        instrument.key,
        item,
        value,
        allowed,
        f"{place}: {value!r} is not one of the choices {', '.join(map(str, allowed))}.",
        row,
    )
