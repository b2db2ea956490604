"""Intervals and tests of patients seen again, of sites and of plans, in samples whose truth is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.numbers.agreement import Agreement, agreement
from analysis.numbers.clustered import robust
from analysis.numbers.formulas import normal_tested, t_tested
from analysis.numbers.interval_censored import incidence
from analysis.numbers.ordinal import OrdinalModel
from analysis.numbers.ordinal import fit as ordinal
from analysis.numbers.own_line import less_own_line, with_a_line
from analysis.numbers.precision import patients_for_difference, patients_for_mean
from analysis.numbers.tipping import Rows, tipping
from analysis.results.course import FOLLOW_UP, shown
from analysis.results.course_ordinal import NOT_PROPORTIONAL_UNDER, SPREAD_UNDER
from analysis.results.funnel import funnel
from analysis.results.lacking import of_everybody
from analysis.results.models import RANDOM_SLOPE, Question
from tests.analysis.studies import SCALES
from tests.proofs.drawn import Case, Drawn, Random, tested
from tests.proofs.samples import mood, ordered, recovery, repeated, wholly


def models() -> Iterator[Case]:
    """The course, its patients with unanswered scores or without an age, and the time to recovery."""
    for n, slopes in ((60, 0.0), (90, 10.0), (200, 10.0)):
        for rise in (0.0, 5.0):

            def course(
                random: Random, n: int = n, slopes: float = slopes, rise: float = rise
            ) -> Drawn | None:
                one = repeated(random, n, rise, slopes)
                answer = shown(Question(one.score, {FOLLOW_UP: one.time, "age": one.age}, one.patient))
                return tested(t_tested(*answer.fitted[FOLLOW_UP]), rise) if answer.fitted else None

            what = "a rise" if rise else "nothing"
            yield Case("`course`", f"{n}, slopes of sd {slopes:g}, {what}", course)
    for n in (60, 150):
        for day, planned in ((180, False), (60, True), (180, True)):

            def recovered(random: Random, n: int = n, day: int = day, planned: bool = planned) -> Drawn:
                looks, truth = recovery(random, n, day, planned=planned)
                return Drawn(*incidence(looks).interval(day), truth)

            on = "looks on days 30, 90, 180" if planned else "looks some weeks apart"
            yield Case(f"`recovery_time`, share by day {day}", f"{n}, {on}", recovered, 300, wide=day == 60)
    for rise in (0.0, 5.0):

        def unanswered(random: Random, rise: float = rise) -> Drawn | None:
            """A fifth of the later scores is not there; of patients who stood better rather."""
            one = repeated(random, 120, rise, 6.0)
            first = np.r_[True, one.patient[1:] != one.patient[:-1]]
            stood = one.score[first][one.patient]
            gone = ~first & (random.random(len(one.score)) < 0.4 / (1 + np.exp((50 - stood) / 8)))
            seen = Question(
                one.score[~gone], {FOLLOW_UP: one.time[~gone], "age": one.age[~gone]}, one.patient[~gone]
            )
            answer = shown(seen)
            if answer.mixed is None or FOLLOW_UP not in answer.fitted:
                return None
            ones = np.ones(len(one.score))
            x = np.column_stack([ones, one.time, one.age])
            z = np.column_stack([ones, *([one.time] if answer.model == RANDOM_SLOPE else [])])
            laid = Rows(np.where(gone, np.nan, one.score), x, z, one.patient)
            df = answer.fitted[FOLLOW_UP][2]
            found = tipping(laid, 1, answer.mixed.random_covariance, answer.mixed.sigma, df)
            return Drawn(found.low, found.high, rise)

        what = "a rise" if rise else "nothing"
        yield Case("`tipping_point` without a shift", f"120, later scores lacking, {what}", unanswered, 1000)

        def lacking(random: Random, rise: float = rise) -> Drawn | None:
            rows = wholly(random, 120, rise)
            whole = rows[rows["age"].notna()]
            terms = {
                "log10_onset_years": whole["first_log10_years"],
                FOLLOW_UP: whole["time"],
                "age": whole["age"],
                "female": whole["female"],
            }
            answer = shown(Question.of(whole["value"], whole["patient"], terms, SCALES["face.total"]))
            found = of_everybody(rows, answer)
            if found is None or found["low"] is None:
                return None
            return Drawn(found["low"], found["high"], rise)

        yield Case("`imputed_covariates`", f"120, 12 % lack age, {what}", lacking, 1000)


def holds(model: OrdinalModel) -> bool:
    """Whether a report tells anything of the model."""
    return model.proportional_p >= NOT_PROPORTIONAL_UNDER and model.spread_p >= SPREAD_UNDER


def logits() -> Iterator[Case]:
    """Scores that pile up: what a report tells, which is silent where it refuses the model."""
    for n, effect, slopes in (
        (90, 0.0, 0.0),
        (90, 0.0, 0.5),
        (90, 0.0, 1.0),
        (200, 0.0, 0.0),
        (200, 0.0, 0.5),
        (200, 0.0, 1.0),
        (200, 0.8, 0.0),
    ):

        def piled(random: Random, n: int = n, effect: float = effect, slopes: float = slopes) -> Drawn | None:
            model = ordinal(*ordered(random, n, effect, slopes), np.array([0, 1]), 1)
            found = normal_tested(float(model.estimate[1]), float(model.se_robust[1]))
            if effect == 0:
                return Drawn(p=found.p if holds(model) else 1.0)
            return Drawn(found.low, found.high, effect) if holds(model) else None

        what = "nothing" if effect == 0 else "a rise"
        on = f"{n}, slopes of sd {slopes:g} logits, {what}"
        yield Case("`course_ordinal`", on, piled, 600, answers=0.8)


def within() -> Iterator[Case]:
    """Two scores of a visit after each patient's own line is taken off both."""
    for n in (40, 120):
        for together in (0.0, 0.5):

            def own_trend(random: Random, n: int = n, together: float = together) -> Drawn:
                patient = np.repeat(np.arange(n), random.integers(4, 7, n))
                time = random.uniform(0, 1.6, len(patient))
                own, slope = random.normal(0, 8, (2, n)), random.normal(0, 6, (2, n))
                other = own[0][patient] + slope[0][patient] * time + random.normal(0, 4, len(patient))
                score = own[1][patient] + slope[1][patient] * time + together * other
                score += random.normal(0, 6, len(patient))
                kept = with_a_line(patient, time)
                left = less_own_line(patient[kept], time[kept], np.column_stack([other, score])[kept])
                found = robust(left[:, 1], left[:, :1], patient[kept])
                numbers = (float(of[0]) for of in (found.estimate, found.se, found.df))
                return tested(t_tested(*numbers), together)

            what = "together" if together else "nothing"
            yield Case("`within_own_trend`", f"{n}, own slopes, {what}", own_trend, 1000)


