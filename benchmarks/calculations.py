"""What the heaviest single calculations cost: a curve with its band, all correlations, a million scores."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from analysis.data.frame import scored
from analysis.numbers.smooth import spline
from analysis.results.association import correlations
from surveys.instruments.library import Library
from surveys.instruments.scoring import score_table
from tests.analysis.studies import registry

RUNS = 3


def main() -> None:
    """Print milliseconds of processor time, the median of some runs after one to warm up."""
    random = np.random.default_rng(7)
    x = random.uniform(-2.5, 1.8, 300)
    y = 50 + 8 * x + random.normal(0, 10, 300)
    frames = registry(3, 400)
    table = scored(frames)
    face = Library.load().get("face")
    columns = {item.key: random.integers(1, 6, size=1_000_000).astype(float) for item in face.items}
    say("curve and band of 300 patients", lambda: spline(x, y))
    say("all correlations of 400 patients", lambda: correlations(table, frames.scale_info))
    say("FaCE scores of a million responses", lambda: score_table(face, columns))


def say(what: str, calculate: Callable[[], object]) -> None:
    """One line."""
    calculate()
    spent = []
    for _ in range(RUNS):
        began = time.process_time()
        calculate()
        spent.append(time.process_time() - began)
    print(f"{what}: {1000 * median(spent):.1f} ms")


if __name__ == "__main__":
    main()
