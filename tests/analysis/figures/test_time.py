"""Scores against time since onset."""

import pytest

from analysis.data.frame import scored
from analysis.figures import TOGETHER, View, time_figure
from analysis.numbers.formulas import spearman
from tests.analysis.drawings import plain, points, traces
from tests.analysis.studies import Patient, registry, study

CLINIC = View(may_open_patients=True)


@pytest.fixture(scope="module")
def frames():
    return registry(21, 160)


def test_one_dot_per_patient(frames):
    """As many dots as patients with a usable score, at the first of each, as the panels' notes say."""
    table = scored(frames)
    rows = table[(table["scale"] == "face.total") & table["value"].notna() & table["time_usable"]]
    first = rows.drop_duplicates("patient")
    made = time_figure(frames, "face.total", CLINIC)
    assert points(made) == len(first)
    for panel, stratum in zip(made.panels, ("acute", "chronic"), strict=True):
        n = int((first["stratum"] == stratum).sum())
        assert panel.note == f"{n} patients, {n} visits"
        [dots] = [trace for trace in plain(panel)["data"] if trace["mode"] == "markers"]
        assert len(dots["x"]) == n
        assert len({text.split(":")[0] for text in dots["text"]}) == n


def test_panels_share_the_scale_and_part_the_time(frames):
    """The same y axis; log time with the marks clinicians know, three months where they part."""
    acute, chronic = (plain(panel)["layout"] for panel in time_figure(frames, "face.total", CLINIC).panels)
    assert acute["yaxis"]["range"] == chronic["yaxis"]["range"] == [-4, 104]
    assert acute["xaxis"]["type"] == chronic["xaxis"]["type"] == "log"
    assert acute["xaxis"]["ticktext"] == ["1 wk", "1 mo", "3 mo"]
    assert chronic["xaxis"]["ticktext"] == ["3 mo", "1 y", "5 y", "20 y"]
    [both] = time_figure(frames, "face.total", View(strata=TOGETHER)).panels
    assert plain(both)["layout"]["xaxis"]["ticktext"] == ["1 wk", "1 mo", "3 mo", "1 y", "5 y", "20 y"]
    shapes = plain(both)["layout"]["shapes"]
    assert [shape["type"] for shape in shapes] == ["rect", "rect", "line"]


def test_windows_of_recovery_stand_where_they_belong(frames):
    """2–5 weeks and 1–3 months after onset, named above the acute panel; the chronic one has none."""
    acute, chronic = (plain(panel)["layout"] for panel in time_figure(frames, "face.total", CLINIC).panels)
    days = [[round(365.25 * shape[end]) for end in ("x0", "x1")] for shape in acute["shapes"]]
    assert days == [[14, 35], [30, 91]]
    names = [note["text"] for note in acute["annotations"]]
    assert names == ["2–5 wk", "1–3 mo"]
    assert acute["margin"]["t"] > chronic["margin"]["t"]
    assert "shapes" not in chronic


def test_the_time_axis_spans_a_day_to_seventy_years():
    patients = [
        Patient(f"{n}", [("2024-01-01", {"face.total": 50.0})], onset=onset)
        for n, onset in enumerate(["2024-01-01", "1954-01-01"])
    ]
    made = time_figure(study(patients), "face.total", CLINIC)
    acute, chronic = (plain(panel)["layout"] for panel in made.panels)
    assert 10 ** acute["xaxis"]["range"][0] < 1 / 365.25
    assert 10 ** chronic["xaxis"]["range"][1] > 70


@pytest.mark.parametrize(("patients", "lines"), [(9, 0), (10, 3)])
def test_a_curve_needs_ten_patients(patients, lines):
    """From ten on there are a band, a spline and a LOWESS; below only dots."""
    some = [
        Patient(f"{n}", [(f"2024-01-{n + 5:02d}", {"face.total": 50.0 + n * (-1) ** n})])
        for n in range(patients)
    ]
    made = time_figure(study(some), "face.total", CLINIC)
    assert points(made) == patients
    assert len(traces(made, "lines")) == lines


def test_the_sentence_says_which_way_and_what_it_means():
    """Higher is better on the FaCE and worse on the SAQ; the number stands beside it."""
    patients = [
        Patient(
            f"{n}",
            [(f"2024-02-{n + 1:02d}", {"face.total": 20.0 + 3 * n + 5 * (n % 3), "saq.total": 90.0 - n})],
        )
        for n in range(15)
    ]
    frames = study(patients)
    better = time_figure(frames, "face.total", CLINIC).summary
    assert "a longer time since onset is associated with a higher (better) FaCE total" in better
    assert "imprecise" in better
    assert "a lower (better) SAQ total" in time_figure(frames, "saq.total", CLINIC).summary
    rows = scored(frames)
    face = rows[rows["scale"] == "face.total"]
    rho = spearman(face["log10_years"].to_numpy(), face["value"].to_numpy()).estimate
    assert f"rho\u00a0{rho:.2f}" in better


def test_an_interval_over_zero_is_no_clear_association():
    """Nothing is claimed, and nothing is ruled out."""
    patients = [
        Patient(f"{n}", [(f"2025-01-{n + 1:02d}", {"face.total": float(50 + 20 * (-1) ** (n // 2))})])
        for n in range(24)
    ]
    said = time_figure(study(patients), "face.total", CLINIC).summary
    assert "24 chronic patients there is no clear association of FaCE total with time since onset" in said


def test_the_table_holds_each_span_of_its_stratum(frames):
    """Acute spans for the acute panel; every patient in one span."""
    acute = time_figure(frames, "face.total", View(may_open_patients=True, strata=("acute",)))
    assert list(acute.table["Time since onset"]) == ["under 1 week", "1 week to 1 month", "1 to 3 months"]
    both = time_figure(frames, "face.total", CLINIC)
    assert sum(map(int, both.table["Patients"])) == points(both)


def test_spans_are_hidden_within_their_stratum():
    """The panel tells its total, so a small span takes another of the same stratum with it."""

    def patients(number, day, name):
        return [Patient(f"{name}{n}", [(day, {"face.total": 50.0 + n})]) for n in range(number)]

    frames = study(
        [
            *patients(2, "2024-01-03", "a"),
            *patients(30, "2024-01-20", "b"),
            *patients(40, "2024-02-20", "c"),
            *patients(6, "2024-08-01", "d"),
            *patients(50, "2026-08-01", "e"),
        ]
    )
    shown = dict(time_figure(frames, "face.total", View()).table[["Time since onset", "Patients"]].values)
    assert shown["under 1 week"] == "<5"
    assert shown["1 week to 1 month"] == "hidden"
    assert shown["3 months to 1 year"] == "6"


def test_who_is_not_drawn_is_counted():
    """Scored but without a usable time: the reason and how many, for analysts not exactly."""
    patients = [
        *(Patient(f"{n}", [("2024-02-01", {"face.total": 50.0 + n})]) for n in range(12)),
        *(Patient(f"b{n}", [("2024-02-01", {"face.total": 50.0})], side="both") for n in range(7)),
        *(Patient(f"o{n}", [("2024-02-01", {"face.total": 50.0})], onset=None) for n in range(2)),
    ]

    def note(view):
        notes = time_figure(study(patients), "face.total", view).notes
        return next(note for note in notes if note.startswith("Scored"))

    assert note(CLINIC).endswith(": both sides 7; no onset known 2.")
    assert note(View()).endswith(": both sides about 5; no onset known <5.")
