"""Patients expected, patients who came, and patients who stopped: the basis of every other number.

Attendance does not tell answers, so a count is hidden here only if it is itself small.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.data.statuses import GONE
from analysis.numbers.cells import counted
from analysis.numbers.guards import SO_THAT_ANOTHER, SUPPRESS_UNDER, count_text, hidden, is_small
from analysis.results.describe import summary
from analysis.results.groups import first_scores
from analysis.words import words as _

COUNTS = ("expected", "begun", "broken_off", "attended", "scored")
NO_PLAN = _("an import does not say who was to come")
LATER, NO_LATER = _("with a later visit"), _("without a later visit")


def attendance(frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER) -> list[Record]:
    """Each visit of the plan, and unscheduled ones by name, in the order in which they fall due.

    ``enrolled``: all patients. ``expected``: visits begun, and those whose window was over by ``on`` of
    patients who had not left or died by the day it was due; a patient lost to follow-up is expected.
    ``begun``: a questionnaire was begun; ``broken_off``: one of them was not sent before the window
    was over; ``attended``: at least one was sent; ``scored``: a scale has a value. ``completion_rate`` is
    scored of expected, ``available_rate`` scored of all enrolled, after SISAQOL (Coens et al., Lancet
    Oncol 2020;21:e83), where a valid assessment is one that can be scored. Of visits that came with an import
    ``expected`` and ``completion_rate`` are not known (see ``plan_known``).
    """
    visits = told(frames, on)
    enrolled = len(frames.patients)
    return [
        {
            "visit": name,
            "occurrence": occurrence,
            **_record(rows, enrolled, plan_known(rows, enrolled), suppress_under),
        }
        for (name, occurrence), rows in in_order(visits)
    ]


def attendance_by_instrument(
    frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The same for each questionnaire planned: expected with its visit, attended where it was sent."""
    visits, enrolled = told(frames, on), len(frames.patients)
    planned = visits.explode("battery").rename(columns={"battery": "instrument"})
    planned = planned[planned["instrument"].notna()]
    sent = frames.responses[["visit_id", "instrument", "partial", "scored"]]
    each = planned.drop(columns=["begun", "broken_off", "attended", "scored"]).merge(
        sent, on=["visit_id", "instrument"], how="left"
    )
    here = each["partial"].notna()
    partial = each["partial"].eq(True)
    each = each.assign(
        begun=here,
        broken_off=partial,
        attended=here & ~partial,
        scored=each["scored"].eq(True),
    )
    known = {key: plan_known(rows, enrolled) for key, rows in in_order(visits)}
    return [
        {
            "visit": name,
            "occurrence": occurrence,
            "instrument": instrument,
            **_record(rows, enrolled, known[name, occurrence], suppress_under),
        }
        for (name, occurrence), of_visit in in_order(each)
        for instrument, rows in of_visit.groupby("instrument")
    ]


