"""The name of a freeze."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from surveys.forms.freeze import FreezeForm

Fill = Callable[..., Any]


def test_a_freeze_has_a_name(filled: Fill) -> None:
    """As long as the column takes; what the store refuses stands beside it."""
    assert filled(FreezeForm, name="n" * 200).validate()
    for name in ("", "n" * 201):
        form = filled(FreezeForm, name=name)
        assert not form.validate()
        assert form.errors.keys() == {"name"}
    form.refuse("Taken.", None)
    assert form.errors == {"name": ["Taken."]}
