"""A part of the study by facts of patients and responses, as frames again."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.analysis_plan import NO_ANALYSIS_PLAN
from analysis.data.frame import StudyFrames, first_visit_on, or_unknown
from analysis.data.kinds import FAMILIES, FAMILY_OF, NONE_YET
from analysis.data.since_onset import STRATA
from analysis.data.wordings import CHOICES, of_wording
from analysis.results.groups import SEXES

AGES = {"under 40": (0, 40), "40 to 59": (40, 60), "60 and over": (60, 200)}
SIDES = ("left", "right", "both", "unknown")
OF_PATIENTS = ("treatment", "cause", "sex", "age", "side")


@dataclass(frozen=True)
class Filters:
    """What to keep; None keeps all.

    Of patients: ``treatment``: a family, for those who were ever given one of it, or ``none yet`` for those
    who were given no family; ``cause``, ``sex`` and ``side``: the patient's; ``age``: one of ``AGES``, whole
    years at the first visit. Of responses: ``time``: acute, chronic or unknown, for those of that stratum;
    ``visit``: the name of the visit; ``since`` and ``until``: the first and last day (ISO dates); ``locale``
    and ``source``: as stored. ``wording``: ``own`` for responses to working wording alone, ``other`` for
    those to other words; without it a study that holds both shows the others (`analysis.data.wordings`).

    Raises:
        ValueError: a value is not one of those, or not a date.
    """

    treatment: str | None = None
    cause: str | None = None
    sex: str | None = None
    age: str | None = None
    side: str | None = None
    time: str | None = None
    visit: str | None = None
    since: str | None = None
    until: str | None = None
    locale: str | None = None
    source: str | None = None
    wording: str | None = None

    def __post_init__(self) -> None:
        allowed = {
            "treatment": (*FAMILIES, NONE_YET),
            "sex": SEXES,
            "age": tuple(AGES),
            "side": SIDES,
            "time": STRATA,
            "wording": CHOICES,
        }
        for name, values in allowed.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise ValueError(f"{name} {value!r} is not one of {', '.join(values)}")
        for name in ("since", "until"):
            if getattr(self, name) is not None:
                np.datetime64(getattr(self, name), "D")

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}


def apply(frames: StudyFrames, filters: Filters) -> StudyFrames:
    """The frames of the patients and responses that pass every filter; age stays that at the first visit.

    A filter of responses leaves the plan whole: ``visits``, ``treatments`` and ``gradings`` are all those of
    the patients kept. An analysis plan asks about the whole study: of a part all is exploratory. The same
    filters give the same part, so that its records are computed once.
    """
    if ("part", filters) not in frames.computed:
        frames.computed["part", filters] = _part(frames, filters)
    part: StudyFrames = frames.computed["part", filters]
    return part


def _part(frames: StudyFrames, filters: Filters) -> StudyFrames:
    first = first_visit_on(frames).reindex(frames.patients["patient"])
    everybody = frames.patients.assign(first_visit_on=first.to_numpy())
    frames = dataclasses.replace(of_wording(frames, filters.wording), patients=everybody)
    if not filters.chosen:
        return frames
    patients = everybody[_patients_kept(frames, filters)]
    scores, responses = frames.scores, frames.responses
    if filters.chosen.keys() - {*OF_PATIENTS, "wording"}:
        scores = scores[_scores_kept(frames, filters)]
        asked = ["visit_id", "instrument"]
        responses = responses.merge(scores[asked].drop_duplicates(), on=asked)

    def of_these(table: pd.DataFrame) -> pd.DataFrame:
        return table[table["patient"].isin(patients["patient"])].reset_index(drop=True)

    return dataclasses.replace(
        frames,
        analysis_plan=NO_ANALYSIS_PLAN,
        patients=patients.reset_index(drop=True),
        scores=of_these(scores),
        treatments=of_these(frames.treatments),
        visits=of_these(frames.visits),
        gradings=of_these(frames.gradings),
        responses=of_these(responses),
    )


def _patients_kept(frames: StudyFrames, filters: Filters) -> pd.Series:
    patients = frames.patients
    keep = pd.Series(True, index=patients.index)
    for name in ("cause", "sex", "side"):
        if getattr(filters, name) is not None:
            keep &= or_unknown(patients[name]) == getattr(filters, name)
    if filters.age is not None:
        keep &= age_bands(patients) == filters.age
    if filters.treatment is not None:
        keep &= treated(frames, filters.treatment)
    return keep


def age_bands(patients: pd.DataFrame) -> pd.Series:
    """The band of ``AGES`` of each patient at the first visit, otherwise ``unknown``."""
    born = patients["birth_year"].to_numpy("float64", na_value=np.nan)
    age = pd.DatetimeIndex(patients["first_visit_on"]).year.to_numpy("float64") - born
    band = pd.Series("unknown", index=patients.index)
    for name, (lowest, above) in AGES.items():
        band = band.mask((age >= lowest) & (age < above), name)
    return band


def _scores_kept(frames: StudyFrames, filters: Filters) -> pd.Series:
    scores = frames.scores
    keep = pd.Series(True, index=scores.index)
    for name in ("visit", "locale", "source"):
        if getattr(filters, name) is not None:
            keep &= scores[name] == getattr(filters, name)
    if filters.since is not None:
        keep &= scores["completed_on"] >= np.datetime64(filters.since)
    if filters.until is not None:
        keep &= scores["completed_on"] <= np.datetime64(filters.until)
    if filters.time is not None:
        placed = frames.scored
        inside = placed.loc[placed["stratum"] == filters.time, ["visit_id", "scale"]]
        keep &= pd.MultiIndex.from_frame(scores[["visit_id", "scale"]]).isin(pd.MultiIndex.from_frame(inside))
    return keep


def treated(frames: StudyFrames, treatment: str) -> pd.Series:
    given = frames.treatments[frames.treatments["state"] == "given"]
    family = given["kind"].map(FAMILY_OF)
    if treatment == NONE_YET:
        return ~frames.patients["patient"].isin(given.loc[family.notna(), "patient"])
    return frames.patients["patient"].isin(given.loc[family == treatment, "patient"])
