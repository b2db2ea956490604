"""The records of one patient, as staff type them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from surveys.forms.records import (
    ContactForm,
    EnrolmentListForm,
    MissedForm,
    PalsyForm,
    ReportedForm,
    StatusForm,
    TreatmentStateForm,
    grading_form,
)
from surveys.instruments.library import Library

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)
OUTCOMES = [("confirmed", "Confirm"), ("corrected", "Correct"), ("kept", "Keep")]


def test_nothing_recorded_lies_ahead(filled: Fill) -> None:
    """Today is the last day that may be typed."""
    for day, right in (("2026-03-10", True), ("2026-03-11", False)):
        for make, box in (
            (lambda: StatusForm(TODAY), "since"),
            (lambda: PalsyForm(TODAY), "recovered_on"),
            (lambda: PalsyForm(TODAY), "synkinesis_noted_on"),
        ):
            form = filled(make, status="paused", **{box: day})
            assert (form.validate(), set(form.errors)) == (right, set() if right else {box}), (box, day)


@pytest.mark.parametrize(
    ("typed", "faulty"),
    [
        ({"status": "left", "why": "burden"}, set()),
        ({"status": "lost", "why": "unknown"}, set()),
        ({"status": "left"}, {"why"}),
        ({"status": "lost", "why": "nothing of ours"}, {"why"}),
        ({"status": "died", "why": "illness"}, {"why"}),
        ({"status": "left", "why": "other"}, {"reason"}),
        ({"status": "left", "why": "other", "reason": "a new job"}, set()),
    ],
)
def test_who_leaves_or_is_lost_has_a_reason(filled: Fill, typed: dict[str, str], faulty: set[str]) -> None:
    """One of the list; another one is told in words; others have none."""
    form = filled(lambda: StatusForm(TODAY), since="2026-03-10", **typed)
    assert (form.validate(), set(form.errors)) == (not faulty, faulty)


def contact() -> ContactForm:
    return ContactForm(TODAY, [("en", "English"), ("de", "German")])


def test_a_contact_may_be_known_in_part(filled: Fill) -> None:
    """What is not chosen is stored as not recorded."""
    form = filled(contact, name="Anna Abel")
    assert form.validate()
    assert (form.channel.data, form.locale.data) == ("", "")
    assert filled(contact, locale="de", channel="letter", timezone="Europe/Berlin").validate()


@pytest.mark.parametrize(
    ("box", "typed"),
    [
        ("timezone", "Berlin"),
        ("locale", "fr"),
        ("channel", "pigeon"),
        ("email", "anna"),
        ("born_on", "2026-03-11"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(filled: Fill, box: str, typed: str) -> None:
    form = filled(contact, **{box: typed})
    assert not form.validate()
    assert form.errors.keys() == {box}


def test_the_outcome_of_a_treatment_is_chosen(filled: Fill) -> None:
    form = filled(lambda: TreatmentStateForm(TODAY))
    assert not form.validate()
    assert form.errors["state"][0] == "Choose what became of it."
    assert filled(lambda: TreatmentStateForm(TODAY), state="planned", on="2026-04-01").validate()


def test_a_missed_visit_has_a_reason(filled: Fill) -> None:
    form = filled(lambda: MissedForm(TODAY), reason=" ")
    assert not form.validate()
    assert form.errors == {"reason": ["Say why the visit was missed."]}


def test_a_grading_has_one_choice_for_each_item(filled: Fill) -> None:
    """The words of a choice follow its number."""
    scale = Library.load().get("house_brackmann")
    make = grading_form(scale)
    [item] = scale.items
    form = filled(lambda: make(TODAY, [(7, "1: Bell's palsy, left")]), graded_on="2026-03-10", palsy="7")
    assert [choice.value for choice in form[item.key].choices] == [1, 2, 3, 4, 5, 6]
    assert all(str(choice.label).startswith(f"{choice.value}: ") for choice in form[item.key].choices)
    assert not form.validate()
    assert form.errors.keys() == {item.key}
    sent = {item.key: "3", "graded_on": "2026-03-10", "palsy": "7"}
    form = filled(lambda: make(TODAY, [(7, "1: Bell's palsy, left")]), **sent)
    assert form.validate()
    assert (form[item.key].data, form.palsy.data) == (3, 7)


class TestReported:
    """The decision about what a patient reported."""

    @pytest.mark.parametrize(
        ("fact", "treatments", "boxes"),
        [
            ("onset", [(3, "That of May")], {"onset"}),
            ("side", [], {"side"}),
            ("cause", [], {"cause"}),
            ("botulinum_toxin", [], {"kind", "began"}),
            ("botulinum_toxin", [(3, "That of May")], {"kind", "began", "dates"}),
        ],
    )
    def test_only_what_corrects_the_fact_is_asked(
        self, filled: Fill, fact: str, treatments: list[tuple[int, str]], boxes: set[str]
    ) -> None:
        form = filled(lambda: ReportedForm(TODAY, fact, OUTCOMES, treatments))
        assert {field.name for field in form} == {"outcome", "note", "seen"} | boxes

    def test_a_corrected_onset_is_typed(self, filled: Fill) -> None:
        """And typed only to be recorded."""

        def onset() -> ReportedForm:
            return ReportedForm(TODAY, "onset", OUTCOMES, [])

        form = filled(onset, outcome="corrected")
        assert not form.validate()
        assert form.onset.form.year.errors == ["Enter the corrected onset."]
        form = filled(onset, outcome="confirmed", **{"onset-year": "2025"})
        assert not form.validate()
        assert form.errors.keys() == {"outcome"}
        assert filled(onset, outcome="corrected", **{"onset-year": "2025"}).validate()
        assert filled(onset, outcome="kept").validate()

    def test_which_treatment_it_was_is_chosen(self, filled: Fill) -> None:
        """Unless nothing is recorded of it."""

        def treatment() -> ReportedForm:
            return ReportedForm(TODAY, "botulinum_toxin", OUTCOMES, [(3, "That of May")])

        form = filled(treatment, outcome="confirmed", kind="botulinum_toxin")
        assert not form.validate()
        assert form.errors == {"dates": ["Choose which treatment it is."]}
        assert filled(treatment, outcome="confirmed", kind="botulinum_toxin", dates="0").validate()
        assert filled(treatment, outcome="kept", kind="botulinum_toxin").validate()

    def test_a_refused_start_stands_at_the_start(self, filled: Fill) -> None:
        """The store calls the box of a treatment's date `year`."""
        form = filled(lambda: ReportedForm(TODAY, "botulinum_toxin", OUTCOMES, []))
        form.refuse("This lies before the patient's birth.", "year")
        assert form.began.form.year.errors == ["This lies before the patient's birth."]
        form.refuse("Somebody has decided.", "seen")
        assert form.seen.errors == ["Somebody has decided."]


