"""Removal asks for the code once more: it cannot be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from surveys.forms.removal import RemovalForm

Fill = Callable[..., Any]
TODAY = date(2026, 3, 10)


def of_p1() -> RemovalForm:
    return RemovalForm("P1", TODAY)


@pytest.mark.parametrize(
    ("decision", "code", "at"),
    [
        ("remove", " P1 ", set()),
        ("remove", "P2", {"code"}),
        ("remove", "", {"code"}),
        ("remove", "p1", {"code"}),
        ("decline", "", set()),
        ("", "P1", {"decision"}),
        ("keep", "P1", {"decision"}),
    ],
)
def test_only_the_right_code_removes(filled: Fill, decision: str, code: str, at: set[str]) -> None:
    form = filled(of_p1, decision=decision, code=code, reason="By letter.")
    assert (form.validate(), set(form.errors)) == (not at, at)


def test_the_reason_is_said(filled: Fill) -> None:
    form = filled(of_p1, decision="decline")
    assert not form.validate()
    assert form.errors == {"reason": ["Say why."]}


def test_a_request_that_nobody_made_cannot_be_declined(filled: Fill) -> None:
    form = filled(of_p1, decision="decline", reason="By letter.")
    form.nobody_asked()
    assert not form.validate()
    assert form.errors.keys() == {"decision"}