def of_plans() -> Iterator[Case]:
    """Limits that are told beforehand: of a site, of a difference of two measurements, of a sample's size."""
    for sites, size in ((4, 15), (8, 30)):

        def site(random: Random, sites: int = sites, size: int = size) -> Drawn:
            table = pd.DataFrame(
                {
                    "scale": "phq9.total",
                    "patient": np.arange(sites * size).astype(str),
                    "site": np.repeat([f"S{at}" for at in range(sites)], size),
                    "stratum": "chronic",
                    "value": mood(random, sites * size),
                }
            )
            one = funnel(table, SCALES)[0]
            return Drawn(one["low_95"], one["high_95"], one["mean"])

        yield Case("funnel, limits of 95 %", f"{sites} sites of {size}, alike, mood", site, 500, wide=True)
    for n in (50, 100):

        def twice(random: Random, n: int = n) -> Drawn | None:
            own = random.normal(50, 12, (n, 1))
            found = agreement(own + random.normal(0, 6, (n, 2)))
            next_two = random.normal(0, 6, 2)
            if not isinstance(found, Agreement):
                return None
            return Drawn(-found.sdc, found.sdc, float(next_two[1] - next_two[0]))

        yield Case("smallest detectable change", f"{n}, normal, of one more who is stable", twice)
    for half_width in (3.0, 6.0):
        alone, each = patients_for_mean(15, half_width), patients_for_difference(15, half_width)
        assert alone is not None
        assert each is not None

        def of_mean(random: Random, n: int = alone, half_width: float = half_width) -> Drawn:
            mean = float(random.normal(50, 15, n).mean())
            return Drawn(mean - half_width, mean + half_width, 50)

        def of_difference(random: Random, n: int = each, half_width: float = half_width) -> Drawn:
            apart = float(random.normal(50, 15, n).mean() - random.normal(50, 15, n).mean())
            return Drawn(apart - half_width, apart + half_width)

        yield Case("precision of a mean", f"{alone} for ±{half_width:g} points", of_mean)
        yield Case("precision of a difference", f"2 × {each} for ±{half_width:g} points", of_difference)
