"""The contract between the study and its analysis: tidy tables and what each scale means.

A reader of data fills `StudyFrames`, with ``build`` for the columns and types; every analysis takes it.
``scored`` joins the facts that analyses need. This module needs pandas alone and knows no database.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.data.analysis_plan import NO_ANALYSIS_PLAN, AnalysisPlan
from analysis.data.columns import FrameError, check_codes, check_columns, check_dated, check_unique
from analysis.data.digest import as_text, digest
from analysis.data.gradings import GRADING_SCALES
from analysis.data.said import SAYS_CHANGED, SAYS_RECOVERED
from analysis.data.since_onset import time_columns

Direction = Literal["higher_better", "higher_worse"]

WORDING_STATUSES = ("verbatim", "working", "loaded", "unknown", "absent")

# text: sorted categories of str (str will do, slower), may be missing · date: datetime64 without a time zone
# number: float, may be missing · whole: integer, never missing · year: nullable Int64 · flag: bool
# codes: a list of str per row · answers: a JSON object per row, item to the value given
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "scores": {
        "patient": "text",
        "visit": "text",
        "visit_id": "whole",
        "completed_on": "date",
        "instrument": "text",
        "version": "text",
        "wording": "text",
        "wording_status": "text",
        "locale": "text",
        "source": "text",
        "answered_by": "text",
        "scale": "text",
        "value": "number",
        "items_used": "whole",
        "items_missing": "whole",
        "prorated": "flag",
    },
    "patients": {
        "patient": "text",
        "sex": "text",
        "birth_year": "year",
        "site": "text",
        "status": "text",
        "status_since": "date",
        "status_reason": "text",
        "cause": "text",
        "side": "text",
        "begin": "text",
        "onset_on": "date",
        "onset_precision": "text",
        "palsies": "whole",
        "enrolled_on": "date",
    },
    "treatments": {
        "patient": "text",
        "kind": "text",
        "state": "text",
        "started_on": "date",
        "precision": "text",
    },
    "visits": {
        "patient": "text",
        "visit": "text",
        "visit_id": "whole",
        "occurrence": "whole",
        "due_on": "date",
        "opens_on": "date",
        "closes_on": "date",
        "battery": "codes",
        "missed_reason": "text",
        "says_recovered": "text",
        "says_changed": "text",
        "begun": "flag",
    },
    "gradings": {
        "patient": "text",
        "scale": "text",
        "value": "number",
        "graded_on": "date",
    },
    "responses": {
        "patient": "text",
        "visit_id": "whole",
        "instrument": "text",
        "completed_on": "date",
        "partial": "flag",
        "scored": "flag",
        "minutes": "number",
        "answers": "answers",
    },
}

# Columns that frames of earlier versions lack, by table; where nobody said anything they change no digest.
LATER = {"patients": ("status_reason",), "visits": ("says_changed",)}

_DTYPES: Mapping[str, Any] = {
    "text": "category",
    "date": "datetime64[s]",
    "number": "float64",
    "whole": "int64",
    "year": "Int64",
    "flag": "bool",
    "codes": "object",
    "answers": "object",
}


@dataclass(frozen=True)
class Threshold:
    """A published amount of change: its kind (``sdc_individual``, ``mcid``, …), value, source, and caveat."""

    kind: str
    value: float
    source: str
    population: str
    caveat: str


@dataclass(frozen=True)
class ScaleInfo:
    """What a scale's numbers mean; ``low`` and ``high`` are its lowest and highest attainable values.

    ``bands`` are (label, at least) sorted upwards, ``cutoffs`` (label, value, source);
    ``analysis.data.cutoffs`` says which side counts. ``items`` are the keys of its items. ``reverse`` are the
    reversed items, each with the sum of its lowest and highest answer. ``missing`` is the missing rule in
    words.

    ``asks_of`` is mood, quality_of_life, symptoms or movement. ``only_by_patient``: analyses leave out what
    another person chose. ``piles_up``: many scores lie at the lowest value. ``headline`` is the rank of a
    scale among those shown first. ``shares`` are scales of other instruments with common content, each with
    the reason. ``early`` says why the scale tells little soon after onset.
    """

    label: str
    short_label: str
    low: float
    high: float
    direction: Direction
    instrument: str
    bands: tuple[tuple[str, float], ...] = ()
    cutoffs: tuple[tuple[str, float, str], ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    items: tuple[str, ...] = ()
    reverse: tuple[tuple[str, float], ...] = ()
    missing: str = ""
    asks_of: str | None = None
    only_by_patient: bool = False
    piles_up: bool = False
    headline: int | None = None
    shares: tuple[tuple[str, str], ...] = ()
    early: str = ""


@dataclass(frozen=True)
class StudyFrames:
    """One study as tidy tables (columns: ``COLUMNS``).

    ``scores``: one row per current response and scale, also where the value is missing; ``scale`` is the
    full key (``face.total``); ``completed_on`` is a calendar date in the study's time zone; ``wording`` is
    its name, ``wording_status`` (verbatim | working | loaded | unknown | absent) whose words they are;
    ``answered_by`` (patient | typed_by_other | chosen_by_other | interpreter) may be missing. ``patients``:
    ``status_reason`` (of `analysis.data.statuses`, may be missing) is why who left or is lost did so;
    ``onset_on`` is the first day of the known period, ``onset_precision`` (day | month | year) its length.
    ``treatments``: one row per injection, operation or course; a ``started_on`` by month or year is that
    period's first day too. ``visits``: one row per visit; ``begun`` once a questionnaire was begun;
    ``says_recovered`` (yes | nearly | no) is the patient's answer whether the face is as it was,
    ``says_changed`` (``SAYS_CHANGED``) how it is since the last time; both may be missing. ``gradings``: one
    row per grading of the index palsy by a clinician; ``scale`` house_brackmann (``value`` 1 to 6) or
    sunnybrook (0 to 100). ``responses``: one row per current response, with the values given by item
    (``answers``), whether it was never sent (``partial``), any of its scales has a value (``scored``) and
    how long it took (``minutes``). ``scale_info``: full scale key to its meaning, in the order of display.
    ``unconfirmed``, ``without_consent`` (None: kept): what was left out (scale, patients, responses).
    ``analysis_plan``: the questions that the study named; a part of the study answers none of them.
    """

    study: str
    title: str
    simulated: bool
    scores: pd.DataFrame
    patients: pd.DataFrame
    treatments: pd.DataFrame
    visits: pd.DataFrame
    gradings: pd.DataFrame
    responses: pd.DataFrame
    scale_info: Mapping[str, ScaleInfo]
    unconfirmed: tuple[tuple[str, int, int], ...] = ()
    without_consent: tuple[tuple[str, int, int], ...] | None = None
    analysis_plan: AnalysisPlan = NO_ANALYSIS_PLAN

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The result of ``scored``, computed once."""
        return scored(self)

    @cached_property
    def sha256(self) -> str:
        """The result of ``data_sha256``, computed once."""
        return data_sha256(self)

    @cached_property
    def computed(self) -> dict[Hashable, Any]:
        """What was computed of these frames and is asked for again: parts of them, and their records."""
        return {}


