"""Forms of other programs as a study's own."""

from __future__ import annotations

from dataclasses import replace

from surveys.exchange.tables.foreign_form import (
    ForeignField,
    ForeignForm,
    asked,
    own_form,
    parts,
    title_of,
    told,
)
from surveys.instruments.definition import parse
from surveys.instruments.instrument import Instrument
from surveys.instruments.own import MOST_FIELDS, OwnForm, definition, faults

CHOICES = {"1": "Dry", "-99": "None of\nthese", "x": ""}


def field(name: str, kind: str = "choice") -> ForeignField:
    """A question that can be asked."""
    made = asked(name, kind, f"About {name}", CHOICES)  # type: ignore[arg-type]
    assert isinstance(made, ForeignField)
    return made


FIELDS = (field("eye"), field("size", "decimal"))
FORM = ForeignForm("redcap", "eye_form", "eye_form", "Eye form", "staff", FIELDS, {"a": "why"})


def made(form: OwnForm) -> Instrument:
    """The definition of it."""
    return parse(definition(form, key="eye", version=1, study="S1", holder="S1", year=2026), "form")


def test_it_can_be_asked_in_each_language_of_the_study() -> None:
    """Words are one line, a choice without any is its code; numbers have limits that answers fit."""
    form = own_form(FORM, ("en", "de"))
    assert list(faults(form)) == []
    eye, size = form.fields
    assert eye.choices["de"] == ("Dry", "None of these", "x")
    assert (size.low, size.high) == (-96.0, 1_000_000.0)
    assert made(form).wording.texts["de"].items["q1"] == "About eye"


def test_what_cannot_be_asked_is_told() -> None:
    """One choice, or two of the same words."""
    assert asked("a", "choice", "", {"1": "Yes"}) == "has no two choices"
    assert asked("a", "choices", "", {"1": "Yes", "2": "Yes "}) == "has two choices of the same words"
    assert list(told(FORM)) == ["Left out of Eye form: a (why)."]


def test_it_keeps_where_it_came_from() -> None:
    """In the definition, so in each version and in what leaves: the form, its fields, their codes."""
    origin = made(own_form(FORM, ("en", "de"))).origin
    assert origin == own_form(FORM, ("en",)).origin
    assert origin is not None
    assert (origin.program, origin.form) == ("redcap", "eye_form")
    eye, size = origin.items
    assert (eye.item, eye.name, eye.words) == ("q1", "eye", "About eye")
    assert [(one.value, one.code, one.words) for one in eye.choices] == [
        (1, "1", "Dry"),
        (2, "-99", "None of these"),
        (3, "x", "x"),
    ]
    assert (size.item, size.name, size.choices) == ("q2", "size", ())


def test_a_long_form_is_several() -> None:
    """Because one is changed on one page."""
    long = replace(FORM, fields=tuple(field(f"f{n}") for n in range(MOST_FIELDS + 1)))
    assert [(one.title, len(one.fields)) for one in parts(long)] == [("Eye form 1", 40), ("Eye form 2", 1)]
    assert title_of("eye_form") == "Eye form"
    assert title_of("") == "Form"
