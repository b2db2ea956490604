"""Own forms are found for a form of another program: by where they came from, then by title and words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.exchange.tables import own_columns
from surveys.exchange.tables.foreign_form import ForeignField, ForeignForm, own_form
from surveys.instruments.definition import parse
from surveys.instruments.instrument import Instrument
from surveys.instruments.own import OwnForm, definition, still_from

EYE = ForeignField("eye", "choice", "How is the eye?", {"1": "Dry", "2": "Wet"})
GAP = ForeignField("gap", "decimal", "Gap", {}, 0.0, 20.0)
FORM = ForeignForm("redcap", "eye_form", "eye_form", "Eye form", "staff", (EYE, GAP))
MADE = own_form(FORM, ("en",))
WORDS = replace(MADE, origin=None)


def form(made: OwnForm, key: str = "eye") -> Instrument:
    """The definition of it."""
    return parse(definition(made, key=key, version=1, study="S1", holder="S1", year=2026), "form")


def renamed() -> OwnForm:
    """The form as somebody changed it: another title, other questions, other words for a choice."""
    eye, gap = MADE.fields
    eye = replace(eye, labels={"en": "The eye today"}, choices={"en": ("Dry", "Watering")})
    gap = replace(gap, labels={"en": "Gap when shut"})
    return replace(MADE, titles={"en": "Lids"}, fields=(eye, gap))


def test_by_words_also_after_a_change_of_the_form() -> None:
    """A further choice changes nothing; another word is another question, another title another form."""
    eye, gap = WORDS.fields
    longer = replace(eye, choices={"en": (*eye.choices["en"], "Both")})
    [found] = own_columns.found(FORM, [form(replace(WORDS, fields=(gap, longer)))])
    assert found.columns.items == {"q1": "eye", "q2": "gap"}
    assert found.columns.values_of == {"q1": {"1": 1, "2": 2}}
    assert found.columns.confirmed
    other = replace(eye, labels={"en": "Another"})
    [found] = own_columns.found(FORM, [form(replace(WORDS, fields=(other, gap)))])
    assert found.columns.items == {"q2": "gap"}
    assert own_columns.found(replace(FORM, title="Other"), [form(WORDS)]) == []


def test_by_names_where_it_was_made_of_that_form() -> None:
    """Whatever it is called here by now; without its origin a form so changed is not found."""
    [found] = own_columns.found(FORM, [form(renamed())])
    assert found.columns.items == {"q1": "eye", "q2": "gap"}
    assert found.columns.values_of == {"q1": {"1": 1, "2": 2}}
    assert (found.columns.confirmed, found.unsure) == (True, ())
    assert own_columns.found(FORM, [form(replace(renamed(), origin=None))]) == []
    assert own_columns.found(replace(FORM, address="other"), [form(renamed())]) == []
    assert own_columns.found(replace(FORM, program="fhir"), [form(renamed())]) == []


@pytest.mark.parametrize(
    ("eye", "worth"),
    [
        (replace(EYE, choices={"2": "Dry", "1": "Wet"}), {"2": 1, "1": 2}),
        (replace(EYE, choices={"a": "Dry", "b": "Watering"}), {"a": 1, "b": 2}),
        (replace(EYE, choices={"2": "Wet"}), {"2": 2}),
    ],
)
def test_codes_may_be_given_anew(eye: ForeignField, worth: dict[str, int]) -> None:
    """Words there, then those here, tell what a code means."""
    [found] = own_columns.found(replace(FORM, fields=(eye, GAP)), [form(renamed())])
    assert found.columns.values_of == {"q1": worth}
    assert found.unsure == ()


@pytest.mark.parametrize(
    "eye",
    [
        replace(EYE, label="How is the nose?"),
        replace(EYE, choices={"1": "Dry", "2": "Weeping"}),
    ],
)
def test_other_words_there_are_asked_about(eye: ForeignField) -> None:
    """The name alone tells of the question, or the code alone of the choice: that is to be confirmed."""
    [found] = own_columns.found(replace(FORM, fields=(eye, GAP)), [form(renamed())])
    assert found.columns.items == {"q1": "eye", "q2": "gap"}
    assert (found.columns.confirmed, found.unsure) == (False, ("eye",))
    sure = found.only({"gap", "other"})
    assert (sure.columns.items, sure.columns.values_of, sure.unsure) == ({"q2": "gap"}, {}, ())
    assert sure.columns.confirmed


@pytest.mark.parametrize(
    "eye",
    [
        replace(EYE, kind="choices"),
        replace(EYE, choices={"1": "Dry", "2": "Wet", "3": "Both"}),
        replace(EYE, choices={"1": "Red", "9": "Dry"}),
    ],
)
def test_what_cannot_be_told_is_not_taken(eye: ForeignField) -> None:
    """Another kind; a choice that nobody knows; two codes that would mean one choice."""
    [found] = own_columns.found(replace(FORM, fields=(eye, GAP)), [form(renamed())])
    assert found.columns.items == {"q2": "gap"}


def test_what_was_added_by_hand_is_found_by_words() -> None:
    """Also in a form of another title, and of several forms each field goes to one."""
    more = ForeignField("tears", "whole", "Tears", {}, 0.0, 9.0)
    grown = replace(FORM, fields=(EYE, GAP, more))
    field = replace(own_form(replace(FORM, fields=(more,)), ("en",)).fields[0], number=3)
    mended = replace(renamed(), fields=(*renamed().fields, field))
    [found] = own_columns.found(grown, [form(mended), form(replace(WORDS), "other")])
    assert found.columns.items == {"q1": "eye", "q2": "gap", "q3": "tears"}


def test_of_two_projects_forms_of_one_name_each_finds_its_own() -> None:
    """Where both have a field of one name, the form that suits best takes it."""
    other = replace(FORM, title="Eye B", fields=(EYE, ForeignField("lid", "decimal", "Lid", {}, 0.0, 9.0)))
    mine = [form(MADE, "a"), form(own_form(other, ("en",)), "b")]
    for seen, key in ((FORM, "a"), (other, "b")):
        [found] = own_columns.found(seen, mine)
        assert found.instrument.key == key
        assert len(found.columns.items) == 2
    assert own_columns.suits(other, mine[0]) == 1


def test_a_long_form_that_became_several() -> None:
    """Where it grew at its beginning, the parts are others, and the names tell all the same."""
    fields = tuple(ForeignField(f"f{n}", "whole", f"Number {n}", {}, 0.0, 9.0) for n in range(45))
    long = replace(FORM, fields=fields)
    first, second = (
        form(own_form(replace(long, title=f"Eye form {n}", fields=some), ("en",)), f"eye{n}")
        for n, some in ((1, fields[:40]), (2, fields[40:]))
    )
    grown = replace(long, fields=(EYE, *fields))
    found = own_columns.found(grown, [first, second])
    assert [len(one.columns.items) for one in found] == [40, 5]
    assert found[1].columns.items["q1"] == "f40"


def test_a_changed_form_keeps_its_origin() -> None:
    """Choices that were moved keep their codes, those that went lose them, and so do fields."""
    eye, gap = MADE.fields
    moved = replace(eye, choices={"en": ("Wet", "Both", "Dry")})
    origin = still_from(replace(WORDS, fields=(moved, gap)), MADE).origin
    assert origin is not None
    assert [(one.code, one.value) for one in origin.items[0].choices] == [("1", 3), ("2", 1)]
    fewer = replace(eye, choices={"en": ("Dry",)})
    origin = still_from(replace(WORDS, fields=(fewer,)), MADE).origin
    assert origin is not None
    assert [(one.name, [choice.code for choice in one.choices]) for one in origin.items] == [("eye", ["1"])]
    assert still_from(WORDS, WORDS).origin is None
    other = replace(eye, choices={"de": ("Trocken", "Nass")}, labels={"de": "Auge"})
    origin = still_from(replace(WORDS, fields=(other,)), MADE).origin
    assert origin is not None
    assert origin.items[0].choices == ()
