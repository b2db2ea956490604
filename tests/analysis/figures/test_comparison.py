"""The figure of treatments compared: what the plan asked, and the p-values of the report."""

from dataclasses import replace

import pytest

from analysis.data.analysis_plan import AnalysisPlan, PlannedQuestion, PlanVersion
from analysis.figures.comparison import comparison_figure
from analysis.figures.look import p_text
from analysis.figures.view import View
from analysis.results.findings import Findings
from tests.analysis.reference import followed_trials

PLANNED = PlannedQuestion("face.total", "after_start", "therapy", "all", False)
VIEW = View(suppress_under=5, strata=("chronic", None), may_open_patients=True)


@pytest.fixture(scope="module")
def frames():
    plan = AnalysisPlan((PlanVersion(1, "2021-01-01T08:00:00+00:00", (PLANNED,)),))
    return replace(followed_trials(), analysis_plan=plan)


def test_it_adjusts_as_the_report_does(frames):
    """With the p-values of all families and main scales, or of the plan: never of its own scale alone."""
    told = [
        "–" if one["imprecise"] else p_text(one["p_adjusted"])
        for stratum in VIEW.strata
        for one in Findings.of(frames, VIEW.suppress_under).treatment_comparison
        if one["scale"] == "face.total" and one.get("stratum") == stratum
    ]
    figure = comparison_figure(frames, "face.total", VIEW)
    assert figure.table["p adjusted"].tolist() == told
    [planned] = [one for one in Findings.of(frames, 5).treatment_comparison if one["planned"]]
    assert p_text(planned["p_adjusted"]) in told
    assert planned["p_adjusted"] == planned["p"]


def test_it_says_what_was_planned_and_that_the_rest_is_exploratory(frames):
    notes = comparison_figure(frames, "face.total", VIEW).notes
    said = "Planned: therapy, all patients (secondary). Its p is adjusted with the plan's. The rest is"
    assert f"{said} exploratory." in notes
    none = "The analysis plan asks for none of these comparisons: all are exploratory."
    assert none in comparison_figure(followed_trials(), "face.total", VIEW).notes
