"""The boxes of an injection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from surveys.catalogues import read_in
from surveys.forms.injections import InjectionMapForm, typed_in

Fill = Callable[..., Any]


def form() -> Any:
    """As the page makes it."""
    return InjectionMapForm(date(2026, 3, 10), data={"unit": "U", **typed_in({("risorius", "left"): 2.5})})


def test_units_are_read_box_by_box(filled: Fill) -> None:
    """A comma is a point, an empty box and 0 are none."""
    typed = {"frontalis_left": "2,5", "frontalis_right": "0", "mentalis_right": "10", "risorius_left": ""}
    made = filled(form, unit="U", product="Botox", **typed)
    assert made.validate(), made.errors
    assert made.sites == {("frontalis", "left"): 2.5, ("mentalis", "right"): 10.0}
    [(muscle, [(left, box), _]), *others] = made.rows
    assert (muscle, left, box.data, len(others)) == ("frontalis", "left", 2.5, 15)


def test_what_is_no_number_is_named_with_its_muscle(filled: Fill) -> None:
    """Also a number below 0, and a unit that is missing."""
    made = filled(form, unit=" ", platysma_left="-2", other_right="five")
    assert not made.validate()
    assert made.errors["platysma_left"] == ["Platysma, left: units cannot be below 0."]
    assert made.errors["unit"] == ["Enter the unit, for example U."]
    assert made.errors.keys() == {"platysma_left", "other_right", "unit"}


def test_a_box_is_named_in_the_readers_language(filled: Fill) -> None:
    """Also its side, which only a screen reader and the drawing say."""
    made = filled(form, unit="U")
    with read_in("de"):
        assert str(made["platysma_left"].label.text) == "Platysma, links"
