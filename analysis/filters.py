"""A part of the study by treatment, cause, sex or time since onset, as frames again."""

import dataclasses
from dataclasses import dataclass

import pandas as pd

from analysis.frame import STRATA, StudyFrames, first_visit_on, scored
from analysis.groups import SEXES
from analysis.treatments import FAMILIES, FAMILY_OF, NONE_YET
from analysis.wordings import CHOICES, of_wording


@dataclass(frozen=True)
class Filters:
    """What to keep; None keeps all.

    ``treatment``: a family, for patients who were ever given one of it, or ``none yet`` for those given
    nothing of any family. ``cause`` and ``sex``: the patient's. ``time``: acute, chronic or unknown, for
    responses of that stratum. ``wording``: ``own`` for responses to working wording alone, ``other`` for
    those to other words; without it a study that holds both shows the others (`analysis.wordings`).

    Raises:
        ValueError: a value is not one of those.
    """

    treatment: str | None = None
    cause: str | None = None
    sex: str | None = None
    time: str | None = None
    wording: str | None = None

    def __post_init__(self) -> None:
        allowed = {"treatment": (*FAMILIES, NONE_YET), "sex": SEXES, "time": STRATA, "wording": CHOICES}
        for name, values in allowed.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise ValueError(f"{name} {value!r} is not one of {', '.join(values)}")

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


def apply(frames: StudyFrames, filters: Filters) -> StudyFrames:
    """The frames of the patients and responses that pass every filter; age stays that at the first visit."""
    patients = frames.patients
    first = first_visit_on(frames).reindex(patients["patient"])
    patients = patients.assign(first_visit_on=first.to_numpy())
    frames = dataclasses.replace(of_wording(frames, filters.wording), patients=patients)
    if not filters.chosen:
        return frames
    keep = pd.Series(True, index=patients.index)
    if filters.cause is not None:
        keep &= patients["cause"].fillna("unknown") == filters.cause
    if filters.sex is not None:
        keep &= patients["sex"] == filters.sex
    if filters.treatment is not None:
        keep &= _treated(frames, filters.treatment)
    patients = patients[keep]
    scores = frames.scores
    if filters.time is not None:
        placed = scored(frames)
        visits = placed.loc[placed["stratum"] == filters.time, ["visit_id", "scale"]]
        scores = scores.merge(visits, on=["visit_id", "scale"])

    def of_these(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["patient"].isin(patients["patient"])].reset_index(drop=True)

    return dataclasses.replace(
        frames,
        patients=patients.reset_index(drop=True),
        scores=of_these(scores),
        treatments=of_these(frames.treatments),
        visits=of_these(frames.visits),
        gradings=of_these(frames.gradings),
        responses=of_these(frames.responses),
    )


def _treated(frames: StudyFrames, treatment: str) -> pd.Series:
    given = frames.treatments[frames.treatments["state"] == "given"]
    family = given["kind"].map(FAMILY_OF)
    if treatment == NONE_YET:
        return ~frames.patients["patient"].isin(given.loc[family.notna(), "patient"])
    return frames.patients["patient"].isin(given.loc[family == treatment, "patient"])
