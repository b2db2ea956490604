"""The fields of a score: the last one, its change since the one before, and what the change means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_

from analysis.data.change import ROUNDING
from analysis.words import words as _
from surveys.instruments.change import threshold_of
from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import Scale
from surveys.lists.own.fields import Field
from surveys.lists.own.reading import Reading

VERDICTS = {
    "better": _("Better"),
    "same": _("Less than the detectable change"),
    "worse": _("Worse"),
    "unknown": _("No two scores"),
}
Named = Callable[[Instrument, Scale], str]


def fields(instruments: Iterable[Instrument], named: Named) -> Iterator[Field]:
    """Three fields of each scale; the third only where a detectable change is published."""
    for instrument in instruments:
        for scale in instrument.scales:
            yield from _of_scale(instrument, scale, named(instrument, scale))


def judged(
    before: ColumnElement[Any], after: ColumnElement[Any], direction: str, threshold: float
) -> ColumnElement[str]:
    """What `analysis.data.change.judge` says of two scores, for the database."""
    gain = (after - before) * (1 if direction == "higher_better" else -1)
    return case(
        (or_(before.is_(None), after.is_(None)), "unknown"),
        (or_(gain == 0, func.abs(gain) < abs(threshold) - ROUNDING), "same"),
        (gain > 0, "better"),
        else_="worse",
    )


def _of_scale(instrument: Instrument, scale: Scale, name: str) -> Iterator[Field]:
    key, group = f"{instrument.key}.{scale.key}", _("Scores")

    def last(reading: Reading) -> ColumnElement[Any]:
        return reading.scores(instrument.key, scale.key).c.last

    def change(reading: Reading) -> ColumnElement[Any]:
        found = reading.scores(instrument.key, scale.key)
        return found.c.last - found.c.before

    yield Field(f"last.{key}", group, _("%(name)s: last", name=name), "number", last)
    better = _("up is better") if scale.direction == "higher_better" else _("up is worse")
    yield Field(
        f"change.{key}", group, _("%(name)s: change (%(better)s)", name=name, better=better), "number", change
    )
    threshold = threshold_of(instrument, scale.key)
    if threshold is None:
        return
    value = threshold.value

    def verdict(reading: Reading) -> ColumnElement[Any]:
        found = reading.scores(instrument.key, scale.key)
        return judged(found.c.before, found.c.last, scale.direction, value)

    yield Field(
        f"verdict.{key}", group, _("%(name)s: what the change means", name=name), "choice", verdict, VERDICTS
    )
