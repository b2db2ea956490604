"""What a proof of intervals and tests looks at: one sample, and the samples of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.numbers.formulas import Inference

Random = np.random.Generator


@dataclass(frozen=True)
class Drawn:
    """Of one sample: an interval and what is true, or p of a test of what is not so; one may be missing."""

    low: float | None = None
    high: float | None = None
    truth: float = 0.0
    p: float | None = None


@dataclass(frozen=True)
class Case:
    """What a report shows, in samples of a kind.

    ``wide``: ties, or what nobody looked at, make it hold more often, which is no harm. ``told``: by pages
    and sentences; what stands in files alone has its row in the table, and no limit. ``answers``: the share
    of samples that have a value at least, as an interval that is seldom there holds as seldom as it likes.
    """

    what: str
    on: str
    draw: Callable[[Random], Drawn | None]
    runs: int = 2000
    wide: bool = False
    told: bool = True
    answers: float = 0.9


def tested(inference: Inference, truth: float) -> Drawn:
    """The interval; and p, where nothing is there."""
    return Drawn(inference.low, inference.high, truth, inference.p if truth == 0 else None)
