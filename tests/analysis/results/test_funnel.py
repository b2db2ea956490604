"""First scores by site within limits: as R has them, and drawn only where there is something to compare."""

import csv
import json
from pathlib import Path

import pytest

from analysis.figures.funnel import funnel_figure
from analysis.figures.view import View
from analysis.results.findings import Findings
from analysis.statements import outcomes
from tests.analysis.reference import close
from tests.analysis.studies import Patient, study

HERE = Path(__file__).parents[2] / "data" / "statistics" / "funnel"
EXPECTED = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


def of_file(name):
    rows = csv.DictReader((HERE / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    return study(
        Patient(
            f"P{at:03d}", [("2024-01-01", {"face.total": float(row["value"])})], facts={"site": row["site"]}
        )
        for at, row in enumerate(rows)
    )


@pytest.mark.parametrize("name", ["alike", "apart"])
def test_it_equals_r(name):
    """Sites of fewer than 10 patients count nowhere; where sites differ the limits are wider."""
    expected = EXPECTED[name]
    found = [one for one in Findings.of(of_file(name), 5).funnel if "stratum" not in one]
    assert [one["site"] for one in found] == expected["site"]
    for key in ("mean", "low_95", "high_998"):
        assert [one[key] for one in found] == close(expected[key])
    for key in ("centre", "overdispersion"):
        assert {one[key] for one in found} == {found[0][key]}
        assert found[0][key] == close(expected[key])


def test_the_figure_counts_sites_and_names_none_in_its_sentence():
    frames = of_file("apart")
    found = Findings.of(frames, 5)
    drawn = funnel_figure(frames, "face.total", View(suppress_under=5, strata=(None,)))
    [told] = [one for one in outcomes.sites(found, "face.total") if one.stratum is None]
    assert drawn.summary == told.text
    assert "of 4 sites" in told.text
    assert drawn.table["Site"].tolist() == sorted(drawn.table["Site"])


def test_a_few_patients_elsewhere_are_not_given_away():
    """Of a site with three patients nothing is shown, nor of the smallest of the others."""
    sizes = {"A": 12, "B": 20, "C": 15, "D": 30, "E": 3}
    frames = study(
        Patient(f"{site}{at}", [("2024-01-01", {"face.total": at % 7 * 5.0})], facts={"site": site})
        for site, size in sizes.items()
        for at in range(size)
    )
    assert {one["site"] for one in Findings.of(frames, 5).funnel} == {"B", "C", "D"}


def test_two_sites_are_no_funnel():
    frames = study(
        Patient(f"P{at}", [("2024-01-01", {"face.total": 1.0 * at})], facts={"site": "AB"[at % 2]})
        for at in range(60)
    )
    assert Findings.of(frames, 5).funnel == []
