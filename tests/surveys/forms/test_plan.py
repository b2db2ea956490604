"""The plan as a table of boxes, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from surveys.forms.plan import RowForm, anchors, as_data, plan_form
from surveys.schedule import PlannedVisit, preset

Fill = Callable[..., Any]
ASKED = [("face", "FaCE"), ("phq9", "PHQ-9"), ("saq", "SAQ")]


def sent(plan: list[PlannedVisit]) -> dict[str, str]:
    """What a browser sends of the boxes that a plan fills."""
    return {
        f"{row}-{box}": "y" if value is True else str(value)
        for row, boxes in as_data(plan).items()
        for box, value in boxes.items()
        if value is not None and value is not False
    }


@pytest.mark.parametrize("name", ["registry", "botulinum_toxin"])
def test_a_plan_comes_back_as_it_was_sent(filled: Fill, name: str) -> None:
    plan = list(preset(name))
    keys = sorted({key for row in plan for key in row.battery})
    make = plan_form(len(plan) + 1, [(key, key) for key in keys])
    form = filled(make, **sent(plan))
    assert form.validate(), form.errors
    back = form.plan
    assert [(one.key, one.anchor, one.treatment, one.treatment_state) for one in back] == [
        (one.key, one.anchor, one.treatment, one.treatment_state) for one in plan
    ]
    assert [set(one.battery) for one in back] == [set(one.battery) for one in plan]
    assert [(one.offset_days, one.window_before, one.window_after, one.times) for one in back] == [
        (one.offset_days, one.window_before, one.window_after, one.times) for one in plan
    ]


def test_rows_without_a_name_or_to_be_removed_are_passed_over(filled: Fill) -> None:
    make = plan_form(3, ASKED)
    form = filled(
        make,
        **{"row_1-key": "baseline", "row_1-name": "Baseline", "row_1-remove": "y"},
        **{"row_2-offset_days": "90"},
        **{"row_3-name": " Month 3 ", "row_3-ask_saq": "y", "row_3-offset_days": "90"},
    )
    assert form.validate()
    [visit] = form.plan
    assert (visit.key, visit.name, visit.battery, visit.offset_days) == ("month_3", "Month 3", ("saq",), 90)
    assert (visit.window_before, visit.window_after, visit.times, visit.every_days) == (0, 0, 1, None)


def test_a_new_row_gets_a_key_that_no_other_has(filled: Fill) -> None:
    """Made of plain letters, whatever the name is written in."""
    names = ["Baseline", "Nächster Besuch!", "baseline", "Baseline", "随访"]
    boxes = {f"row_{number}-name": name for number, name in enumerate(names, start=1)}
    form = filled(plan_form(6, ASKED), **boxes, **{"row_6-key": "baseline", "row_6-name": "Kept"})
    assert [visit.key for visit in form.plan] == [
        "baseline_2",
        "nachster_besuch",
        "baseline_3",
        "baseline_4",
        "timepoint",
        "baseline",
    ]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("enrolment", ("enrolment", None, None, False)),
        ("onset", ("onset", None, None, False)),
        ("treatment:toxin:planned", ("treatment", "toxin", "planned", True)),
    ],
)
def test_an_anchor_names_treatment_and_state(anchor: str, expected: tuple[Any, ...]) -> None:
    """Only a treatment can be followed by another."""
    row = RowForm(MultiDict({"name": "Visit", "anchor": anchor, "unless_followed": "y"}))
    visit = row.planned([])
    assert (visit.anchor, visit.treatment, visit.treatment_state, visit.unless_followed) == expected


def test_days_between_count_where_there_are_several() -> None:
    for times, every in (("1", None), ("", None), ("2", 30)):
        row = RowForm(MultiDict({"name": "Diary", "times": times, "every_days": "30"}))
        assert row.planned([]).every_days == every


def test_every_anchor_is_offered_once() -> None:
    """Enrolment and onset first; each kind and family planned and given."""
    offered = [choice.value for choice in anchors()]
    assert offered[:2] == ["enrolment", "onset"]
    assert len(set(offered)) == len(offered)
    assert {"treatment:botulinum_toxin:given", "treatment:botulinum_toxin:planned"} < set(offered)
