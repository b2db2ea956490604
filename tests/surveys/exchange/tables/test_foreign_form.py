"""Forms of other programs as a study's own."""

from __future__ import annotations

from dataclasses import replace

from surveys.exchange.tables.foreign_form import (
    ForeignField,
    ForeignForm,
    asked,
    columns_of,
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


FORM = ForeignForm("eye_form", "Eye form", "staff", (field("eye"), field("size", "decimal")), {"a": "why"})


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


def test_columns_are_found_by_words_also_after_a_change_of_the_form() -> None:
    """A further choice changes nothing; another word is another question."""
    form = own_form(FORM, ("en",))
    eye = form.fields[0]
    longer = replace(eye, choices={"en": (*eye.choices["en"], "Wet")})
    found = columns_of(FORM, made(replace(form, fields=(form.fields[1], longer))))
    assert found is not None
    assert found.items == {"q1": "eye", "q2": "size"}
    assert found.values_of == {"q1": {"1": 1, "-99": 2, "x": 3}}
    other = replace(eye, labels={"en": "Another"})
    found = columns_of(FORM, made(replace(form, fields=(other, form.fields[1]))))
    assert found is not None
    assert found.items == {"q2": "size"}
    assert columns_of(replace(FORM, title="Other"), made(form)) is None


def test_a_long_form_is_several() -> None:
    """Because one is changed on one page."""
    long = replace(FORM, fields=tuple(field(f"f{n}") for n in range(MOST_FIELDS + 1)))
    assert [(one.title, len(one.fields)) for one in parts(long)] == [("Eye form 1", 40), ("Eye form 2", 1)]
    assert title_of("eye_form") == "Eye form"
    assert title_of("") == "Form"
