"""Samples whose truth is known, for the proof of intervals: skewed, piled up and repeated as in clinics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.numbers.formulas import Numbers
from analysis.numbers.interval_censored import Looks

LOADINGS = np.linspace(0.5, 0.85, 9)
AT_LOWEST = 0.35  # of the SAQ's scores
PIECE = 80 / 36  # of a SAQ score
Random = np.random.Generator


def mood(random: Random, n: int) -> Numbers:
    """Scores of 0 to 27, as skewed as those of the PHQ-9."""
    return _mood(random.random(n))


def synkinesis(random: Random, n: int) -> Numbers:
    """Scores of 20 to 100, a third of them at 20."""
    return _synkinesis(random.random(n))


def _mood(rank: Numbers) -> Numbers:
    return np.minimum(27, np.round(-5.5 * np.log1p(-rank)))


def _synkinesis(rank: Numbers) -> Numbers:
    above = -np.log1p(-np.clip((rank - AT_LOWEST) / (1 - AT_LOWEST), 0, None))
    return np.minimum(100, 20 + np.ceil(21 * above / PIECE) * PIECE)


def pair(random: Random, n: int, together: float) -> tuple[Numbers, Numbers]:
    """Synkinesis and mood of n patients, whose normal scores correlate so."""
    from scipy.special import ndtr

    one = random.normal(size=n)
    other = together * one + np.sqrt(1 - together**2) * random.normal(size=n)
    return _synkinesis(ndtr(one)), _mood(ndtr(other))


def items(random: Random, n: int) -> Numbers:
    """Nine items of 0 to 3, of which most are 0."""
    return np.digitize(normal_items(random, n), [0.3, 1.1, 1.8]).astype(float)


def normal_items(random: Random, n: int) -> Numbers:
    """Nine normal items of one factor."""
    factor, own = random.normal(size=(n, 1)), random.normal(size=(n, len(LOADINGS)))
    found: Numbers = LOADINGS * factor + np.sqrt(1 - LOADINGS**2) * own
    return found


@dataclass(frozen=True)
class Repeated:
    """Scores of patients at one to five visits; ``time`` in doublings since the first."""

    patient: NDArray[np.int64]
    time: Numbers
    age: Numbers
    score: Numbers


def repeated(random: Random, patients: int, rise: float, slopes: float) -> Repeated:
    """Patients whose scores rise by so many points per doubling, with slopes of that standard deviation."""
    sizes = random.integers(1, 6, patients)
    patient = np.repeat(np.arange(patients), sizes)
    time = np.concatenate([np.r_[0.0, np.sort(random.uniform(0.1, 1.6, size - 1))] for size in sizes])
    own, mine = random.normal(50, 12, patients), random.normal(rise, slopes, patients)
    score = own[patient] + mine[patient] * time + random.normal(0, 9, len(patient))
    return Repeated(patient, time, random.normal(50, 15, patients)[patient], score)


def wholly(random: Random, patients: int, rise: float) -> pd.DataFrame:
    """Rows of the course, of patients of whom 12 % lack the age; who stands worse rather lacks it."""
    one = repeated(random, patients, rise, 6.0)
    first = np.unique(one.patient, return_index=True)[1]
    stood, years = one.score[first], one.age[first]
    hidden = random.random(patients) < 0.24 / (1 + np.exp((stood - 50) / 8))
    began = np.datetime64("2024-01-01")
    days = np.round((2**one.time - 1) * 365.25).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "patient": one.patient,
            "value": one.score + 0.2 * (one.age - 50),
            "completed_on": (began + days).astype("datetime64[s]"),
            "first_on": began.astype("datetime64[s]"),
            "time": one.time,
            "first_log10_years": random.normal(0.3, 0.5, patients)[one.patient],
            "age": np.where(hidden, np.nan, years)[one.patient],
            "female": (random.random(patients) < 0.6)[one.patient].astype(float),
        }
    )


def ordered(
    random: Random, patients: int, effect: float, slopes: float
) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
    """SAQ scores with half at 20, their terms (onset, time, age, female) and patients; effects in logits."""
    sizes = random.integers(1, 6, patients)
    of = np.repeat(np.arange(patients), sizes)
    time = np.concatenate([np.r_[0, np.sort(random.uniform(0.1, 1.6, size - 1))] for size in sizes])
    fixed = (
        random.normal(0, 0.8, patients),
        random.normal(50, 15, patients),
        random.integers(0, 2, patients),
    )
    own = random.normal(effect, slopes, patients)[of]
    latent = random.normal(0, 1.8, patients)[of] + own * time + random.logistic(size=len(of))
    score = 20 + PIECE * np.clip(np.ceil(latent * 3 - 1), 0, 36)
    onset, age, female = (values[of].astype(float) for values in fixed)
    return score, np.column_stack([onset, time, age, female]), of


def arms_rows(random: Random, patients: int, effect: float, lacking: float) -> pd.DataFrame:
    """Index visits, one or two of a patient: who is younger and worse rather begins, and lacks the age."""
    of = np.repeat(np.arange(patients), random.integers(1, 3, patients))
    number = np.where(np.r_[True, of[1:] != of[:-1]], 2.0, 3.0)
    years = random.normal(50, 14, patients)
    usual = 50 + 0.3 * (years - 50) + random.normal(0, 10, patients)
    pre = usual[of] + random.normal(0, 8, len(of))
    chance = 1 / (1 + np.exp(0.7 + 0.04 * (pre - 50) + 0.03 * (years[of] - 50)))
    exposed = (random.random(len(of)) < chance).astype(float)
    post = 0.6 * pre + 20 + 0.2 * (years[of] - 50) + effect * exposed + random.normal(0, 9, len(of))
    hidden = random.random(patients) < 2 * lacking / (1 + np.exp((usual - 50) / 8))
    day = np.datetime64("2024-01-01") + (number * 90).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "patient": of,
            "completed_on": day.astype("datetime64[s]"),
            "exposed": exposed,
            "post": post,
            "number": number,
            "pre": pre,
            "log10_onset_years": random.normal(0.3, 0.5, patients)[of],
            "age": np.where(hidden, np.nan, years)[of],
            "female": (random.random(patients) < 0.6)[of].astype(float),
            "families_before": random.integers(0, 2, len(of)).astype(float),
            "may_be_drawn": True,
            "onset_from": -np.inf,
            "onset_to": np.inf,
        }
    )


def recovery(random: Random, n: int, by: float, *, planned: bool = False) -> tuple[Looks, float]:
    """Looks at patients of whom 80 % recover, after a median of 80 days; and the share by a day.

    Looks are some weeks apart, or ``planned``: on days 30, 90, 180 and 365, give or take ten.
    """
    from scipy.special import ndtr

    day = np.where(random.random(n) < 0.8, np.exp(random.normal(np.log(80), 0.6, n)), np.inf)
    entered = random.uniform(1, 12, n)
    looks = entered[:, None] + np.cumsum(random.integers(14, 40, (n, 14)), axis=1)
    if planned:
        looks = np.array([30, 90, 180, 365]) + random.integers(-10, 11, (n, 4)).astype(float)
    seen = looks >= day[:, None]
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), looks.shape[1])
    padded = np.column_stack([entered, looks, np.full(n, np.inf)])
    at = np.arange(n)
    found = Looks(entered, padded[at, first], padded[at, first + 1], np.full(n, np.inf))
    inside = day > entered
    chosen = Looks(*(values[inside] for values in (found.entered, found.after, found.by, found.other)))
    return chosen, float(0.8 * ndtr((np.log(by) - np.log(80)) / 0.6))
