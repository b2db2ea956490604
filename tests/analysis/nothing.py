"""Studies in which nothing is associated with anything, and what each method shown finds in them.

The methods within patients get scores that both recover over the same months, and otherwise have nothing to
do with each other.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.numbers.formulas import kruskal, partial_spearman, pearson, rmcorr, spearman, t_tested
from analysis.numbers.means import mean_interval
from analysis.numbers.smooth import spline_space
from analysis.results.course import FOLLOW_UP, shown
from analysis.results.models import Question, random_intercept

SLOPES = (0.0, 8.0)  # how far patients' slopes lie apart: points per doubling of follow-up, as their sd
RECOVERY = 10.0  # points per doubling of follow-up, of all patients
SIGNIFICANT = 0.05


def p_values(seed: int, slopes: float, patients: int = 120) -> dict[str, float]:
    """One study of 1 to 5 visits (intraclass correlation 0.6) and the p-values of every method that a page
    shows; ``slopes`` is the sd of the patients' own trends, and a tenth of it that of their own slopes of one
    score on the other: without a direction in common."""
    random = np.random.default_rng([seed, int(slopes)])
    sizes = random.integers(1, 6, patients)
    patient = np.repeat(np.arange(patients), sizes)
    first = np.r_[0, np.cumsum(sizes)[:-1]]
    gaps = np.where(np.isin(np.arange(len(patient)), first), 0.0, random.uniform(0.1, 0.8, len(patient)))
    years = np.cumsum(gaps) - np.cumsum(gaps)[first][patient]
    time = np.log2(1 + years)

    def score() -> NDArray[np.float64]:
        own, trend = random.normal(0, 12, patients), random.normal(0, slopes, patients)
        return 50 + own[patient] + trend[patient] * time + random.normal(0, 10, len(patient))

    x, y = score(), score()
    mean = (np.bincount(patient, x) / sizes)[patient]
    y += (random.normal(0, slopes / 10, patients)[patient]) * (x - mean)
    onset, age, group = (
        random.uniform(-2, 1.5, patients),
        random.normal(50, 15, patients),
        random.integers(0, 3, patients),
    )
    female = (random.random(patients) < 0.6).astype(float)
    found: dict[str, float | None] = {
        "spearman": spearman(x[first], y[first]).p,
        "pearson": pearson(x[first], y[first]).p,
        "spearman with time": spearman(onset, y[first]).p,
        "partial spearman": partial_spearman(x[first], y[first], np.column_stack([age, female])).p,
        "kruskal": kruskal(y[first], group).p,
    }
    splines = spline_space(time, np.log10(10.0 ** onset[patient] + years))
    within = rmcorr(patient, x, y)[0], rmcorr(patient, x + RECOVERY * time, y - RECOVERY * time, splines)[0]
    for name, one in zip(("within", "within, less time"), within, strict=True):
        assert one.robust is not None
        found[f"{name}, robust"] = one.robust.p
    terms = {"onset": onset[patient], FOLLOW_UP: time, "age": age[patient], "female": female[patient]}
    found |= _course(Question(y, terms, patient))
    recovering = x + RECOVERY * time
    of_patient = (np.bincount(patient, recovering) / sizes)[patient]
    parts = {"between": of_patient, "within": recovering - of_patient}
    of_both = Question(y - RECOVERY * time, parts, patient, adjusting=splines)
    found |= {"within_between, within": _robust("within_between", of_both)["within_between, within"]}
    phase = random.integers(0, 4, len(patient))
    dummies = {
        name: (phase == number).astype(float) for number, name in enumerate(("early", "peak", "waning"))
    }
    found |= _robust("injection_cycle", Question(y, {**dummies, "years": time}, patient))
    twice = np.flatnonzero(sizes > 1)
    before, after = y[first][twice], y[first[twice] + sizes[twice] - 1]
    interval = mean_interval(after - before)
    assert interval is not None
    found["before and after"] = float(interval.low <= 0 <= interval.high)
    return {name: p for name, p in found.items() if p is not None}


def rates(seeds: range, slopes: float) -> dict[str, float]:
    """The share of significant results of each method over the studies of these seeds."""
    all_of = [p_values(seed, slopes) for seed in seeds]
    names = dict.fromkeys(name for one in all_of for name in one)
    return {
        name: float(np.mean([one[name] < SIGNIFICANT for one in all_of if name in one])) for name in names
    }


def _course(question: Question) -> dict[str, float]:
    answer = shown(question)
    return {f"course, {term}": t_tested(*answer.fitted[term]).p for term in question.terms}


def _robust(name: str, question: Question) -> dict[str, float]:
    answer = random_intercept(question)
    return {
        f"{name}, {term}": t_tested(*numbers).p
        for term, numbers in answer.robust.items()
        if term != "intercept"
    }
