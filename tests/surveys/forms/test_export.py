"""The form before an export; what goes ill together is the store's to refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.export import FORMATS, ExportForm
from surveys.store.study import exports
from surveys.store.study.exports import DATED

Fill = Callable[..., Any]


def test_every_format_is_offered() -> None:
    """And no other."""
    assert set(FORMATS) == set(exports.FORMATS)


@pytest.mark.parametrize(("form", "is_one"), [("tidy", True), ("spss", True), ("zip", False)])
def test_a_format_is_one_of_them(filled: Fill, form: str, is_one: bool) -> None:
    assert filled(ExportForm, form=form).validate() == is_one


def test_what_is_not_offered_is_not_taken(filled: Fill) -> None:
    """Who may not have calendar dates is offered no format that holds them."""
    form = filled(ExportForm, form="bundle")
    form.leave_out(DATED)
    assert not form.validate()
    assert "bundle" not in {one.value for one in form.form.choices}
