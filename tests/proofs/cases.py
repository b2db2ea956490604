"""The samples in which intervals and tests of a report are looked at, all whose truth is known.

Scores are as in clinics: of 0 to 27 as skewed as those of the PHQ-9 (mood), of 20 to 100 with a third at 20
as the SAQ's (synkinesis), or normal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import product

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
from tests.proofs.drawn import Case, Drawn, Random, tested
from tests.proofs.over_time import logits, models, of_plans, within
from tests.proofs.samples import arms_rows, items, mood, normal_items, pair, synkinesis

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


ITEMS = {"nine items of 0 to 3": items, "nine normal items": normal_items}


@cache
def _of_many(coefficient: str, of: str) -> float:
    many = ITEMS[of](np.random.default_rng(1), 200_000)
    found = alpha(many) if coefficient == "alpha" else omega(many)
    assert not isinstance(found, str)
    return found.estimate


def _scales() -> Iterator[Case]:
    for n, of in product((50, 100, 300), ITEMS):

        def of_alpha(random: Random, n: int = n, of: str = of) -> Drawn | None:
            answers = ITEMS[of](random, n)
            found = alpha(answers)
            limits = alpha_interval(answers, found.estimate) if isinstance(found, Alpha) else None
            return None if limits is None else Drawn(*limits, _of_many("alpha", of))

        def of_omega(random: Random, n: int = n, of: str = of) -> Drawn | None:
            found = omega(ITEMS[of](random, n))
            return Drawn(found.low, found.high, _of_many("omega", of)) if isinstance(found, Omega) else None

        yield Case("alpha, resampled", f"{n}, {of}", of_alpha)
        yield Case("omega, resampled", f"{n}, {of}", of_omega, 1000)
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

    yield Case("important change by an anchor", "200, normal", anchored, 1000)


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
            yield Case("`treatment_comparison`", on, compared, 1000)
            if effect == 0:
                yield Case("difference of `responders`", on, responded, 1000)


_KINDS = (_means, _correlations, _scales, models, logits, within, of_plans, _treatments)


@cache
def cases() -> tuple[Case, ...]:
    """All that is looked at, in the order of the table."""
    return tuple(case for kind in _KINDS for case in kind())
