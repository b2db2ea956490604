"""Recovery in patients enrolled soon after onset: as graded, and in their own words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames, or_unknown
from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.data.near import nearest
from analysis.data.onset import ACUTE_BELOW_DAYS
from analysis.data.record import Record
from analysis.data.since_onset import DAYS_PER_YEAR, from_birth, time_since_onset
from analysis.numbers.cells import counted, partition, to_nearest, unit_of
from analysis.numbers.guards import HIDDEN, SO_THAT_ANOTHER, SUPPRESS_UNDER, hidden, is_small
from analysis.words import words as _

MONTHS = (3, 6, 12)
AROUND_DAYS = 30
ALL_CAUSES = "all"


def recovery(frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER) -> list[Record]:
    """House–Brackmann I and what patients say 3, 6 and 12 months after onset, 30 days either way, by cause.

    Of patients enrolled under 90 days after the onset of one palsy on one side, not from birth. A month is
    a twelfth of 365.25 days. ``enrolled`` are those for whom the 30 days after that time were over by ``on``;
    the others are ``awaited``. ``graded``: with a grading then, the nearest one counts (of equally near the
    later); ``house_brackmann_1`` of them. ``asked``: answered then whether the face is back to how it
    was; ``says_recovered``: yes. ``share`` is of the graded, with Wilson's interval; ``lowest`` and
    ``highest`` are the shares of the enrolled if none, or all, of those not graded had recovered.

    Returns:
        For each time a record on all causes, then one per cause; no records without acute patients.
    """
    acute = acute_patients(frames)
    if acute.empty:
        return []
    graded, said = graded_on_days(frames, acute), said_on_days(frames, acute)
    causes = sorted(set(acute["cause"]), key=lambda cause: (cause == "unknown", cause == "other", cause))
    records = []
    for months in MONTHS:
        at = _told(acute, graded, said, months, on)
        sizes = [int((at["due"] & (at["cause"] == cause)).sum()) for cause in causes]
        hide = dict(zip(causes, hidden(sizes, suppress_under), strict=True))
        records.append(_record(at, ALL_CAUSES, months, False, suppress_under))
        records += [
            _record(at[at["cause"] == cause], cause, months, hide[cause], suppress_under) for cause in causes
        ]
    return records


def acute_patients(frames: StudyFrames) -> pd.DataFrame:
    """Patients enrolled acute, with the day that their onset counts as."""
    patients = frames.patients.assign(cause=or_unknown(frames.patients["cause"]))
    time = time_since_onset(patients["onset_on"], patients["onset_precision"], patients["enrolled_on"])
    onset = patients["enrolled_on"] - pd.to_timedelta(time["days"], unit="D")
    apart = from_birth(patients) | (patients["side"] == "both") | (patients["palsies"] > 1)
    acute = (time["longest"] < ACUTE_BELOW_DAYS) & ~apart
    return patients.assign(onset=onset)[acute][["patient", "cause", "onset"]]


def graded_on_days(frames: StudyFrames, acute: pd.DataFrame) -> pd.DataFrame:
    """Gradings with House–Brackmann by days after onset."""
    grades = frames.gradings[frames.gradings["scale"] == HOUSE_BRACKMANN]
    rows = acute.merge(grades, on="patient")
    return rows.assign(day=(rows["graded_on"] - rows["onset"]).dt.days)[["patient", "day", "value"]]


def said_on_days(frames: StudyFrames, acute: pd.DataFrame) -> pd.DataFrame:
    """Patients' own answers on recovery by days after onset, on the day of their visit's answer."""
    answered = frames.responses.groupby("visit_id")["completed_on"].min()
    visits = frames.visits[frames.visits["says_recovered"].notna()]
    rows = acute.merge(visits[["patient", "visit_id", "due_on", "says_recovered"]], on="patient")
    told_on = rows["visit_id"].map(answered).fillna(rows["due_on"])
    yes = (rows["says_recovered"] == "yes").astype(float)
    return rows.assign(day=(told_on - rows["onset"]).dt.days, value=yes)[["patient", "day", "value"]]


def _told(
    acute: pd.DataFrame, graded: pd.DataFrame, said: pd.DataFrame, months: int, on: date
) -> pd.DataFrame:
    """The acute patients with whether the time has passed, the grade then and whether they say recovered."""
    target = months * DAYS_PER_YEAR / 12
    passed = (pd.Timestamp(on) - acute["onset"]).dt.days > target + AROUND_DAYS
    return acute.assign(
        due=passed,
        grade=acute["patient"].map(_around(graded, target)),
        said=acute["patient"].map(_around(said, target)),
    )


def _around(rows: pd.DataFrame, target: float) -> Mapping[str, float]:
    found: Any = nearest(rows.assign(away=rows["day"] - target), AROUND_DAYS).to_dict()
    return dict(found)


def _record(at: pd.DataFrame, cause: str, months: int, hide: bool, suppress_under: int) -> Record:
    due = at[at["due"]]
    grade, said = due["grade"].dropna().to_numpy(np.float64), due["said"].dropna().to_numpy(np.float64)
    enrolled, graded = len(due), len(grade)
    recovered, yes = int((grade == 1).sum()), int(said.sum())
    head = counted(enrolled, suppress_under)
    if hide and not head["suppressed"]:
        head |= dict.fromkeys(("n", "patients", "responses"))
        head |= {"n_text": "hidden", "suppressed": True, "reason": SO_THAT_ANOTHER}
    few = head["suppressed"]
    parts = _parts(recovered, graded, few, suppress_under)
    of, one = parts["of"], parts["part"]
    shown = one is not None and of > 0
    if parts["rounded"]:
        enrolled = max(to_nearest(enrolled, unit_of(suppress_under)), of)
        head |= {
            "n": enrolled,
            "patients": enrolled,
            "responses": enrolled,
            "n_text": _("about %(enrolled)s", enrolled=enrolled),
        }
    awaited = len(at) - len(due)
    return {
        "months": months,
        "cause": cause,
        "enrolled": head["n"],
        "awaited": None if is_small(awaited, suppress_under) else awaited,
        **head,
        "rounded": parts["rounded"],
        "graded": None if few or is_small(graded, suppress_under) else of,
        "house_brackmann_1": one,
        "asked": None if few or is_small(len(said), suppress_under) else len(said),
        "says_recovered": _parts(yes, len(said), few, suppress_under)["part"],
        "share": parts["part_share"] if shown else None,
        "low": parts["part_low"] if shown else None,
        "high": parts["part_high"] if shown else None,
        "lowest": one / enrolled if shown else None,
        "highest": (one + enrolled - of) / enrolled if shown else None,
        "reason": head["reason"] or (None if shown else HIDDEN if graded else _("nobody graded")),
    }


def _parts(count: int, of: int, few: bool, suppress_under: int) -> Record:
    """Who is counted and who is not, as they may be shown: nothing of a small whole."""
    parts = partition({"part": count, "rest": of - count}, suppress_under)
    hide = few or is_small(of, suppress_under)
    return {**dict.fromkeys(parts), "of": of, "rounded": False} if hide else parts
