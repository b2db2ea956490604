"""One patient's course."""

from __future__ import annotations

from datetime import date

import pytest

from analysis.figures.patient import Mark, Point, ScaleCourse, patient_figure
from analysis.figures.svg import svg
from tests.analysis.drawings import labels, parsed, plain

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
    assert [panel.title for panel in figure.panels] == ["Scale (↑ better)", "Scale (↓ better)"]
    assert [panel.note for panel in figure.panels] == ["40.0 at first, 60.0 last", "60.0"]
    axes = [plain(panel)["layout"]["xaxis"] for panel in figure.panels]
    assert axes[0] == axes[1]
    left, right = axes[0]["range"]
    assert left < "2025-12-01" < "2026-09-01" < right
    for panel in figure.panels:
        assert {"1", "2", "high"} <= set(labels(panel))
        shapes = plain(panel)["layout"]["shapes"]
        assert {shape["line"].get("dash") for shape in shapes if shape["type"] == "line"} == {"solid", "dot"}


@pytest.mark.parametrize(
    ("first", "last", "named"),
    [
        (date(2026, 1, 10), date(2026, 1, 10), ["10 Jan 2026"]),
        (date(2026, 1, 10), date(2026, 2, 20), ["10 Jan 2026", "24 Jan 2026", "7 Feb 2026", "21 Feb 2026"]),
        (date(2026, 1, 10), date(2026, 7, 10), ["Mar 2026", "May 2026", "Jul 2026"]),
        (date(2023, 8, 24), date(2026, 5, 8), ["2024", "2025", "2026"]),
        (date(1988, 8, 24), date(2026, 5, 8), ["1990", "2000", "2010", "2020"]),
    ],
)
def test_days_are_named_by_round_days(first: date, last: date, named: list[str]) -> None:
    """At most four, so that they stay apart in a narrow panel, the first of which may be a week."""
    scale = ScaleCourse("Scale", 0, 100, "higher_better", (Point(first, 1, "a"), Point(last, 2, "b")))
    [panel] = patient_figure([scale], []).panels
    assert plain(panel)["layout"]["xaxis"]["ticktext"] == named


def test_the_printer_draws_all_of_it() -> None:
    """Each score and each line, within the frame, the last day at the right of the first."""
    marks = [Mark(date(2025, 12, 1), "Onset"), Mark(date(2026, 9, 1), "Injection", planned=True)]
    [panel] = patient_figure([course(40, 60)], marks).panels
    root = parsed(svg(panel.figure, panel.title, 340))
    first, last = (float(one.get("cx", "")) for one in root.iter("circle"))
    assert 0 < first < last < 340
    texts = [one.text for one in root.iter("text")]
    assert {"1", "2", "low", "high", "0", "50", "100"} <= set(texts)
    assert root.get("viewBox") == "0 0 340 150"


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
