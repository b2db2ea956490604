"""Who was enrolled, due, answered, and what became of them."""

import dataclasses
from datetime import date
from typing import Any

import pandas as pd
import pytest

from analysis.data.frame import StudyFrames
from analysis.results.flow import flow
from tests.analysis.studies import Patient, study

ON = date(2024, 12, 31)
ANSWER = {"face.total": 50.0}
DAYS = ("2024-02-01", "2024-08-01")


def planned(answered: dict[str, int], why: dict[str, str] | None = None, **facts: Any) -> StudyFrames:
    """Patients by code, with how many of two planned visits each answered, and why not the second."""
    made = study([Patient(code, [(day, ANSWER) for day in DAYS], facts=facts) for code in answered])
    number = made.visits["visit"].map({"visit 1": 1, "visit 2": 2}).astype(int)
    skipped = number > made.visits["patient"].map(answered).astype(int)
    gone = set(made.visits.loc[skipped, "visit_id"])
    reasons = made.visits["patient"].astype(str).map(why or {}).where(skipped)
    return dataclasses.replace(
        made,
        scores=made.scores[~made.scores["visit_id"].isin(gone)],
        responses=made.responses[~made.responses["visit_id"].isin(gone)],
        visits=made.visits.assign(begun=~skipped, missed_reason=reasons.astype("category")),
    )


def changed(frames: StudyFrames, codes: str, **facts: Any) -> StudyFrames:
    """The same, with other facts of these patients."""
    patients = frames.patients.copy()
    for name, value in facts.items():
        column = patients[name].astype(object)
        patients[name] = column.where(~patients["patient"].isin(list(codes)), value)
    patients["status_since"] = pd.to_datetime(patients["status_since"]).astype("datetime64[s]")
    return dataclasses.replace(frames, patients=patients)


def counts(frames: StudyFrames, under: int = 1, **facts: object) -> dict[tuple[Any, ...], Any]:
    """The counts with these facts, by step, visit and reason."""
    found = flow(frames, ON, suppress_under=under)
    return {
        (one["step"], one["visit"], one["reason"]): one["n"]
        for one in found
        if all(one[name] == value for name, value in facts.items())
    }


def test_enrolled_due_answered() -> None:
    """Two answered both visits, one the first, and one none."""
    found = counts(planned({"a": 2, "b": 2, "c": 1, "d": 0}), by="all")
    assert list(found.items())[:4] == [
        (("enrolled", None, None), 4),
        (("due", None, None), 4),
        (("answered", None, None), 3),
        (("not_answered", None, None), 1),
    ]
    assert [found[step, "visit 2", None] for step in ("due", "answered", "not_answered")] == [4, 2, 2]


def test_who_left_before_is_not_due_and_who_is_lost_is() -> None:
    """As attendance counts them."""
    frames = changed(planned({"a": 2, "b": 1, "c": 1}), "b", status="left", status_since="2024-06-01")
    frames = changed(frames, "c", status="lost", status_since="2024-06-01")
    found = counts(frames, by="all")
    assert (found["due", "visit 2", None], found["not_answered", "visit 2", None]) == (2, 1)
    assert {name: found[name, None, None] for name in ("active", "paused", "left", "lost", "died")} == {
        "active": 1,
        "paused": 0,
        "left": 1,
        "lost": 1,
        "died": 0,
    }


def test_recorded_reasons_follow() -> None:
    """The most frequent first, however it was capitalised; who answered needs none."""
    why = {"a": "moved", "b": "Was on holiday", "c": "was on holiday ", "d": "was on holiday", "f": "moved"}
    found = counts(planned({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 2}, why), by="all")
    of_second = {reason: n for (_, visit, reason), n in found.items() if visit == "visit 2" and reason}
    assert list(of_second.items()) == [
        ("no reason recorded", 1),
        ("was on holiday", 3),
        ("moved", 1),
    ]


def test_a_reason_of_few_is_not_told() -> None:
    """It may say who it was."""
    why = {f"p{n}": "ill" if n < 6 else "found a lump" for n in range(9)}
    found = counts(planned(dict.fromkeys([*why, "x"], 1), why), 5, by="all")
    reasons = {reason for _, visit, reason in found if visit and reason}
    assert reasons == {"no reason recorded", "ill", "other reasons"}
    assert found["not_answered", "visit 2", "ill"] is None  # of ten, one gave none and three others
    assert found["not_answered", "visit 2", None] == 10


def test_why_who_left_did_so_follows() -> None:
    """By code, apart for those who left and who are lost; who takes part has no reason."""
    frames = planned(dict.fromkeys("abcdefgh", 2))
    for codes, status, why in (("ab", "left", "burden"), ("c", "left", None), ("d", "lost", "not_reached")):
        since = {"status_since": "2024-06-01"}
        frames = changed(frames, codes, status=status, status_reason=why, **since)
    found = counts(frames, by="all")
    told = {(step, why): n for (step, visit, why), n in found.items() if step in ("left", "lost", "active")}
    assert told == {
        ("active", None): 4,
        ("left", None): 3,
        ("left", "no reason recorded"): 1,
        ("left", "burden"): 2,
        ("lost", None): 1,
        ("lost", "no reason recorded"): 0,
        ("lost", "not_reached"): 1,
    }
    assert counts(frames, 5, by="all")["left", None, "other reasons"] is None, "of few, no code is told"


def test_by_site() -> None:
    frames = changed(planned({"a": 2, "b": 1, "c": 0}), "c", site="b")
    assert counts(frames, by="site", group="b")["not_answered", None, None] == 1
    assert counts(frames, by="site", group="main")["enrolled", None, None] == 2


@pytest.mark.parametrize("lost", [3, 7])
def test_a_small_count_is_not_what_the_others_leave(lost: int) -> None:
    """Of fifteen, three who are lost are hidden with the smallest others."""
    codes = "abcdefghijklmno"
    frames = changed(planned(dict.fromkeys(codes, 2)), codes[:lost], status="lost", status_since="2024-06-01")
    found = counts(frames, 5, by="all")
    told = [found[name, None, None] for name in ("active", "paused", "left", "lost", "died")]
    assert told == ([8, 0, 0, 7, 0] if lost == 7 else [None, 0, 0, None, 0])


def test_nobody_has_no_flow() -> None:
    assert flow(study([]), ON) == []
