"""A site's own text, and the leave to use it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from surveys.forms.wording import PermissionForm, WordingForm

Fill = Callable[..., Any]


def permission() -> PermissionForm:
    return PermissionForm([("1.0", "authors: en", "The authors' text"), ("2.0", "authors", "The new text")])


def test_a_file_is_chosen(filled: Fill) -> None:
    form = filled(WordingForm)
    assert not form.validate()
    assert form.errors == {"file": ["Choose a file."]}
    assert filled(WordingForm, file=(io.BytesIO(b"text"), "face.toml")).validate()


def test_each_fault_of_the_file_has_its_line(filled: Fill) -> None:
    form = filled(WordingForm, file=(io.BytesIO(b"text"), "face.toml"))
    form.refuse("Item 1 is missing.\nItem 2 is empty.", "wording")
    assert form.form_errors == ["Item 1 is missing.", "Item 2 is empty."]
    assert form.file.errors == ["Nothing was loaded. Correct the file and choose it again."]


def test_leave_is_for_one_text_of_one_version(filled: Fill) -> None:
    """The name of a text may have a colon."""
    said = {"holder": "The authors", "reference": "Letter of 1 March", "publication": "doi:10.0000/x"}
    form = filled(permission, wording="1.0:authors: en", **said)
    assert form.validate()
    assert form.chosen == ("1.0", "authors: en")
    form = filled(permission, wording="3.0:authors", holder="The authors")
    assert not form.validate()
    assert form.errors.keys() == {"wording", "reference", "publication"}
