"""Staff's forms: what they find wrong by themselves, and where a refusal of the store stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import g
from wtforms import FormField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from surveys.forms.staff import (
    AHEAD,
    HIDDEN_SIGNS,
    NewTreatmentForm,
    PartialDateForm,
    StaffForm,
    UnscheduledVisitForm,
    enrolment_form,
)

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)


class NoteForm(StaffForm):
    """A line, more lines, and a date in boxes."""

    title = StringField("Title", [InputRequired("Give it a title.")])
    text = TextAreaField("Text", [Optional()])
    word = PasswordField("Word", [Optional()])
    on = FormField(PartialDateForm)


class TestStaffForm:
    """What holds for every form."""

    @pytest.mark.parametrize(
        ("sent", "errors"),
        [
            ({"title": "A note", "text": "Two\nlines"}, {}),
            ({"title": "Two\nlines"}, {"title": ["Write this on one line."]}),
            ({"title": "A note", "word": "Two\nlines"}, {"word": ["Write this on one line."]}),
            ({"title": ""}, {"title": ["Give it a title."]}),
            ({"title": " \t"}, {"title": ["Give it a title."]}),
            ({"title": "A note", "text": " "}, {}),
        ],
    )
    def test_a_box_takes_its_kind_of_text(
        self, filled: Fill, sent: dict[str, str], errors: dict[str, list[str]]
    ) -> None:
        """One line or more; blanks fill no box that must be filled."""
        form = filled(NoteForm, **sent)
        assert (form.validate(), form.errors) == (not errors, errors)

    def test_hidden_signs_are_said_where_they_were(self, filled: Fill) -> None:
        """The request notes the boxes from which it took some out."""
        form = filled(NoteForm, title="A note")
        g.hidden_signs_in = {"title"}
        assert not form.validate()
        assert form.errors == {"title": [HIDDEN_SIGNS]}

    def test_a_refusal_of_a_date_stands_at_its_year(self, filled: Fill) -> None:
        form = filled(NoteForm, title="A note")
        form.refuse("Too early.", "on")
        assert form.on.form.year.errors == ["Too early."]
        form.refuse("The study is closed.", "study")
        assert form.form_errors == ["The study is closed."]


def enrolment(**boxes: str) -> dict[str, str]:
    return {"code": "P1", "birth-year": "1970", **boxes}


def treated(*rows: tuple[str, str, str, str]) -> dict[str, str]:
    """The boxes of rows of treatments: kind, day, month, year."""
    names = ("kind", "day", "month", "year")
    return {
        f"treatment_{number}-{name}": text
        for number, row in enumerate(rows, start=1)
        for name, text in zip(names, row, strict=True)
    }


class TestEnrolment:
    """A patient's first record."""

    @staticmethod
    def form(filled: Fill, **sent: str) -> Any:
        return filled(lambda: enrolment_form(2)(TODAY), **sent)

    def test_a_code_and_a_year_of_birth_are_enough(self, filled: Fill) -> None:
        form = self.form(filled, **enrolment())
        assert form.validate(), form.errors
        assert (form.sex.data, form.side.data, form.cause.data, form.begin.data) == ("unknown",) * 4

    @pytest.mark.parametrize(
        ("boxes", "box", "said"),
        [
            ({"birth-year": ""}, "year", "Enter the year of birth: the study has a lowest age."),
            ({"birth-month": "5"}, "day", "Enter the day too, or only the year."),
            ({"birth-month": "13"}, "month", "The month must be from 1 to 12."),
            ({"birth-month": "2", "birth-day": "30"}, "day", "This month has no such day."),
        ],
    )
    def test_a_birth_is_a_year_or_a_day(
        self, filled: Fill, boxes: dict[str, str], box: str, said: str
    ) -> None:
        form = self.form(filled, **{**enrolment(), **boxes})
        assert not form.validate()
        assert form.birth.form.errors == {box: [said]}

    @pytest.mark.parametrize(
        ("rows", "box", "said"),
        [
            ([("massage", "11", "3", "2026")], "year", AHEAD),
            ([("massage", "", "", "2027")], "year", AHEAD),
            ([("massage", "", "", "1969")], "year", "This lies before the birth."),
            ([("", "", "", "2020")], "kind", "Choose which treatment this date belongs to."),
            ([("massage", "5", "", "2020")], "month", "Enter the month too, or leave the day empty."),
        ],
    )
    def test_a_treatment_lies_between_birth_and_today(
        self, filled: Fill, rows: list[tuple[str, str, str, str]], box: str, said: str
    ) -> None:
        form = self.form(filled, **enrolment(), **treated(*rows))
        assert not form.validate()
        assert form["treatment_1"].form.errors == {box: [said]}

    def test_treatments_of_today_and_of_different_days_are_taken(self, filled: Fill) -> None:
        rows = (("massage", "10", "3", "2026"), ("massage", "", "", "1970"))
        assert self.form(filled, **enrolment(), **treated(*rows)).validate()

    def test_the_same_treatment_twice_is_once_too_often(self, filled: Fill) -> None:
        """Also where the date of neither is known."""
        for row in (("massage", "", "5", "2020"), ("massage", "", "", "")):
            form = self.form(filled, **enrolment(), **treated(row, row))
            assert not form.validate()
            assert form.errors.keys() == {"treatment_2"}

    def test_each_refusal_stands_at_its_box(self, filled: Fill) -> None:
        """All of them, for the store finds several at once."""
        form = self.form(filled, **enrolment())
        for field in ("code", "birth_year", "onset", "site", "treatments", None):
            form.refuse(f"Not this {field}.", field)
        form.refuse("Taken.", "code")
        assert form.code.errors == ["Not this code.", "Taken."]
        assert form.birth.form.year.errors == ["Not this birth_year."]
        assert form.onset.form.year.errors == ["Not this onset."]
        assert form.site.errors == ["Not this site."]
        assert form.form_errors == ["Not this treatments.", "Not this None."]


