"""Table 1 as it is printed."""

import dataclasses
import re

import pytest

from analysis.figures import View, table_one_figures
from tests.analysis.drawings import labels, words
from tests.analysis.studies import MAIN_SCALES, Patient, registry, study

CLINIC, ANALYST = View(may_open_patients=True), View()


@pytest.fixture(scope="module")
def frames():
    """At two sites."""
    made = registry(3, 150)
    site = ["north" if number % 3 else "south" for number in range(150)]
    return dataclasses.replace(made, patients=made.patients.assign(site=site))


@pytest.fixture(scope="module")
def whole(frames):
    return {figure.key: figure for figure in table_one_figures(frames, CLINIC, scales=MAIN_SCALES)}


def cell(figure, row, column):
    """A cell of the table, by its names."""
    return figure.table.set_index("At the first visit").loc[row, column]


def test_of_all_by_treatment_and_by_site(whole):
    assert list(whole) == ["table-one", "table-one-treatment", "table-one-site"]
    assert whole["table-one"].summary.startswith("150 patients: median age ")
    assert cell(whole["table-one"], "Patients", "All") == "150"
    assert cell(whole["table-one"], "Sex: Female", "All").endswith("\u00a0%)")
    assert " to " in cell(whole["table-one"], "FaCE total", "All")


def test_the_groups_stand_beside_all_with_their_differences(whole):
    """The largest has none: the others are compared with it. Levels tell theirs once."""
    by_site = whole["table-one-site"]
    assert list(by_site.table.columns) == ["At the first visit", "All", "North", "South", "Difference, south"]
    assert [cell(by_site, "Patients", name) for name in ("All", "North", "South")] == ["150", "100", "50"]
    assert float(cell(by_site, "Sex: Female", "Difference, south")) >= 0
    assert cell(by_site, "Sex: Male", "Difference, south") == ""
    assert "from north, the largest group" in words(by_site)
    [panel] = by_site.panels
    assert panel.title == "South"
    assert any(label.startswith("Age, years") for label in labels(panel))


def test_the_sentence_tells_three_differences_and_how_many_more(whole):
    """Of thirteen treatments the table has the others."""
    said = words(whole["table-one-treatment"])
    told = [float(one) for one in re.findall(r"\((\d\.\d+)\)", said)]
    assert len(told) == 3
    assert told == sorted(told, reverse=True)
    table = whole["table-one-treatment"].table
    cells = table[[name for name in table.columns if name.startswith("Difference")]].to_numpy().ravel()
    large = sorted((float(one) for one in cells if one not in ("", "–") and float(one) >= 0.2), reverse=True)
    assert told == large[:3]
    assert f"and {len(large) - 3} more" in said


def test_a_page_holds_five_groups(whole):
    by_treatment = whole["table-one-treatment"]
    groups = [name for name in by_treatment.table.columns if not name.startswith("Difference")][2:]
    assert len(groups) == 5
    assert "8 smaller groups have no column." in by_treatment.notes


def test_who_sees_groups_alone_sees_no_small_count(frames):
    for figure in table_one_figures(frames, ANALYST, scales=MAIN_SCALES):
        texts = figure.table.to_numpy().ravel().tolist()
        assert not [text for text in texts if text.split(" (")[0] in ("1", "2", "3", "4")]
        assert "<5" in texts


def test_one_site_has_no_table_by_site():
    frames = study([Patient(f"p{n}", [("2024-06-01", {"face.total": 50.0})]) for n in range(12)])
    assert [one.key for one in table_one_figures(frames, CLINIC, scales=MAIN_SCALES)] == ["table-one"]
