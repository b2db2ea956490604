"""The report on paper, and the list of what a report has to say."""

import dataclasses

import pytest

from analysis.checklist import BY_AUTHORS
from analysis.paper import paper
from analysis.report import report
from analysis.results.filters import Filters
from tests.analysis.outcomes import outcomes
from tests.analysis.reports import AT, SOFTWARE, of_outcomes
from tests.analysis.studies import of_scales, registry, study


def made(frames, **kwargs):
    content = report(frames, generated_at=AT, software=SOFTWARE, **kwargs)
    return paper(frames, content, **kwargs)


@pytest.fixture(scope="module")
def page():
    return paper(outcomes(), of_outcomes())


def test_the_answers_come_first(page):
    """A sentence each, of a figure that stands on the page."""
    keys = {drawn.figure.key for section in page.sections for drawn in section.figures}
    assert [key for key, _ in page.answers] == [
        "associations",
        "time-face.total",
        "time-phq9.total",
        "change",
        "screening-phq9.total",
        "recovery",
        "attendance",
    ]
    assert all(key in keys and sentence.endswith(".") for key, sentence in page.answers)
    assert dict(page.facts)["patients enrolled"] == "about 260"


def test_every_figure_has_its_table_and_drawings(page):
    """Sections in the order of the dashboard; keys are unique, so that the answers find their figures."""
    assert [section.key for section in page.sections] == [
        "patients",
        "mood",
        "time",
        "treatment",
        "change",
        "screening",
        "quality",
        "attendance",
    ]
    drawn = [one for section in page.sections for one in section.figures]
    assert len({one.figure.key for one in drawn}) == len(drawn)
    for one in drawn:
        assert one.table.rows
        assert all(len(row) == len(one.table.columns) for row in one.table.rows)
        assert all(drawing.startswith("<svg") for _, _, drawing in one.panels)
    assert sum(len(one.panels) for one in drawn) > 20


def test_nobody_can_be_told_from_the_page(page):
    """It goes from hand to hand: no patient's code anywhere."""
    assert "P00" not in repr([page.sections, page.scores, page.facts, page.answers])


def test_the_page_is_of_the_part_that_was_asked_for():
    frames = of_scales(registry(3, 24), "phq9.total")
    women = made(frames, filters=Filters(sex="female"))
    assert women.content["filters"] == {"sex": "female"}
    assert dict(women.facts)["patients enrolled"] != "about 25"


def test_an_empty_study_has_a_page():
    empty = made(dataclasses.replace(study([]), scale_info=outcomes().scale_info))
    assert empty.sections == ()
    assert empty.answers == ()
    assert {one["filled"] for one in empty.content["checklist"]} == {False}


def test_the_checklist_says_what_is_filled(page):
    """What data can tell is told; the rest is the authors'."""
    items = {one["item"]: one for one in page.content["checklist"]}
    assert items["Hypothesis and domains, stated beforehand"]["text"] == BY_AUTHORS
    assert not items["Hypothesis and domains, stated beforehand"]["filled"]
    assert "face 1, original wording, en" in items["Questionnaires, version, wording and language"]["text"]
    assert "saq.total alpha 0." in items["How well they measure here"]["text"]
    assert items["Who answered, and how"]["text"] == "imported; who answered is not recorded"
    assert "face.total 17.6 (Published)" in items["How much change counts"]["text"]
    assert items["Flow: enrolled, expected, answered"]["text"].startswith("visit 1: 259 of 260 enrolled; ")
    assert sum(one["filled"] for one in items.values()) > len(items) / 2
