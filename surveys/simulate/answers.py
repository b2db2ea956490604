"""The answers of simulated patients: from their state to a choice for each item, with some gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from surveys.instruments.definition import Instrument, Item
from surveys.instruments.instrument import Subject

if TYPE_CHECKING:
    import numpy as np

    from surveys.simulate.people import Person

SKIPPED_SHARE = 0.007
STOPPED_SHARE = 0.02
HARDER_WITH_ALERT = 1.7  # thoughts of death are much rarer than poor sleep


@dataclass(frozen=True)
class SimulatedAnswers:
    """One answered questionnaire; `skipped` are the skipped items."""

    answers: dict[str, int]
    skipped: tuple[str, ...]


def answer(
    rng: np.random.Generator, instrument: Instrument, subject: Subject | None, person: Person, on: date
) -> SimulatedAnswers:
    """The answers of `person` on that day to an instrument on `subject`.

    Each item adds its own difficulty and noise to the state that the instrument measures (a graded response
    model in its simplest form). The choice goes up by one at each of equally spaced thresholds of the sum.
    """
    burden = _burden(subject, person, on)
    items = instrument.asked()
    noise = rng.normal(0.0, 0.62, len(items))
    gaps = rng.random(len(items)) < SKIPPED_SHARE
    if rng.random() < STOPPED_SHARE:
        gaps[int(rng.integers(len(items) // 2, len(items))) :] = True
    warned = {alert.item for alert in instrument.alerts}
    answers: dict[str, int] = {}
    skipped = []
    for position, item in enumerate(items):
        if gaps[position] or not item.numeric:
            skipped.append(item.key)
            continue
        # A spread that differs between items but not between runs: the same item is the harder one for all.
        difficulty = 0.35 * ((item.number * 7) % 5 - 2) / 2 + (HARDER_WITH_ALERT if item.key in warned else 0)
        felt = burden - difficulty + float(noise[position])
        values = _values(instrument, item)
        step = sum(felt > threshold for threshold in _thresholds(len(values)))
        answers[item.key] = values[-1 - step] if _high_is_good(instrument, item.key) else values[step]
    return SimulatedAnswers(answers, tuple(skipped))


def _values(instrument: Instrument, item: Item) -> list[int]:
    """The possible answers, lowest first; numbers are whole."""
    if item.chosen:
        return sorted(instrument.values(item.key))
    low, high = instrument.extent(item.key)
    return list(range(math.ceil(low), math.floor(high) + 1))


def _burden(subject: Subject | None, person: Person, on: date) -> float:
    if subject == "mood":
        return person.low_mood(on)
    if subject == "symptoms":
        return person.synkinesis(on)
    return person.impairment(on)


def _thresholds(choices: int) -> list[float]:
    """Thresholds equally spaced from -1.5 to 1.5, one fewer than the choices."""
    if choices == 2:
        return [0.0]
    return [-1.5 + 3.0 * step / (choices - 2) for step in range(choices - 1)]


def _high_is_good(instrument: Instrument, item: str) -> bool:
    """Whether the higher choice of `item` is the better state, by the first scale that uses it."""
    for scale in instrument.scales:
        if item in scale.items:
            rises = (scale.direction == "higher_better") == (scale.multiply / scale.divide > 0)
            return rises != (item in scale.reverse)
    return False
