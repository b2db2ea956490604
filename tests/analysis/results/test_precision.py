"""How many patients a half-width needs: spread and correlation as lme4 has them, the root as R finds it."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from analysis.results.precision import TOO_FEW, precision
from tests.analysis.studies import Patient, study

HERE = Path(__file__).parents[2] / "data" / "statistics" / "precision"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frames():
    scores = defaultdict(list)
    for row in csv.DictReader((HERE / "scores.csv").read_text(encoding="utf-8").splitlines()):
        scores[row["patient"]].append(float(row["value"]))
    return study(
        Patient(f"P{code}", [(f"2024-0{at}-01", {"face.total": one}) for at, one in enumerate(values, 1)])
        for code, values in scores.items()
    )


@pytest.mark.parametrize("expected", EXPECTED["needed"])
def test_it_equals_r(frames, expected):
    chosen = {name: expected.pop(name) for name in ("half_width", "visits")}
    info = {"face.total": frames.scale_info["face.total"]}
    found = precision(frames.scored, info, **chosen)[0]
    assert found["sd"] == pytest.approx(EXPECTED["sd"], rel=1e-4)
    assert found["icc"] == pytest.approx(EXPECTED["icc"], rel=1e-3)
    assert {name: found[name] for name in expected} == expected


def test_few_patients_tell_nothing_and_a_million_is_too_many(frames):
    info = {"face.total": frames.scale_info["face.total"]}
    few = study(Patient(f"P{n}", [("2024-01-01", {"face.total": 1.0 * n})]) for n in range(40))
    assert precision(few.scored, info, half_width=5)[0]["reason"] == TOO_FEW
    assert precision(frames.scored, info, half_width=1e-4)[0]["mean"] is None
    with pytest.raises(ValueError, match="above 0"):
        precision(frames.scored, info, half_width=0)
