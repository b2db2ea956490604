"""Scores by treatment received."""

import re

import pytest

from analysis.data.treatments import LEVELS
from analysis.figures import View, treatment_figure
from tests.analysis.drawings import drawn_texts, labels, plain, points, traces
from tests.analysis.studies import Patient, registry, study

CLINIC = View(may_open_patients=True)
KIND = {
    "medicine": "antiviral",
    "therapy": "massage",
    "toxin": "botulinum_toxin",
    "surgery": "myectomy",
    "other": "acupuncture",
}


def patients(number, level, value=50.0):
    """Chronic patients who had those families, with scores around a value."""
    families = [] if level == "none yet" else level.split(" + ")
    return [
        Patient(
            f"{level} {n}",
            [("2025-02-01", {"face.total": value + n % 9})],
            treatments=[(KIND[family], "2024-06-01") for family in families],
        )
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def frames():
    """Levels of 12, 8, 3, 2 and 6 chronic patients."""
    return study(
        [
            *patients(12, "none yet", 70),
            *patients(8, "toxin", 20),
            *patients(3, "medicine + toxin"),
            *patients(2, "therapy + surgery"),
            *patients(6, "medicine + therapy + toxin", 40),
        ]
    )


def test_every_level_has_its_number(frames):
    """In the fixed order of the families, whatever the scores; the table has each of them."""
    made = treatment_figure(frames, "face.total", CLINIC)
    [panel] = made.panels
    assert labels(panel) == [
        "none yet, n\u00a0=\u00a012",
        "toxin, n\u00a0=\u00a08",
        "medicine + therapy + toxin, n\u00a0=\u00a06",
        "fewer than 5 patients each (2<br>combinations), n\u00a0=\u00a05",
    ]
    assert points(made) == 31
    assert [len(trace["x"]) for trace in traces(made, "markers")] == [12, 8, 6, 5]
    assert list(made.table["Treatment"]) == sorted(made.table["Treatment"], key=LEVELS.index)
    assert list(made.table["Patients"]) == ["12", "8", "3", "2", "6"]


def test_small_levels_share_a_row_without_a_box(frames):
    """Points only, and each names its combination."""
    made = treatment_figure(frames, "face.total", CLINIC)
    assert len(traces(made, kind="box")) == 3
    folded = traces(made, "markers")[-1]
    assert any("therapy + surgery" in text for text in folded["text"])
    assert list(made.table["Median"])[2:4] == ["–", "–"]


def test_a_single_small_level_keeps_its_name():
    frames = study([*patients(12, "none yet"), *patients(3, "medicine + toxin")])
    [panel] = treatment_figure(frames, "face.total", CLINIC).panels
    assert labels(panel)[-1] == "medicine + toxin, n\u00a0=\u00a03"


def test_analysts_get_no_small_level_and_no_name_of_one(frames):
    """Neither points, nor which combinations there are, nor how many; only how many patients in all."""
    made = treatment_figure(frames, "face.total", View())
    [panel] = made.panels
    assert labels(panel) == [
        "none yet, n\u00a0=\u00a012",
        "toxin, n\u00a0=\u00a08",
        "medicine + therapy + toxin, n\u00a0=\u00a06",
    ]
    assert list(made.table["Treatment"])[-1] == "not shown"
    assert list(made.table["Patients"]) == ["12", "8", "6", "5"]
    everything = " ".join([*drawn_texts(made), made.table.to_string()])
    assert "surgery" not in everything
    assert "toxin 0" not in everything


def test_a_level_is_hidden_so_that_another_cannot_be_subtracted():
    """Three in one level and the panel's total would tell: the next smallest goes too."""
    frames = study([*patients(12, "none yet"), *patients(7, "medicine"), *patients(3, "toxin")])
    made = treatment_figure(frames, "face.total", View())
    assert dict(made.table[["Treatment", "Patients"]].values) == {"none yet": "12", "not shown": "10"}


def test_the_height_is_that_of_its_rows():
    """Many combinations stay readable and within a screen or two."""
    made = treatment_figure(registry(5, 300), "face.total", CLINIC)
    for panel in made.panels:
        assert plain(panel)["layout"]["height"] < 60 * len(labels(panel)) + 60
        assert len(labels(panel)) <= len(LEVELS)


def test_long_labels_take_two_lines():
    """A label never runs out of its panel."""
    long = "medicine + therapy + toxin + surgery + other"
    [panel] = treatment_figure(study(patients(6, long)), "face.total", CLINIC).panels
    [label] = labels(panel)
    assert label == "medicine + therapy + toxin +<br>surgery + other, n\u00a0=\u00a06"


def test_kruskal_stands_in_a_note_beside_chance(frames):
    """Statistic, effect size, and how large the latter would be by chance alone; p from 30 patients."""
    made = treatment_figure(frames, "face.total", CLINIC)
    [note] = [note for note in made.notes if "Kruskal–Wallis" in note]
    assert re.search(r"^Chronic: .* H [\d.]+ on 4 degrees of freedom, p [<\d.]+\. Epsilon² 0\.\d\d", note)
    assert note.endswith("chance alone would give about 0.13.")
    assert made.summary.startswith("In 31 chronic patients FaCE total is associated with the treatment")


def test_few_patients_give_no_p():
    frames = study([*patients(12, "none yet", 70), *patients(8, "toxin", 20)])
    made = treatment_figure(frames, "face.total", CLINIC)
    assert any("imprecise, so without p" in note for note in made.notes)
    assert "not clearly associated" in made.summary
    assert "imprecise" in made.summary


def test_unknown_starts_are_counted(frames):
    undated = Patient("u", [("2025-02-01", {"face.total": 50.0})], treatments=[("botulinum_toxin", None)])
    made = treatment_figure(study([*patients(5, "toxin"), undated]), "face.total", CLINIC)
    assert "Start of treatment not known, counted as received: 1 patient." in made.notes


def test_who_is_neither_acute_nor_chronic_is_counted():
    unknown = [Patient(f"u{n}", [("2025-02-01", {"face.total": 50.0})], onset=None) for n in range(3)]
    made = treatment_figure(study([*patients(9, "toxin"), *unknown]), "face.total", CLINIC)
    assert "Not shown, neither surely acute nor surely chronic: 3 patients." in made.notes
