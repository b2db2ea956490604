"""The fields that all forms share, and that no form has others for numbers and days."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form
from wtforms.validators import Optional

from surveys import forms
from surveys.catalogues import read_in
from surveys.forms.fields import DayField, EmailAddressField, NumberField, WholeNumberField
from surveys.typed import possible_years


class Asked(Form):
    """One of each."""

    day = DayField("Day", [Optional()])
    dose = NumberField("Dose", [Optional()])
    times = WholeNumberField("Times", [Optional()])


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("day", "0024-05-31", "Day: the year must be {years}."),
        ("day", "2207-05-31", "Day: the year must be {years}."),
        ("day", "9999-12-31", "Day: the year must be {years}."),
        ("day", "31.05.2024", "Day: give a day as year-month-day, such as 2026-03-10."),
        ("day", "２０２６-05-31", "Day: give a day as year-month-day, such as 2026-03-10."),
        ("dose", "1e400", "Enter a number. Decimals follow a point, such as 2.5; no sign parts thousands."),
        ("dose", "1,000", "1,000 can be read in two ways: write 1000, or 1.000 with a point."),
        ("times", "9" * 5000, "Times must be a whole number. It has at most 9 digits."),
        ("times", "1_0", "Times must be a whole number. It has at most 9 digits."),
    ],
)
def test_a_fault_says_what_would_do(field: str, text: str, told: str) -> None:
    """And what was typed stands in the box again."""
    form = Asked(MultiDict({field: text}))
    assert not form.validate()
    assert form.errors == {field: [told.replace("{years}", possible_years())]}
    assert form[field].data is None
    assert form[field]._value() == text


def test_a_fault_is_read_in_german() -> None:
    with read_in("de"):
        form = Asked(MultiDict({"times": "x"}))
        assert not form.validate()
        assert [str(one) for one in form.times.errors] == [
            "Times muss eine ganze Zahl sein. Sie hat höchstens 9 Ziffern."
        ]


def test_what_is_right_or_empty_is_taken() -> None:
    """An empty box is none."""
    form = Asked(MultiDict({"day": "2024-05-31", "dose": "2,5", "times": "7"}))
    assert form.validate()
    assert (str(form.day.data), form.dose.data, form.times.data) == ("2024-05-31", 2.5, 7)
    empty = Asked(MultiDict({"day": "", "dose": " ", "times": ""}))
    assert empty.validate()
    assert set(empty.data.values()) == {None}


def test_no_form_has_a_field_of_its_own_for_a_number_or_a_day() -> None:
    """The libraries' fields know no bounds."""
    theirs = {"DateField", "DateTimeField", "DecimalField", "FloatField", "IntegerField"}
    for file in Path(forms.__file__).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Name)}
        assert file.name == "fields.py" or not names & theirs


class Reached(Form):
    """An address."""

    email = EmailAddressField("E-mail address", [Optional()])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<anna@example.org>;", "anna@example.org"),
        ("mailto:a@bücher.example", "a@bücher.example"),
        (" ", " "),
    ],
)
def test_an_address_is_taken_as_mail_can_be_sent_to_it(text: str, kept: str) -> None:
    """Without what mail programs put around it."""
    form = Reached(MultiDict({"email": text}))
    assert form.validate()
    assert form.email.data == kept


@pytest.mark.parametrize("text", ["anna", "anna@example,org", "a..b@example.org", "jörg@example.org"])
def test_what_is_no_address_stays_in_the_box(text: str) -> None:
    """With what is wrong."""
    form = Reached(MultiDict({"email": text}))
    assert not form.validate()
    assert len(form.errors["email"]) == 1
    assert form.email._value() == text
