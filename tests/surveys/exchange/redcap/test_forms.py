"""Forms of a REDCap project: what becomes of items of each kind."""

from __future__ import annotations

from pathlib import Path

from surveys.exchange.redcap import forms
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.instruments.definition import load
from surveys.instruments.library import Library
from surveys.models.patient import SEXES

WIDE = load(Path("tests/surveys/instruments/wide.toml"))
LIBRARY = Library.load()


def test_every_kind_of_item_has_its_field() -> None:
    """Choices to press, boxes to tick, and texts that REDCap checks."""
    form = forms.of_instrument([AnsweredInstrument(WIDE, WIDE.wording.name, WIDE.wording.status, None)])
    by_item = {field.item: field for field in form.fields if field.item}
    expected = {
        "choice": ("radio", ""),
        "choices": ("checkbox", ""),
        "whole": ("text", "integer"),
        "decimal": ("text", "number"),
        "date": ("text", "date_ymd"),
    }
    for item in WIDE.items:
        field = by_item[item.key]
        assert (field.type, field.validation) == expected[item.kind]
        assert (field.low != "") == (item.low is not None)


def test_words_leave_only_where_they_may() -> None:
    """Else the item's content and the values themselves."""
    phq9 = LIBRARY.get("phq9")
    loaded = forms.of_instrument([AnsweredInstrument(phq9, phq9.wording.name, "loaded", None)])
    field = loaded.fields[0]
    assert (field.label, field.section, field.choices["1"]) == (phq9.items[0].label, "", "1")


def test_every_sex_has_its_number() -> None:
    assert set(forms.SEXES) == set(SEXES)
