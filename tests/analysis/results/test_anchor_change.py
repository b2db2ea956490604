"""The study's own minimal important change: as R has it, and not told where it would be a guess."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.data.said import SAYS_CHANGED
from analysis.results.anchor_change import ANSWERS, anchor_change, changes
from tests.analysis.reference import close
from tests.analysis.studies import Patient, study

HERE = Path(__file__).parents[2] / "data" / "statistics" / "anchor"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
SCALE = {"higher": "face.total", "lower": "phq9.total"}
WORD_OF = {number: word for word, number in ANSWERS.items()}


def asked(said, change, scale, start=50.0):
    """Two visits of each patient, and what was said at the second."""
    patients = [
        Patient(f"P{at:03d}", [("2024-01-01", {scale: start}), ("2024-06-01", {scale: start + float(by)})])
        for at, by in enumerate(change)
    ]
    frames = study(patients)
    words = [None if at % 2 == 0 else WORD_OF[int(said[at // 2])] for at in range(2 * len(patients))]
    return replace(frames, visits=frames.visits.assign(says_changed=words))


def of_file(name):
    rows = list(csv.DictReader((HERE / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    return asked(*(np.array([float(row[key]) for row in rows]) for key in ("said", "change")), SCALE[name])


def told(frames, scale):
    """The records on improvement and on worsening."""
    found = anchor_change(frames, {scale: frames.scale_info[scale]})
    return {one["change"]: one for one in found}


@pytest.mark.parametrize("name", ["higher", "lower"])
def test_it_equals_r(name):
    """In points as scored: of a score where lower is better, an improvement is negative."""
    found, expected = told(of_file(name), SCALE[name]), EXPECTED[name]
    for one in found.values():
        assert [one[key] for key in ("n", "improved", "same", "worse")] == [
            expected[key] for key in ("n", "improved", "same", "worse")
        ]
        assert one["correlation"] == close(expected["correlation"])
        assert [one["mic_predicted"], one["mic"]] == close(expected[one["change"]])
        assert one["low"] < one["mic"] < one["high"]


def test_it_is_not_told_of_few_or_where_answer_and_score_have_little_in_common():
    random = np.random.default_rng(1)
    few = asked(random.integers(-2, 3, 100), random.normal(0, 5, 100), "face.total")
    assert {one["reason"] for one in told(few, "face.total").values()} == {
        "fewer than 50 patients say that they are better",
        "fewer than 50 patients say that they are worse",
    }
    apart = asked(random.integers(-2, 3, 400), random.normal(0, 5, 400), "face.total")
    for one in told(apart, "face.total").values():
        assert one["mic"] is None
        assert one["reason"] == "what patients say and the change of score correlate below 0.3"


def test_nobody_asked_is_no_record_and_few_answers_are_hidden():
    assert anchor_change(study([Patient("P1", [("2024-01-01", {"face.total": 5.0})])]), {}) == []
    [one, _] = told(asked([2, 0, 0, 0, 0, 0], [5, 0, 1, 0, 1, 0], "face.total"), "face.total").values()
    assert (one["improved"], one["same"], one["worse"], one["n"], one["suppressed"]) == (None,) * 4 + (True,)


def test_only_the_first_visit_that_tells_counts():
    """With the score before it, also where nobody was asked at that one."""
    visits = [(f"2024-0{month}-01", {"face.total": float(month)}) for month in (1, 2, 4, 7)]
    frames = study([Patient("P1", visits)])
    frames = replace(frames, visits=frames.visits.assign(says_changed=[None, None, "better", "same"]))
    [row] = changes(frames.scored, frames.visits[["visit_id", "says_changed"]].dropna()).to_dict("records")
    assert (row["change"], row["said"]) == (2.0, 1)
    assert tuple(ANSWERS) == SAYS_CHANGED
