"""How often each interval of a report holds, and each test speaks of nothing: samples whose truth is known.

Scores are as in clinics: of 0 to 27 as skewed as those of the PHQ-9 (mood), of 20 to 100 with a third at 20
as the SAQ's (synkinesis), or normal. `python -m tests.proofs.intervals` draws all samples, writes the table
of docs/statistics.md and exits with 1 where an interval holds in fewer than 93 or more than 97 % of them, or
a test speaks in more than 5 %, by more than three standard errors.

Short form: tests/analysis/test_intervals.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np

from analysis.numbers.agreement import Agreement, agreement
from analysis.numbers.consistency import Alpha, Omega, alpha, alpha_interval, omega
from analysis.numbers.formulas import (
    Coefficient,
    Numbers,
    adjusted_p,
    dunn,
    kruskal,
    partial_spearman,
    pearson,
    spearman,
    t_tested,
)
from analysis.numbers.important_change import important_change
from analysis.numbers.means import mean_interval, welch
from analysis.numbers.proportion import wilson
from analysis.numbers.shift import hodges_lehmann
from analysis.results.arms import made
from tests.analysis.nothing import SLOPES, rates
from tests.proofs.drawn import Case, Drawn, Random, tested
from tests.proofs.over_time import logits, models, of_plans, within
from tests.proofs.samples import (
    arms_rows,
    items,
    mood,
    pair,
    synkinesis,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "statistics.md"
BEGIN, END = "<!-- intervals: begin -->", "<!-- intervals: end -->"
LOW, HIGH, FALSE_AT_MOST = 0.93, 0.97, 0.05
ALPHA = 0.05


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
    """The shares over the samples of a fixed seed."""
    random = np.random.default_rng([20261201, sum(case.what.encode()), sum(case.on.encode())])
    found = [one for _ in range(runs or case.runs) if (one := case.draw(random)) is not None]
    intervals = [one for one in found if one.low is not None and one.high is not None]
    tests = [one.p for one in found if one.p is not None]
    return Rate(
        case,
        float(np.mean([one.low <= one.truth <= one.high for one in intervals])) if intervals else None,  # type: ignore[operator]
        float(np.mean([p < ALPHA for p in tests])) if tests else None,
        runs or case.runs,
        len(found) / (runs or case.runs),
    )


SCORES = {"mood": mood, "synkinesis": synkinesis}


@cache
def _mean_of(score: str) -> float:
    return float(SCORES[score](np.random.default_rng(1), 2_000_000).mean())


def _means() -> Iterator[Case]:
    for name in SCORES:
        for n in (10, 12, 20, 30, 100):

            def of_mean(random: Random, n: int = n, name: str = name) -> Drawn | None:
                found = mean_interval(SCORES[name](random, n))
                truth = _mean_of(name)
                return None if found is None else Drawn(found.low_skewed, found.high_skewed, truth)

            yield Case("mean, `…_skewed`", f"{n}, {name}", of_mean)
        for sizes in ((20, 20), (20, 40), (30, 100)):

            def of_means(random: Random, sizes: tuple[int, int] = sizes, name: str = name) -> Drawn | None:
                found = welch(*(SCORES[name](random, n) for n in sizes))
                return None if found is None else Drawn(found.low, found.high)

            yield Case("difference of means", f"{sizes[0]} and {sizes[1]}, {name}", of_means)
        for sizes in ((10, 10), (10, 20), (30, 60)):

            def of_shift(random: Random, sizes: tuple[int, int] = sizes, name: str = name) -> Drawn:
                found = hodges_lehmann(*(SCORES[name](random, n) for n in sizes))
                return Drawn(found.low, found.high)

            yield Case("Hodges–Lehmann shift", f"{sizes[0]} and {sizes[1]}, {name}", of_shift, wide=True)
    for n in (12, 20, 30, 100):

        def before_after(random: Random, n: int = n) -> Drawn | None:
            found = mean_interval(mood(random, n) - np.round(random.normal(5, 2, n)))
            truth = _mean_of("mood") - 5
            if found is None:
                return None
            if n < 30:
                return Drawn(found.low_skewed, found.high_skewed, truth)
            return Drawn(found.low, found.high, truth)

        yield Case("before and after, as pages show it", f"{n}, skewed changes", before_after)
    for n in (10, 30, 100):

        def share(random: Random, n: int = n) -> Drawn:
            truth = random.uniform(0.1, 0.9)
            return Drawn(*wilson(int(random.binomial(n, truth)), n), truth)

        yield Case("share (Wilson)", f"{n}, of 10 to 90 %", share)


@cache
def _rho(method: Callable[[Numbers, Numbers], Coefficient]) -> float:
    found = method(*pair(np.random.default_rng(1), 200_000, 0.5)).estimate
    assert found is not None
    return found


def _correlations() -> Iterator[Case]:
    for n in (12, 30, 100):
        for together in (0.0, 0.5):

            def of_ranks(random: Random, n: int = n, together: float = together) -> Drawn | None:
                found = spearman(*pair(random, n, together))
                p = found.p if together == 0 else None
                return Drawn(found.low, found.high, _rho(spearman) if together else 0.0, p)

            def of_values(random: Random, n: int = n, together: float = together) -> Drawn | None:
                found = pearson(*pair(random, n, together)).robust
                truth = _rho(pearson) if together else 0.0
                return None if found is None else tested(found, truth)

            on = f"{n}, synkinesis and mood, " + ("together" if together else "nothing")
            yield Case("Spearman's rho", on, of_ranks)
            yield Case("Pearson's r, `…_robust`", on, of_values, told=False)

        def partial(random: Random, n: int = n) -> Drawn:
            x, y = pair(random, n, 0.0)
            others = np.column_stack([random.normal(size=n), random.random(n) < 0.6])
            found = partial_spearman(x, y, others.astype(float))
            return Drawn(found.low, found.high, 0.0, found.p)

        yield Case("partial rho", f"{n}, synkinesis and mood, nothing", partial)
    for n in (60, 120):

        def groups(random: Random, n: int = n) -> Drawn:
            return Drawn(p=kruskal(mood(random, n), random.integers(0, 4, n)).p)

        def each(random: Random, n: int = n) -> Drawn:
            pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
            found = dunn(mood(random, n), np.arange(n) % 4, pairs)
            told = [p for p in adjusted_p([one[1] for one in found], "holm") if p is not None]
            return Drawn(p=min(told))

        yield Case("Kruskal and Wallis", f"{n} in 4 groups, mood, nothing", groups)
        yield Case("Dunn with Holm, any of 6", f"{n} in 4 groups, mood, nothing", each)


@cache
def _of_many(coefficient: str) -> float:
    many = items(np.random.default_rng(1), 200_000)
    found = alpha(many) if coefficient == "alpha" else omega(many)
    assert not isinstance(found, str)
    return found.estimate


def _scales() -> Iterator[Case]:
    for n in (50, 100, 300):

        def of_alpha(random: Random, n: int = n) -> Drawn | None:
            answers = items(random, n)
            found = alpha(answers)
            limits = alpha_interval(answers, found.estimate) if isinstance(found, Alpha) else None
            return None if limits is None else Drawn(*limits, _of_many("alpha"))

        def of_omega(random: Random, n: int = n) -> Drawn | None:
            found = omega(items(random, n))
            return Drawn(found.low, found.high, _of_many("omega")) if isinstance(found, Omega) else None

        yield Case("alpha, resampled", f"{n}, nine items of 0 to 3", of_alpha)
        yield Case("omega, resampled", f"{n}, nine items of 0 to 3", of_omega, 300)
    for n in (50, 100):

        def twice(random: Random, n: int = n) -> Drawn | None:
            own = random.normal(50, 12, (n, 1))
            found = agreement(own + random.normal(0, 6, (n, 2)))
            return Drawn(found.low, found.high, 0.8) if isinstance(found, Agreement) else None

        yield Case("ICC(2,1) of a retest", f"{n}, normal", twice)

    def anchored(random: Random) -> Drawn:
        """Patients feel better from a change of 8 points on, each on average; half of them do."""
        change = random.normal(8, 12, 200)
        felt = change + random.normal(0, 6, 200) > 8
        found = important_change(change, felt.astype(float))
        return Drawn(found.low, found.high, 8.0)

    yield Case("important change by an anchor", "200, normal", anchored, 300)


def _treatments() -> Iterator[Case]:
    for lacking in (0.0, 0.15):
        for effect in (0.0, 8.0):

            def compared(random: Random, lacking: float = lacking, effect: float = effect) -> Drawn | None:
                arms = made(arms_rows(random, 120, effect, lacking))
                if isinstance(arms, str):
                    return None
                found = arms.difference(arms.post)
                return tested(t_tested(found.estimate, found.se, found.df), effect)

            def responded(random: Random, lacking: float = lacking) -> Drawn | None:
                arms = made(arms_rows(random, 120, 0.0, lacking))
                if isinstance(arms, str):
                    return None
                gained = arms.post - arms.rows["pre"].to_numpy(float) >= 10
                found = arms.difference(gained.astype(float))
                apart = t_tested(found.estimate, found.se, found.df)
                return Drawn(apart.low, apart.high)

            on = f"120, {lacking:.0%} lack age, " + ("an effect" if effect else "nothing")
            yield Case("`treatment_comparison`", on, compared, 300 if lacking else 1000)
            if effect == 0:
                yield Case("difference of `responders`", on, responded, 300 if lacking else 1000)


WITHIN = range(2000, 2200)  # the studies of nothing in which the methods within patients are looked at
_KINDS = (_means, _correlations, _scales, models, logits, within, of_plans, _treatments)


def cases() -> list[Case]:
    """All that is looked at, in the order of the table."""
    return [case for kind in _KINDS for case in kind()]


def _of_nothing() -> Iterator[Rate]:
    """The tests within patients and of models, in `tests.analysis.nothing`."""
    for slopes in SLOPES:
        for name, share in rates(WITHIN, slopes).items():
            case = Case(name, f"120, slopes of sd {slopes:g}, nothing", lambda random: None, len(WITHIN))
            yield Rate(case, None, share, case.runs)


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
    found = [rate(case) for case in cases()] + list(_of_nothing())
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", encoding="utf-8")
    faults = [fault for one in found for fault in one.faults]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
