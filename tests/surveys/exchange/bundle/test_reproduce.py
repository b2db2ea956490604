"""The comparison of two reports, number by number."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.exchange.bundle.reproduce import differences, leaves


def test_only_values_are_counted() -> None:
    report = {"n": 3, "mean": None, "rows": [{"a": 1.5}, {"a": "x"}], "none": [], "nothing": {}}
    assert list(leaves(report)) == [3, None, 1.5, "x"]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (1.0, 1.0 + 1e-11),
        (1e6, 1e6 + 1e-5),
        (1e-11, 0.0),
        (2.0, 2),
        (None, None),
        ([1, "x"], [1, "x"]),
        ({"a": [1.0]}, {"a": [1.0]}),
    ],
)
def test_the_same_to_ten_digits_is_the_same(told: Any, found: Any) -> None:
    assert list(differences(told, found, "report")) == []


@pytest.mark.parametrize(
    ("told", "found", "place"),
    [
        (1.0, 1.0 + 1e-9, "report"),
        (3, 4, "report"),
        (1.0, None, "report"),
        (None, 0.0, "report"),
        ("x", "y", "report"),
        ([1, 2], [1], "report"),
        ({"a": 1}, {"b": 1}, "report"),
        ({"a": [{"b": 1.0}, {"b": 2.0}]}, {"a": [{"b": 1.0}, {"b": 3.0}]}, "report.a[1].b"),
        (1.0, "1.0", "report"),
        ({}, [], "report"),
    ],
)
def test_a_difference_is_told_with_its_place(told: Any, found: Any, place: str) -> None:
    [said] = differences(told, found, "report")
    assert said.startswith(f"{place}: ")
    assert said.endswith(" now")
