"""Calendar dates leave only with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from surveys.forms.export import ExportForm

Fill = Callable[..., Any]


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({}, set()),
        ({"form": "tidy"}, set()),
        ({"form": "tidy", "reason": "A paper."}, set()),
        ({"form": "tidy", "exact": "y"}, {"reason"}),
        ({"form": "tidy", "exact": "y", "reason": "  "}, {"reason"}),
        ({"form": "tidy", "exact": "y", "reason": "A paper."}, set()),
        ({"form": "bundle"}, {"exact"}),
        ({"form": "bundle", "reason": "A paper."}, {"exact"}),
        ({"form": "bundle", "exact": "y"}, {"reason"}),
        ({"form": "bundle", "exact": "y", "reason": "A paper."}, set()),
        ({"form": "zip"}, {"form"}),
    ],
)
def test_dates_go_with_a_reason(filled: Fill, sent: dict[str, str], at: set[str]) -> None:
    """A bundle holds dates always, so both have to be said."""
    form = filled(ExportForm, **sent)
    assert (form.validate(), set(form.errors)) == (not at, at)


def test_where_dates_are_not_offered_no_reason_is_owed(filled: Fill) -> None:
    """People who may not open patients have no such box."""
    form = filled(ExportForm, form="tidy", exact="y")
    del form.exact
    assert form.exact is None
    assert form.validate()
