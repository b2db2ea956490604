"""How often each interval of a report holds and each test speaks of nothing, where the truth is known.

`python -m tests.proofs.intervals` draws the samples of `tests.proofs.cases` on all processors, writes the
table of docs/statistics.md, says how long that took, and exits with 1 where an interval holds in fewer than
93 or more than 97 % of them, or a test speaks in more than 5 %, by more than three standard errors.

Short form: tests/analysis/test_intervals.py.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tests.analysis.nothing import SLOPES, p_values
from tests.proofs.cases import cases
from tests.proofs.drawn import Case, Drawn

DOCUMENT = Path(__file__).parents[2] / "docs" / "statistics.md"
BEGIN, END = "<!-- intervals: begin -->", "<!-- intervals: end -->"
LOW, HIGH, FALSE_AT_MOST = 0.93, 0.97, 0.05
ALPHA = 0.05
TOGETHER = 50  # samples with a seed of their own: whichever process draws them, they are the same
WITHIN = range(2000, 5000)  # the studies of nothing in which the methods within patients are looked at


@dataclass(frozen=True)
class Rate:
    """The shares of samples in which an interval held and a test spoke of nothing; None: it has none.

    ``answered``: the share of samples in which there was anything at all.
    """

    case: Case
    held: float | None
    spoke: float | None
    runs: int
    answered: float = 1.0

    @property
    def faults(self) -> list[str]:
        allowed = 3 * sqrt(LOW * (1 - LOW) / self.runs)
        named = f"{self.case.what}, {self.case.on}"
        found: list[str] = []
        if self.answered < self.case.answers:
            found.append(f"{named}: has a value in {self.answered:.1%} of {self.runs} alone")
        if not self.case.told:
            return found
        if self.held is not None and not LOW - allowed <= self.held <= (
            1.0 if self.case.wide else HIGH + allowed
        ):
            found.append(f"{named}: holds in {self.held:.1%} of {self.runs}")
        if self.spoke is not None and self.spoke > FALSE_AT_MOST + 3 * sqrt(ALPHA * (1 - ALPHA) / self.runs):
            found.append(f"{named}: speaks of nothing in {self.spoke:.1%} of {self.runs}")
        return found


def rate(case: Case, runs: int | None = None) -> Rate:
    """The shares over the samples of fixed seeds."""
    runs = runs or case.runs
    return _shares(case, sum((_counted(case, part) for part in _parts(runs)), Counter()), runs)


def _parts(runs: int) -> list[tuple[int, int]]:
    """The samples that are drawn one after another: their number, and how many."""
    return [(at, min(TOGETHER, runs - at)) for at in range(0, runs, TOGETHER)]


def _counted(case: Case, part: tuple[int, int]) -> Counter[str]:
    at, many = part
    random = np.random.default_rng([20261201, sum(case.what.encode()), sum(case.on.encode()), at])
    return sum((_kinds(case.draw(random)) for _ in range(many)), Counter())


def _kinds(one: Drawn | None) -> Counter[str]:
    """What a sample counts as."""
    if one is None:
        return Counter()
    counts = Counter(["answered"])
    if one.low is not None and one.high is not None:
        counts.update(["interval", *(["held"] if one.low <= one.truth <= one.high else [])])
    if one.p is not None:
        counts.update(["test", *(["spoke"] if one.p < ALPHA else [])])
    return counts


def _shares(case: Case, counts: Counter[str], runs: int) -> Rate:
    return Rate(
        case,
        counts["held"] / counts["interval"] if counts["interval"] else None,
        counts["spoke"] / counts["test"] if counts["test"] else None,
        runs,
        counts["answered"] / runs,
    )


# The place of a case, or the slopes of the studies of nothing in words; and which samples of it.
_Task = tuple[int | str, tuple[int, int]]


def _done(task: _Task) -> tuple[_Task, Counter[str]]:
    """In a process of its own: what the samples of a task count as."""
    of, (at, many) = task
    if isinstance(of, int):
        return task, _counted(cases()[of], (at, many))
    counts: Counter[str] = Counter()
    for seed in WITHIN[at : at + many]:
        found = p_values(seed, float(of))
        counts.update(f"{name}, test" for name in found)
        counts.update(f"{name}, spoke" for name, p in found.items() if p < ALPHA)
    return task, counts


def tasks() -> list[_Task]:
    """All samples, in parts."""
    of_cases: list[_Task] = [(at, part) for at, case in enumerate(cases()) for part in _parts(case.runs)]
    return of_cases + [(str(slopes), part) for slopes in SLOPES for part in _parts(len(WITHIN))]


def rates(processes: int | None = None) -> list[Rate]:
    """Of all cases, and of the methods that `tests.analysis.nothing` looks at.

    In as many processes as there are processors; the samples are the same with any number of them.
    """
    counts: dict[int | str, Counter[str]] = defaultdict(Counter)
    with get_context("spawn").Pool(processes) as pool:
        for (of, __), one in pool.imap(_done, tasks()):
            counts[of] += one
    found = [_shares(case, counts[at], case.runs) for at, case in enumerate(cases())]
    return found + [one for slopes in SLOPES for one in _of_nothing(slopes, counts[str(slopes)])]


def _of_nothing(slopes: float, counts: Counter[str]) -> Iterable[Rate]:
    """The tests within patients and of models."""
    for name in (kind.removesuffix(", test") for kind in counts if kind.endswith(", test")):
        case = Case(name, f"120, slopes of sd {slopes:g}, nothing", lambda random: None, len(WITHIN))
        yield Rate(case, None, counts[f"{name}, spoke"] / counts[f"{name}, test"], case.runs)


def table(found: Sequence[Rate]) -> str:
    """The table of the documentation."""
    lines = [
        "| interval or test | patients and scores | samples | held | spoke of nothing |",
        "|---|---|---|---|---|",
    ]
    for one in found:
        shares = ("–" if share is None else f"{share:.1%}" for share in (one.held, one.spoke))
        lines.append(f"| {one.case.what} | {one.case.on} | {one.runs} | {' | '.join(shares)} |")
    return "\n".join(lines)


def main() -> int:
    """Draw, write, and say what does not hold."""
    began = time.monotonic()
    # a process for each processor: threads of their own for small matrices would only get in each other's way
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    found = rates()
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    faults = [fault for one in found for fault in one.faults]
    for fault in faults:
        print(fault, file=sys.stderr)
    minutes = (time.monotonic() - began) / 60
    print(f"{len(found)} intervals and tests, {len(faults)} faults, {minutes:.1f} minutes")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
