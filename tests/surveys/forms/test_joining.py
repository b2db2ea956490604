"""The forms about people who join by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.joining import LookForm, joining_form


def test_countries_and_texts(filled: Callable[..., Any]) -> None:
    """Countries in any spelling; a text for each language, those that are empty left out."""
    made = joining_form((("en", "English"), ("de", "German")))
    form = filled(made, countries="de, at;CH", information__en=" Come. ", information__de=" ")
    assert form.validate()
    assert form.codes == ["DE", "AT", "CH"]
    assert form.information(["en", "de"]) == {"en": "Come."}


@pytest.mark.parametrize(
    ("outcome", "valid"), [("apart", True), ("same", True), ("", False), ("other", False)]
)
def test_who_it_is_has_to_be_said(filled: Callable[..., Any], outcome: str, valid: bool) -> None:
    """One of two, and no other."""
    assert filled(LookForm, outcome=outcome, same_as="P1").validate() is valid
