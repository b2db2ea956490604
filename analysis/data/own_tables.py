"""A study from tables of one's own, with defaults for what Seventh would know."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data.frame import COLUMNS, ScaleInfo, StudyFrames, build, check

_PROVENANCE: Mapping[str, Any] = {
    "visit": "visit",
    "version": "1",
    "wording": "unknown",
    "wording_status": "unknown",
    "locale": "en",
    "source": "import",
    "answered_by": None,
    "items_used": 0,
    "items_missing": 0,
    "prorated": False,
}


def study(
    scores: pd.DataFrame,
    scales: Mapping[str, ScaleInfo],
    *,
    patients: pd.DataFrame | None = None,
    treatments: pd.DataFrame | None = None,
    name: str = "study",
) -> StudyFrames:
    """A study from tables of one's own.

    Args:
        scores: ``patient, completed_on, scale, value``, where ``scale`` is a key of ``scales``; further
            columns of ``analysis.data.frame.COLUMNS["scores"]`` as far as they are known.
        scales: the meaning of each scale, by key ``instrument.name``.
        patients: ``patient`` and any of ``sex, birth_year, cause, side, begin, onset_on, onset_precision,
            site, enrolled_on``; others are unknown.
        treatments: ``patient, kind, started_on`` and perhaps ``state, precision``.

    Raises:
        FrameError: a table breaks the contract; the message says how.
    """
    known = scores.assign(
        completed_on=pd.to_datetime(scores["completed_on"]), patient=scores["patient"].astype(str)
    )
    for column, value in _PROVENANCE.items():
        if column not in known:
            known[column] = value
    known["instrument"] = known["scale"].str.partition(".")[0]
    known["visit_id"] = known.groupby(["patient", "completed_on"], sort=True).ngroup() + 1
    each = known.drop_duplicates("visit_id")
    asked = known.groupby("visit_id")["instrument"].agg(lambda keys: sorted(set(keys)))
    visits = each[["patient", "visit", "visit_id"]].assign(
        due_on=each["completed_on"],
        opens_on=each["completed_on"],
        closes_on=each["completed_on"],
        battery=each["visit_id"].map(asked),
        begun=True,
    )
    visits["occurrence"] = visits.groupby(["patient", "visit"]).cumcount() + 1
    people = pd.DataFrame({"patient": each["patient"].unique()})
    if patients is not None:
        people = people.merge(
            patients.assign(patient=patients["patient"].astype(str)), on="patient", how="outer"
        )
    first = known.groupby("patient")["completed_on"].min()
    defaults: dict[str, Any] = {
        "sex": "unknown",
        "status": "active",
        "cause": "unknown",
        "side": "unknown",
        "begin": "unknown",
        "palsies": 1,
        "enrolled_on": people["patient"].map(first),
    }
    for column, value in defaults.items():
        if column not in people:
            people[column] = value
    if "onset_on" in people and "onset_precision" not in people:
        people["onset_precision"] = people["onset_on"].notna().map({True: "day", False: None})
    given = pd.DataFrame(columns=["patient", "kind"]) if treatments is None else treatments.copy()
    if "state" not in given:
        given["state"] = "given"
    if "started_on" in given and "precision" not in given:
        given["precision"] = given["started_on"].notna().map({True: "day", False: None})
    responses = known.drop_duplicates(["visit_id", "instrument"])[
        ["patient", "visit_id", "instrument", "completed_on"]
    ].assign(partial=False, scored=True, answers="{}")
    made = {
        "scores": known,
        "patients": people,
        "treatments": given,
        "visits": visits,
        "gradings": pd.DataFrame(),
        "responses": responses,
    }
    return made_of(name, False, made, scales)


def made_of(
    name: str, simulated: bool, made: Mapping[str, pd.DataFrame], scales: Mapping[str, ScaleInfo]
) -> StudyFrames:
    """The study of tables whose cells may be of any type that holds the contract's.

    Raises:
        FrameError: a table breaks the contract.
    """
    tables: dict[str, Any] = {
        table: build(table, (_plain(row, columns) for row in made[table].to_dict("records")))
        for table, columns in COLUMNS.items()
    }
    frames = StudyFrames(study=name, title=name, simulated=simulated, scale_info=dict(scales), **tables)
    check(frames)
    return frames


def _plain(row: Mapping[Any, Any], columns: Mapping[str, str]) -> dict[str, object]:
    """The cells that the contract knows, with None for what is missing."""
    return {name: None if is_missing(row.get(name)) else row[name] for name in columns}


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (not isinstance(value, list | dict) and bool(pd.isna(value)))  # type: ignore[call-overload]
