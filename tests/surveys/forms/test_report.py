"""Which data a report is made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from surveys.forms.report import ReportForm

Fill = Callable[..., Any]


@pytest.mark.parametrize(("source", "freeze"), [("now", None), ("3", "June")])
def test_the_data_are_those_of_now_or_of_a_freeze(filled: Fill, source: str, freeze: str | None) -> None:
    form = filled(partial(ReportForm, {3: "June"}), source=source)
    assert form.validate()
    assert form.freeze == freeze


@pytest.mark.parametrize("source", ["", "4", "June"])
def test_other_data_are_refused(filled: Fill, source: str) -> None:
    form = filled(partial(ReportForm, {3: "June"}), source=source)
    assert not form.validate()
    assert form.errors.keys() == {"source"}
