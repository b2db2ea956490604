"""A condition in words, and what it takes."""

from __future__ import annotations

import pytest
from sqlalchemy import null

from surveys.lists.own.fields import Condition, ConditionError, Field, checked, words


def of_kind(kind: str) -> Field:
    return Field("x", "Group", "Thing", kind, lambda _: null(), {"f": "Female", "m": "Male"})  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("kind", "operator", "given", "kept", "said"),
    [
        ("choice", "is", ["m", "f", "m"], ("m", "f"), "Thing: is one of Male, Female"),
        ("number", "above", [" 2,5 "], ("2,5",), "Thing: above 2,5"),
        ("number", "above", ["2", "3"], ("2",), "Thing: above 2"),
        ("day", "since", ["2026-05-01"], ("2026-05-01",), "Thing: on or after 2026-05-01"),
        ("day", "last_days", ["30"], ("30",), "Thing: in the last 30 days"),
        ("day", "unknown", ["left over"], (), "Thing: not known"),
        ("text", "contains", ["a~b"], ("a~b",), "Thing: contains a~b"),
    ],
)
def test_a_condition_is_kept_and_said(
    kind: str, operator: str, given: list[str], kept: tuple[str, ...], said: str
) -> None:
    """Once, without what it does not take."""
    made = checked(of_kind(kind), Condition("x", operator, tuple(given)))
    assert made.values == kept
    assert words(of_kind(kind), made) == said


@pytest.mark.parametrize(
    ("kind", "operator", "given"),
    [
        ("choice", "is", []),
        ("choice", "is", ["gone"]),
        ("choice", "above", ["m"]),
        ("number", "above", ["many"]),
        ("number", "above", ["1,234"]),
        ("number", "above", ["  "]),
        ("day", "since", ["1 May"]),
        ("day", "since", ["0026-05-01"]),
        ("day", "last_days", ["-3"]),
        ("days_since", "at_least", ["2026-05-01"]),
    ],
)
def test_what_it_does_not_take_is_refused_in_words(kind: str, operator: str, given: list[str]) -> None:
    """The sentence names the field."""
    with pytest.raises(ConditionError, match=r"^Thing"):
        checked(of_kind(kind), Condition("x", operator, tuple(given)))