def dropout(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """The first score of patients who answered at a later visit, and of those who did not.

    A later visit is one with any answer on a later day. A patient who is not back yet has none.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Two records per scale (``level``) on all patients, then by the stratum of the first score.
    """
    first = first_scores(table, scale_info)
    last_on = table.groupby("patient")["completed_on"].max()
    later = first["completed_on"] < last_on.reindex(first["patient"]).to_numpy()
    first = first[["scale", "value", "stratum"]].assign(level=np.where(later, LATER, NO_LATER))
    records = []
    for stratum in (None, *STRATA):
        for scale in scale_info:
            rows = first[first["scale"] == scale]
            rows = rows if stratum is None else rows[rows["stratum"] == stratum]
            if stratum is None or len(rows):
                records += _levels(rows, scale, stratum, suppress_under)
    return records


def _levels(rows: pd.DataFrame, scale: str, stratum: str | None, suppress_under: int) -> list[Record]:
    parts = {level: rows.loc[rows["level"] == level, "value"] for level in (LATER, NO_LATER)}
    hide = hidden([len(values) for values in parts.values()], suppress_under)
    records = []
    for (level, values), hid in zip(parts.items(), hide, strict=True):
        head = counted(len(values), suppress_under)
        if hid and not head["suppressed"]:
            head |= dict.fromkeys(("n", "patients", "responses"))
            head |= {
                "n_text": "hidden",
                "suppressed": True,
                "reason": SO_THAT_ANOTHER,
            }
        shown = values.to_numpy(np.float64)[: 0 if hid else None]
        place = {} if stratum is None else {"stratum": stratum}
        records.append({**place, "scale": scale, "level": level, **head, **summary(shown)})
    return records


def told(frames: StudyFrames, on: date) -> pd.DataFrame:
    """The table ``visits`` with a flag for each of ``COUNTS``, and ``imported``: a file alone tells of it.

    Those are visits whose answers all came with an import, and visits that ask nothing, which only an import
    makes.
    """
    whole = frames.responses.assign(whole=~frames.responses["partial"])
    of_visit = whole.groupby("visit_id").agg(
        sent=("whole", "any"),
        unsent=("partial", "any"),
        scored=("scored", "any"),
    )
    visits = frames.visits.merge(of_visit, left_on="visit_id", right_index=True, how="left")
    status = frames.patients.set_index("patient")[["status", "status_since", "enrolled_on"]]
    visits = visits.merge(status, left_on="patient", right_index=True, how="left")
    by_hand = frames.scores.loc[frames.scores["source"] != "import", "visit_id"].unique()
    over = visits["closes_on"] < pd.Timestamp(on)
    gone = visits["status"].isin(GONE) & (visits["status_since"] <= visits["due_on"])
    answered = visits["sent"].notna()
    return visits.assign(
        expected=visits["begun"] | (over & ~gone),
        broken_off=visits["begun"] & ((over & ~answered) | visits["unsent"].eq(True)),
        attended=visits["sent"].eq(True),
        scored=visits["scored"].eq(True),
        imported=(answered & ~visits["visit_id"].isin(by_hand)) | (visits["battery"].map(len) == 0),
        after=(visits["due_on"] - visits["enrolled_on"]).dt.days,
    )


def in_order(visits: pd.DataFrame) -> Sequence[tuple[tuple[str, int], pd.DataFrame]]:
    """Visits by name and occurrence, in the order in which they fall due."""
    found: list[Any] = list(visits.groupby(["visit", "occurrence"]))
    return sorted(found, key=lambda named: (float(named[1]["after"].median()), named[0]))


def plan_known(rows: pd.DataFrame, enrolled: int) -> bool:
    """Whether it is known who was to come to a visit, from its rows of `told`.

    A file of answers tells who came. Where visits came with one, who was to come is known only if every
    patient enrolled has the visit and somebody did not come, or came otherwise: else those who came would be
    counted among themselves.
    """
    if not rows["imported"].any():
        return True
    others = ~(rows["imported"] & rows["begun"])
    return rows["patient"].nunique() == enrolled and bool(others.any())


def _record(rows: pd.DataFrame, enrolled: int, known: bool, suppress_under: int) -> Record:
    counts = {name: int(rows[name].sum()) for name in COUNTS}
    few = is_small(enrolled, suppress_under) or is_small(counts["expected"], suppress_under)
    seen = {name: None if few or is_small(n, suppress_under) else n for name, n in counts.items()}
    texts = {f"{name}_text": count_text(n, suppress_under) for name, n in counts.items()}
    if not known:
        seen["expected"], texts["expected_text"] = None, _("not known")
    scored, expected = seen["scored"], seen["expected"]
    of_all = None if is_small(enrolled, suppress_under) else enrolled
    return {
        "enrolled": of_all,
        **seen,
        **texts,
        "completion_rate": None if scored is None or not expected else scored / expected,
        "available_rate": None if scored is None or not enrolled else scored / enrolled,
        "n": expected if known else of_all,
        "patients": expected if known else of_all,
        "responses": scored,
        "suppressed": few,
        "reason": _reason(few, counts, suppress_under) or (None if known else NO_PLAN),
    }


def _reason(few: bool, counts: Mapping[str, int], suppress_under: int) -> str | None:
    if few or is_small(counts["scored"], suppress_under):
        return _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
    return None if counts["expected"] else _("nobody expected yet")