class TestNewTreatment:
    """A treatment of a patient already enrolled."""

    @pytest.mark.parametrize(
        ("state", "year", "right"),
        [("given", "2026", True), ("given", "2027", False), ("planned", "2027", True)],
    )
    def test_only_what_is_planned_lies_ahead(self, filled: Fill, state: str, year: str, right: bool) -> None:
        sent = {"treatment-kind": "massage", "treatment-year": year, "state": state}
        form = filled(lambda: NewTreatmentForm(TODAY), **sent)
        assert form.validate() is right
        assert form.treatment.form.errors == ({} if right else {"year": [AHEAD]})

    def test_a_treatment_is_chosen(self, filled: Fill) -> None:
        form = filled(lambda: NewTreatmentForm(TODAY))
        assert not form.validate()
        assert form.treatment.form.errors == {"kind": ["Choose a treatment."]}

    def test_each_refusal_stands_at_its_box(self, filled: Fill) -> None:
        form = filled(lambda: NewTreatmentForm(TODAY))
        for field in ("year", "unit", "dose", "kind"):
            form.refuse(f"Not this {field}.", field)
        row = form.treatment.form
        boxes = (row.year, form.unit, form.dose, row.kind)
        assert [box.errors for box in boxes] == [
            [f"Not this {field}."] for field in ("year", "unit", "dose", "kind")
        ]


def test_only_offered_questionnaires_are_opened(filled: Fill) -> None:
    def visit() -> UnscheduledVisitForm:
        return UnscheduledVisitForm([("face", "FaCE")])

    assert filled(visit, battery=["face"]).validate()
    form = filled(visit, battery=["phq9"])
    assert not form.validate()
    form = filled(visit, battery=[])
    form.refuse("Choose at least one.", None)
    assert form.errors == {"battery": ["Choose at least one."]}
