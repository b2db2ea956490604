"""A date as exactly as it is known."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import get_month_names
from flask import Flask
from werkzeug.datastructures import MultiDict

from surveys.forms.background import question_form
from surveys.forms.fields import MONTHS_IN, month_number
from surveys.forms.partial_date import PartialDateError, read
from surveys.typed import is_possible_year


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        (None, None, None, None),
        (None, None, 2024, (date(2024, 1, 1), "year")),
        (None, 12, 2024, (date(2024, 12, 1), "month")),
        (29, 2, 2024, (date(2024, 2, 29), "day")),
    ],
)
def test_the_boxes_that_are_filled_say_how_exact(
    day: int | None, month: int | None, year: int | None, expected: tuple[date, str] | None
) -> None:
    assert read(day, month, year) == expected


@pytest.mark.parametrize(
    ("boxes", "box", "fault"),
    [
        ((None, 5, None), "year", "no_year"),
        ((3, None, None), "year", "no_year"),
        ((3, 5, 24), "year", "year"),
        ((3, None, 2024), "month", "no_month"),
        ((None, 0, 2024), "month", "month"),
        ((None, 13, 2024), "month", "month"),
        ((30, 2, 2024), "day", "day"),
        ((0, 2, 2024), "day", "day"),
    ],
)
def test_a_fault_names_its_box(boxes: tuple[int | None, ...], box: str, fault: str) -> None:
    """Pages have words for each."""
    with pytest.raises(PartialDateError) as wrong:
        read(*boxes)
    assert (wrong.value.box, wrong.value.fault) == (box, fault)


def test_a_year_is_possible_here_as_everywhere() -> None:
    """Both ends of `is_possible_year`."""
    years = [year for year in range(1800, 2300) if is_possible_year(year)]
    assert read(None, None, years[0]) == (date(years[0], 1, 1), "year")
    assert read(None, None, years[-1]) == (date(years[-1], 1, 1), "year")
    for year in (years[0] - 1, years[-1] + 1):
        with pytest.raises(PartialDateError):
            read(None, None, year)


@pytest.mark.parametrize(
    ("day", "month", "found"),
    [
        ("27", "3", "2024-03-27"),
        ("27.", "März", "2024-03-27"),
        ("27th", "march", "2024-03-27"),
        (" 1st ", "Sept.", "2024-09-01"),
        ("٢٧", "٣", "2024-03-27"),
        ("", "dezember", "2024-12-01"),
        ("27", "Ma", None),
        ("27", "Ju", None),
        ("27", "jun", "2024-06-27"),
        ("27", "13", None),
        ("x", "3", None),
        ("27.3", "3", None),
    ],
)
def test_days_and_months_as_people_write_them(
    bare_app: Flask, day: str, month: str, found: str | None
) -> None:
    """By name, whole or begun, in any case; what may be two months is asked again."""
    with bare_app.test_request_context():
        form = question_form("onset")(MultiDict({"day": day, "month": month, "year": "2024"}))
        fits = form.fits(date(2026, 1, 1))
        assert (form.said["on"] if fits else None) == found  # type: ignore[call-overload,index]


def test_no_name_is_one_month_here_and_another_there() -> None:
    """In all the languages whose names are taken."""
    for code in MONTHS_IN:
        for number, name in get_month_names("wide", "format", code).items():
            assert month_number(name) == number, (code, name)
