"""How scores go with each other and with time since onset."""

import pytest

from analysis.figures import View, association_figure
from tests.analysis.drawings import labels, plain, traces
from tests.analysis.studies import MAIN_SCALES, Patient, registry, study

CLINIC = View(may_open_patients=True)


@pytest.fixture(scope="module")
def frames():
    return registry(21, 160)


def test_every_pair_has_its_number_and_interval(frames):
    """Four scales and time since onset make ten pairs; each row says on how many patients it rests."""
    made = association_figure(frames, CLINIC, scales=MAIN_SCALES)
    assert len(made.table) == 2 * 10
    for panel in made.panels:
        assert len(labels(panel)) == 10
        assert all("n\u00a0=\u00a0" in label for label in labels(panel))
    assert all("error_x" in trace for trace in traces(made, "markers"))
    numbers = made.table[made.table["Patients are"] == "acute"]["Patients"]
    assert f"n\u00a0=\u00a0{numbers.iloc[0]}" in labels(made.panels[0])[0].replace("<br>", " ")


def test_shared_content_stands_beside_the_coefficient(frames):
    table = association_figure(frames, CLINIC, scales=MAIN_SCALES).table
    shared = table[table["Pair"] == "FaCE total × FaCE social function"]["Note"]
    assert shared.str.contains("the total contains the items of its part").all()


def test_the_sentence_is_of_mood_and_quality_of_life(frames):
    """Which way, what it means at both ends, and the numbers."""
    said = association_figure(frames, CLINIC, scales=MAIN_SCALES).summary
    assert "a higher (worse) PHQ-9 total is associated with a lower (worse) FaCE total" in said
    assert "rho\u00a0−0." in said


def test_ten_to_twenty_nine_patients_are_imprecise():
    """An open dot, the word, and no p."""
    some = [
        Patient(f"{n}", [("2025-02-01", {"face.total": 50.0 + n, "phq9.total": float(n % 9)})])
        for n in range(15)
    ]
    made = association_figure(study(some), CLINIC, scales=("face.total", "phq9.total"))
    row = made.table[made.table["Pair"] == "FaCE total × PHQ-9 total"].iloc[-1]
    assert row["rho"] != "–"
    assert (row["p"], row["p adjusted"]) == ("–", "–")
    assert "imprecise" in row["Note"]
    assert set(traces(made, "markers")[0]["marker"]["symbol"]) == {"circle-open"}


def test_under_ten_patients_there_is_no_panel():
    """Only the table, which says why."""
    some = [Patient(f"{n}", [("2025-02-01", {"face.total": 50.0, "phq9.total": 3.0})]) for n in range(9)]
    made = association_figure(study(some), CLINIC, scales=("face.total", "phq9.total"))
    assert made.panels == ()
    assert made.summary == (
        "In 9 chronic patients there is no coefficient of FaCE total with PHQ-9 total "
        "(fewer than 10 patients)."
    )
    assert made.table["Note"].str.contains("fewer than 10 patients").all()


def test_rho_spans_the_whole_axis(frames):
    layout = plain(association_figure(frames, CLINIC, scales=MAIN_SCALES).panels[0])["layout"]
    assert layout["xaxis"]["range"] == [-1.1, 1.1]
    assert layout["xaxis"]["zeroline"] is True
