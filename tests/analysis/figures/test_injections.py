"""Scores round the injection cycle, drawn."""

import pytest

from analysis.data.frame import scored
from analysis.figures import TOGETHER, View, injection_figure
from analysis.results.injections import injection_cycle, phases
from tests.analysis.drawings import plain, points, traces
from tests.analysis.reference import followed
from tests.analysis.studies import SCALES, study

CLINIC = View(may_open_patients=True)


@pytest.fixture(scope="module")
def frames():
    return study(followed())


def test_a_dot_per_visit_and_the_mean_of_each_phase(frames):
    made = injection_figure(frames, "face.total", View(may_open_patients=True, strata=TOGETHER))
    table = scored(frames)
    known = table[(table["scale"] == "face.total") & table["value"].notna()]
    sizes = known.join(phases(frames.treatments, known)).groupby("phase").size()
    cells = [trace["text"] for trace in traces(made, "markers")[:-1]]  # there are too many visits for dots
    counted = [sum(int(text.split()[0]) for text in texts) for texts in cells]
    assert counted == [sizes[phase] for phase in ("never", "early", "peak", "waning", "worn_off")]
    means = traces(made, "markers")[-1]["x"]
    records = injection_cycle(table, frames.treatments, SCALES)
    expected = [
        one["mean"]
        for one in records
        if one["scale"] == "face.total" and one.get("phase") and "stratum" not in one
    ]
    assert means == pytest.approx([mean for mean in expected if mean is not None])
    assert made.panels[0].note == "80 patients after an injection, 191 visits"


def test_the_sentence_tells_the_difference_with_its_robust_interval(frames):
    said = injection_figure(frames, "face.total", View(may_open_patients=True, strata=TOGETHER)).summary
    assert said.startswith(
        "In 80 patients the mean FaCE total at 14–56 days after an injection differs by +8.6"
    )
    assert "points from that later than 112 days (+4.8\u00a0to\u00a0+12.4)." in said


def test_without_a_model_the_means_are_told(frames):
    """Fewer than 75 injected patients: two means, and why they are not compared."""
    said = injection_figure(frames, "face.total", CLINIC).summary
    assert said.startswith(
        "In 36 acute patients the mean FaCE total is 69.0 at 14–56 days after an injection and 59.0"
    )
    assert "fewer than 15 patients for each of 5 coefficients" in said


def test_few_patients_of_a_phase_are_dots_in_the_clinic_and_nothing_elsewhere(frames):
    """No mean in either; for analysts no dots and no count."""
    few = View(suppress_under=10)
    clinic = injection_figure(frames, "face.total", View(may_open_patients=True, suppress_under=10))
    assert points(clinic) > points(injection_figure(frames, "face.total", few))
    for view in (few, View(may_open_patients=True, suppress_under=10)):
        table = injection_figure(frames, "face.total", view).table
        early = table[
            (table["Patients are"] == "acute") & (table["Last injection"] == "0–13 days after")
        ].iloc[0]
        assert early["Mean"] == "–"
        assert early["Visits"] == ("8" if view.may_open_patients else "<10")


def test_nobody_injected_has_no_panel():
    made = injection_figure(study([]), "face.total", CLINIC)
    assert made.panels == ()
    assert made.summary == "Nobody yet, or too few, have FaCE total after a toxin injection."


def test_phases_stand_in_the_order_of_time(frames):
    [panel] = injection_figure(frames, "face.total", View(strata=TOGETHER)).panels
    [labels] = [trace["text"] for trace in plain(panel)["data"] if trace.get("mode") == "text"]
    assert [label.split(",")[0] for label in labels] == [
        "No injection yet",
        "0–13 days after",
        "14–56 days after",
        "57–112 days after",
        "Later than 112 days",
    ]
