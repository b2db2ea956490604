"""What patients say of palsy and treatment, before it is stored."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from surveys import background
from surveys.background import CHOICES, MAY_BE_NONE, WHEN
from surveys.forms.background import NONE, QUESTIONS, question_form, words_of

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize("question", [*CHOICES, *WHEN, "onset"])
def test_every_question_and_every_code_has_words(question: str) -> None:
    """No code more: a patient would choose what cannot be stored."""
    words = words_of(question)
    assert words.text
    if question in CHOICES:
        none = {NONE} if question in MAY_BE_NONE else set()
        assert words.choices is not None
        assert set(words.choices) == {*CHOICES[question], *none}


def test_what_changed_is_asked_since_the_last_time() -> None:
    """Of treatments; an operation's question says which it was."""
    first, later = words_of("treatments"), words_of("treatments", since="1 March 2026")
    assert "1 March 2026" in str(later.text)
    assert str(first.text) != str(later.text)
    assert later.choices == first.choices
    assert words_of("side", since="1 March 2026") == QUESTIONS["side"]
    operation = words_of("static_sling")
    assert str(operation.text) == "When was this operation?"
    assert "sling" in str(operation.instruction)


@pytest.mark.parametrize(
    ("question", "sent", "said", "fault"),
    [
        ("side", ["left"], "left", None),
        ("side", ["middle"], None, "not_a_choice"),
        ("side", [], None, "not_a_choice"),
        ("symptoms", ["pain", "eye"], ["pain", "eye"], None),
        ("symptoms", [NONE], [], None),
        ("symptoms", [NONE, "pain"], None, "none_and_more"),
        ("symptoms", ["pain", "pain"], None, "not_a_choice"),
        ("symptoms", ["pain", "grief"], None, "not_a_choice"),
    ],
)
def test_only_shown_codes_are_said(question: str, sent: list[str], said: object, fault: str | None) -> None:
    form = question_form(question)(MultiDict([("answer", code) for code in sent]))
    assert (form.fits(TODAY), form.fault) == (fault is None, fault)
    if fault is None:
        assert form.said == said


@pytest.mark.parametrize(
    ("boxes", "said", "fault", "box"),
    [
        (("10", "3", "2026"), ("2026-03-10", "day"), None, None),
        (("", "2", "2026"), ("2026-02-01", "month"), None, None),
        (("", "", "2020"), ("2020-01-01", "year"), None, None),
        (("11", "3", "2026"), None, "ahead", "year"),
        (("", "", "2027"), None, "ahead", "year"),
        (("", "", "2207"), None, "ahead", "year"),
        (("", "", "20"), None, "year", "year"),
        (("", "", ""), None, "no_year", "year"),
        (("3", "", "2020"), None, "no_month", "month"),
        (("31", "2", "2020"), None, "day", "day"),
        (("x", "2", "2020"), None, "not_a_number", "day"),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(
    boxes: tuple[str, str, str], said: tuple[str, str] | None, fault: str | None, box: str | None
) -> None:
    """Today is the last day; a fault names its box."""
    form = question_form("onset")(MultiDict(zip(("day", "month", "year"), boxes, strict=True)))
    assert (form.fits(TODAY), form.fault, form.box) == (fault is None, fault, box)
    if said:
        assert form.said == background.as_date(date.fromisoformat(said[0]), said[1])


def test_blanks_are_no_answer() -> None:
    make = question_form("onset")
    assert not make(MultiDict({"day": " ", "month": "", "year": ""})).given
    assert make(MultiDict({"day": "", "month": "5", "year": ""})).given
