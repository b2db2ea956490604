"""Whether a filter would reveal the answers of a few patients, directly or by subtraction."""

import dataclasses

import pandas as pd

from analysis.data.frame import StudyFrames, or_unknown
from analysis.numbers.guards import hidden
from analysis.results.filters import Filters, age_bands, apply


def too_narrow(frames: StudyFrames, filters: Filters, under: int) -> bool:
    """Whether one of the chosen filters singles out fewer than ``under`` patients, given the others.

    A filter splits the patients who answered: cause, sex, side and age by value, any other into those who
    pass and the rest. A value is too narrow if ``guards.hidden`` would hide its cell; then subtracting views
    never leaves a small cell. A value without patients is not too narrow.
    """
    return any(_singles_out(frames, filters, name, under) for name in filters.chosen)


def _singles_out(frames: StudyFrames, filters: Filters, name: str, under: int) -> bool:
    around = apply(frames, dataclasses.replace(filters, **{name: None}))
    passing = _answered(apply(frames, filters))
    everybody = _answered(around)
    rest = everybody[~everybody["patient"].isin(passing["patient"])]
    if name == "age":
        others = age_bands(rest).value_counts().tolist()
    elif name in ("cause", "sex", "side"):
        others = or_unknown(rest[name]).value_counts().tolist()
    else:
        others = [len(rest)]
    return hidden([len(passing), *others], under)[0]


def _answered(frames: StudyFrames) -> pd.DataFrame:
    patients = frames.patients
    return patients[patients["patient"].isin(frames.scores["patient"])]