def build(table: str, rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """The table of that name from plain rows, in its types; an empty one has them too."""
    given = list(rows)
    columns = {name: _column(kind, [row.get(name) for row in given]) for name, kind in COLUMNS[table].items()}
    return pd.DataFrame(columns, copy=False)


def _column(kind: str, values: list[object]) -> pd.Series:
    inferred: Any = None if values else "object"
    column = pd.Series(values, dtype=inferred)
    if kind == "answers":
        return column.map(as_text).astype("object")
    # Text comes first: the categories of an empty column would have another type.
    return (column.astype("str") if kind == "text" else column).astype(_DTYPES[kind])


def of_columns(table: str, columns: Mapping[str, object]) -> pd.DataFrame:
    """The table of that name from whole columns of its types; whole numbers may be narrower."""
    frame = pd.DataFrame({name: columns[name] for name in COLUMNS[table]}, copy=False)
    check_columns(table, COLUMNS[table], frame)
    return frame


def check(frames: StudyFrames) -> None:
    """Refuse tables that break the contract. Further columns are allowed.

    Raises:
        FrameError: a column is missing or of another type, a key is not unique, a code is unknown, or a
            row belongs to no patient or scale.
    """
    for name, columns in COLUMNS.items():
        check_columns(name, columns, getattr(frames, name))
    check_unique("patients", frames.patients, ["patient"])
    check_unique("scores", frames.scores, ["visit_id", "scale"])
    check_unique("responses", frames.responses, ["visit_id", "instrument"])
    known = set(frames.patients["patient"].unique())
    for name in ("scores", "treatments", "visits", "gradings", "responses"):
        strangers = sorted(set(getattr(frames, name)["patient"].unique()) - known)
        if strangers:
            raise FrameError(f"{name}: patient {strangers[0]!r} is not in the table patients")
    unexplained = sorted(set(frames.scores["scale"].unique()) - set(frames.scale_info))
    if unexplained:
        raise FrameError(f"scores: scale {unexplained[0]!r} is not in scale_info")
    if bool(frames.scores["completed_on"].isna().any()):
        raise FrameError("scores: completed_on is missing; every response has the day it was completed")
    check_codes("scores", frames.scores, "wording_status", WORDING_STATUSES)
    check_codes("patients", frames.patients, "sex", ("female", "male", "other", "unknown"))
    check_codes("treatments", frames.treatments, "state", ("planned", "given", "cancelled"))
    for said, codes in (("says_recovered", SAYS_RECOVERED), ("says_changed", SAYS_CHANGED)):
        check_codes("visits", frames.visits[frames.visits[said].notna()], said, codes)
    check_codes("gradings", frames.gradings, "scale", GRADING_SCALES)
    check_dated("patients", frames.patients, "onset_on", "onset_precision")
    check_dated("treatments", frames.treatments, "started_on", "precision")


def or_unknown(text: pd.Series) -> pd.Series:
    """The column of text with ``unknown`` for missing values; its categories are those that occur."""
    text = text.astype("category")
    if not text.isna().any():
        return text.cat.remove_unused_categories()
    words = pd.CategoricalDtype(sorted({*text.dropna().unique(), "unknown"}))
    filled: pd.Series = text.astype(words).fillna("unknown")
    return filled


def scored(frames: StudyFrames) -> pd.DataFrame:
    """One row per response and scale, with the patient's facts and time since onset at that response.

    Added to the columns of ``scores``: ``site, sex, cause, side``; ``days_since_onset`` and
    ``years_since_onset`` (estimates, missing without an onset, before it and from birth);
    ``time_usable`` and, where it is False, ``left_out`` (one of ``LEFT_OUT_REASONS``); ``log10_years``
    (only where usable); ``stratum`` (acute | chronic | unknown); ``age`` (whole years at the patient's
    first visit, scored or not, from the birth year) and ``female`` (1, 0, missing for other or unknown).
    ``first_on`` is that visit's day; ``first_log10_years``, ``first_left_out`` and ``first_stratum`` are the
    columns without ``first_`` as they are on that day.
    ``by_other`` marks scores of an ``only_by_patient`` scale that another person chose; their ``value`` is
    missing here. Rows are sorted by patient, day and visit.

    The stratum is unknown from birth, before onset, with both sides, with several palsies and without an
    onset. Otherwise the estimated days give it. An onset too imprecise for time analyses has a stratum only
    if all its possible durations lie on one side of 90 days.
    """
    by_other = chosen_by_other(frames)
    table = frames.scores.assign(by_other=by_other, value=frames.scores["value"].mask(by_other))
    table = table.merge(_facts(frames), on="patient", how="left", validate="many_to_one")
    table = table.sort_values(["patient", "completed_on", "visit_id", "scale"], ignore_index=True)
    derived = time_columns(table, table["completed_on"])
    inner = ["birth_year", "begin", "onset_on", "onset_precision", "palsies"]
    return table.drop(columns=inner).assign(**derived)


def chosen_by_other(frames: StudyFrames) -> pd.Series:
    """Which ``scores`` of ``only_by_patient`` scales another person chose; analyses leave them out."""
    theirs = [scale for scale, info in frames.scale_info.items() if info.only_by_patient]
    by_other: pd.Series = frames.scores["answered_by"] == "chosen_by_other"
    return by_other & frames.scores["scale"].isin(theirs)


def _facts(frames: StudyFrames) -> pd.DataFrame:
    """The patient's facts by code; the first visit counts before any filter (`analysis.results.filters`)."""
    columns = [
        "patient",
        "site",
        "sex",
        "birth_year",
        "cause",
        "side",
        "begin",
        "onset_on",
        "onset_precision",
    ]
    facts = frames.patients[[*columns, "palsies"]].copy()
    first = pd.DatetimeIndex(first_visit_on(frames).reindex(facts["patient"]))
    facts["first_on"] = first.to_numpy()
    facts["age"] = first.year.to_numpy("float64") - facts["birth_year"].to_numpy("float64", na_value=np.nan)
    facts["female"] = np.select([facts["sex"] == "female", facts["sex"] == "male"], [1.0, 0.0], np.nan)
    at_first = time_columns(facts, facts["first_on"])
    return facts.assign(
        **{f"first_{name}": at_first[name] for name in ("log10_years", "left_out", "stratum")}
    )


def first_visit_on(frames: StudyFrames) -> pd.Series:
    """The day of each patient's first visit, by code: the first response, scored or not, or an earlier visit
    without a questionnaire, which only an import makes.

    A column ``first_visit_on`` of ``patients`` wins. Filters that drop responses write it, so that age stays
    the age at the first visit.
    """
    if "first_visit_on" in frames.patients.columns:
        return frames.patients.set_index("patient")["first_visit_on"]
    answered = frames.scores[["patient", "completed_on"]]
    unasked = frames.visits.loc[frames.visits["battery"].map(len) == 0, ["patient", "due_on"]]
    days = pd.concat([answered, unasked.rename(columns={"due_on": "completed_on"})])
    first: pd.Series = days.groupby("patient")["completed_on"].min()
    return first


def data_sha256(frames: StudyFrames) -> str:
    """SHA-256 of all tables, whatever the order of rows and the numbers of the database (``visit_id``)."""
    return digest(frames.study, {name: getattr(frames, name) for name in COLUMNS}, COLUMNS, LATER)
