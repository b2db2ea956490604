"""The clinic's list as it is pasted or exported."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms import clinic
from surveys.forms.clinic import ListForm, shape

Fill = Callable[..., Any]


def test_lines_are_taken_apart_at_tabs_commas_and_semicolons(filled: Fill) -> None:
    """Quotes and blanks around a cell do not count, empty cells and lines neither."""
    form = filled(ListForm, numbers='H-1\t 08:00 \n\n "H-2" ; "Abel, Anna"\n,;\n')
    assert form.validate()
    assert form.lines == [["H-1", "08:00"], ["H-2", "Abel", "Anna"]]


def test_a_file_is_read_after_what_was_pasted(filled: Fill) -> None:
    """With any ends of lines; another module makes text of its bytes."""
    form = filled(ListForm, numbers="H-1", file=(io.BytesIO(b"some bytes"), "list.xlsx"))
    assert form.content == b"some bytes"
    form.text = "H-2\r\nH-3\rÄ-4"
    assert form.validate()
    assert form.lines == [["H-1"], ["H-2"], ["H-3"], ["Ä-4"]]


def test_without_a_number_there_is_no_list(filled: Fill) -> None:
    form = filled(ListForm, numbers=" ;\n\t")
    assert not form.validate()
    assert form.errors == {"numbers": ["Paste the numbers, or choose a file."]}


def test_a_list_has_an_end(filled: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is taken, or none."""
    monkeypatch.setattr(clinic, "MOST_LINES", 2)
    assert filled(ListForm, numbers="H-1\nH-2").validate()
    form = filled(ListForm, numbers="H-1\nH-2\nH-3")
    assert not form.validate()
    assert form.errors == {
        "numbers": [
            "Nobody was put on the list: these are 3 lines, and at most 2 go in at once. Send them in parts."
        ]
    }


@pytest.mark.parametrize(
    ("cell", "expected"), [("H-4711", "A-9"), ("fp12a", "A9A"), ("08:15", "9:9"), ("Jäger", "AäA")]
)
def test_numbers_of_a_clinic_share_a_shape(cell: str, expected: str) -> None:
    assert shape(cell) == expected
