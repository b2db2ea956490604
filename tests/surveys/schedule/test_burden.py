"""What a plan asks of one patient, year by year."""

from __future__ import annotations

import pytest

from surveys.instruments.facts import not_before
from surveys.instruments.library import Library
from surveys.schedule import PlannedVisit, Year, burden, example_visits, preset, preset_names

NOT_BEFORE = not_before(Library.load())
QUESTIONS = {"face": 15, "phq9": 9, "saq": 9}


def test_a_registry_asks_most_in_its_first_year() -> None:
    """Three visits, then the one after a year and the one after two."""
    assert burden(preset("registry"), QUESTIONS, NOT_BEFORE) == [
        Year(1, 3, 99),
        Year(2, 1, 33),
        Year(3, 1, 33),
    ]


def test_acute_palsy_leaves_out_synkinesis_at_first() -> None:
    """Enrolled on the third day: two weeks after onset comes a little later, and all visits stay apart."""
    visits = example_visits(preset("acute_bells_palsy"), NOT_BEFORE)
    assert [laid.serves[0].key for _, laid in visits] == [
        "enrolment",
        "week_2",
        "month_1",
        "month_3",
        "month_6",
        "month_12",
    ]
    assert ["saq" in laid.battery for _, laid in visits] == [False] * 3 + [True] * 3
    assert burden(preset("acute_bells_palsy"), QUESTIONS, NOT_BEFORE)[0].invitations == 6


def test_injections_come_three_times() -> None:
    """Before and at the peak of each, and 16 weeks after the last."""
    served = [laid.serves[0].key for _, laid in example_visits(preset("botulinum_toxin"), NOT_BEFORE)]
    assert served == ["before", "peak", "before", "peak", "before", "peak", "week_16"]


@pytest.mark.parametrize("name", preset_names())
def test_every_plan_that_ships_has_a_burden(name: str) -> None:
    """Years are counted on without a gap."""
    years = burden(preset(name), QUESTIONS, NOT_BEFORE)
    assert [year.number for year in years] == list(range(1, len(years) + 1))
    assert years[0].invitations


def test_an_empty_plan_asks_nothing() -> None:
    """And is no mistake."""
    assert burden((), QUESTIONS, NOT_BEFORE) == []


def test_what_was_due_before_enrolment_is_of_the_first_year() -> None:
    """The day of onset lies before it, and the visit is open still."""
    at_onset = PlannedVisit("onset", "Onset", "onset", 0, 0, 30, ("face",))
    assert [day for day, _ in example_visits([at_onset], NOT_BEFORE)] == [-3]
    assert burden([at_onset], QUESTIONS, NOT_BEFORE) == [Year(1, 1, 15)]
