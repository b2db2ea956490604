"""Names in a REDCap project: events, checkboxes, the dictionary's columns."""

from __future__ import annotations

from surveys.exchange.redcap.project import COLUMNS, Field, checkbox_column, event_names


def test_events_have_names_of_their_own() -> None:
    """As REDCap makes them: 18 signs of the label, in small letters; alike ones are numbered."""
    labels = ["Patient", "Month 3", "month-3", "Twelve months after the operation", "…"]
    assert event_names(labels) == [
        "patient_arm_1",
        "month_3_arm_1",
        "month_3_2_arm_1",
        "twelve_months_afte_arm_1",
        "event_arm_1",
    ]


def test_a_checkbox_has_a_column_for_each_choice() -> None:
    assert checkbox_column("symptoms", "-99") == "symptoms____99"
    field = Field("a", "f", "checkbox", "A", choices={"1": "x", "B": "y"})
    assert field.columns == ("a___1", "a___b")
    assert Field("a", "f", "radio", "A", choices={"1": "x"}).columns == ("a",)


def test_a_bar_in_a_choice_does_not_part_it() -> None:
    row = Field("a", "f", "radio", "A", choices={"1": "this | that", "2": "none"}).row()
    assert list(row) == list(COLUMNS)
    assert row["select_choices_or_calculations"] == "1, this ¦ that | 2, none"
