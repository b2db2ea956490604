"""One patient's course."""

from __future__ import annotations

from datetime import date

from analysis.figures.patient import Mark, Point, ScaleCourse, patient_figure

FIRST, LAST = date(2026, 1, 10), date(2026, 7, 10)


def course(*values: float, higher: bool = True, detectable: float | None = 10) -> ScaleCourse:
    points = tuple(
        Point(on, value, f"visit {n}")
        for n, (on, value) in enumerate(zip((FIRST, LAST), values, strict=False), 1)
    )
    bands = (("low", 0.0), ("high", 50.0))
    direction = "higher_better" if higher else "higher_worse"
    return ScaleCourse("Scale", 0, 100, direction, points, bands, detectable)


def test_each_scale_has_its_panel_on_one_axis_of_time() -> None:
    """With the direction that is better; everything that happened lies inside the axis."""
    marks = [Mark(date(2025, 12, 1), "Onset"), Mark(date(2026, 9, 1), "Injection", planned=True)]
    figure = patient_figure([course(40, 60), course(60, higher=False)], marks)
    [panel] = figure.panels
    drawn = panel.figure.to_plotly_json()
    left, right = drawn["layout"]["xaxis"]["range"]
    assert left < "2025-12-01" < "2026-09-01" < right
    assert [trace["yaxis"] for trace in drawn["data"]] == ["y", "y2"]
    assert drawn["layout"]["yaxis"]["domain"][0] > drawn["layout"]["yaxis2"]["domain"][1]
    texts = [one["text"] for one in drawn["layout"]["annotations"]]
    assert {"Scale (↑ better)", "Scale (↓ better)", "1", "2", "high"} <= set(texts)
    dashes = {shape["line"].get("dash") for shape in drawn["layout"]["shapes"] if shape["type"] == "line"}
    assert "solid" in dashes


def test_the_sentence_calls_nothing_a_change_that_may_be_chance() -> None:
    """Better and worse by direction; without a published threshold neither."""
    for scale, words in (
        (course(40, 60), "better by the detectable change of 10 or more"),
        (course(40, 60, higher=False), "worse by the detectable change of 10 or more"),
        (course(40, 50, higher=False), "worse by the detectable change of 10 or more"),
        (course(40, 49.9), "less than the detectable change of 10"),
        (course(40, 60, detectable=None), "no published detectable change"),
        (course(40), "one score so far"),
    ):
        assert words in patient_figure([scale], []).summary


def test_the_table_holds_the_same_numbers() -> None:
    """A row per visit, a column per scale; the marks are named below in their order."""
    figure = patient_figure([course(40, 60.04)], [Mark(FIRST, "Onset 10 Jan 2026")])
    assert figure.table["Scale"].tolist() == ["40.0", "60.0"]
    assert figure.table["Visit"].tolist() == ["visit 1", "visit 2"]
    assert figure.notes[0] == "Lines: 1 Onset 10 Jan 2026."