def listed() -> EnrolmentListForm:
    return EnrolmentListForm(TODAY)


class TestEnrolmentList:
    """A list of patients, pasted or as a file."""

    def test_a_file_goes_before_what_was_pasted(self, filled: Fill) -> None:
        file = (io.BytesIO("\ufeffcode\nÄ-1\n".encode()), "list.csv")
        form = filled(listed, rows="code\nP9\n", file=file)
        assert form.validate()
        assert form.content.decode("utf-8-sig") == "code\nÄ-1\n"
        form = filled(listed, rows="code\nP9\n", file=(io.BytesIO(b""), ""))
        assert form.validate()
        assert form.content.split() == [b"code", b"P9"]

    def test_the_sheets_of_a_workbook_are_asked_by_name(self, filled: Fill) -> None:
        form = filled(listed, rows="code\nP9\n", sheet="2026")
        assert form.validate()
        form.ask_sheet(["2025", "2026"])
        assert [(choice.value, choice.selected) for choice in form.sheet.iter_choices()] == [
            ("2025", False),
            ("2026", True),
        ]
        assert form.sheet.errors

    def test_an_empty_list_is_none(self, filled: Fill) -> None:
        form = filled(listed, rows=" \n")
        assert not form.validate()
        assert form.errors == {"file": ["Choose a file, or paste the rows."]}

    def test_a_consent_elsewhere_has_a_place_and_a_day(self, filled: Fill) -> None:
        for told, wrong in (
            ({"consent_reference": "Folder 3"}, "consent_on"),
            ({"consent_on": "2026-03-01"}, "consent_reference"),
            ({"consent_reference": "Folder 3", "consent_on": "2026-03-11"}, "consent_on"),
        ):
            form = filled(listed, rows="code\nP9\n", **told)
            assert not form.validate()
            assert form.errors.keys() == {wrong}
        told = {"consent_reference": "Folder 3", "consent_on": "2026-03-10"}
        assert filled(listed, rows="code\nP9\n", **told).validate()
