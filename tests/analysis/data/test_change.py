"""When one person's score counts as changed."""

from __future__ import annotations

import math

import pytest

from analysis.data.change import NOT_OF_ONE_PERSON, OF_ONE_PERSON, judge, of_one_person
from analysis.data.frame import Threshold


@pytest.mark.parametrize(
    ("before", "after", "direction", "threshold", "verdict"),
    [
        (4, 9, "higher_worse", 5, "worse"),
        (4, 10, "higher_worse", 5, "worse"),
        (4, 8, "higher_worse", 5, "same"),
        (9, 4, "higher_worse", 5, "better"),
        (40, 22.4, "higher_better", 17.6, "worse"),
        (22.4, 40, "higher_better", 17.6, "better"),
        (40, 22.5, "higher_better", 17.6, "same"),
        (20, 48.2, "higher_worse", 28.2, "worse"),
        (0.1 + 0.2, 0, "higher_worse", 0.3, "better"),
        (0, 0.1 + 0.2 - 4e-17, "higher_worse", 0.3 + 1e-12, "worse"),
        (9, 4, "higher_worse", -5, "better"),
        (7, 7, "higher_worse", 0, "same"),
        (7, 7, "higher_worse", math.inf, "same"),
        (None, 7, "higher_worse", 5, "unknown"),
        (7, None, "higher_worse", 5, "unknown"),
        (7, 20, "higher_worse", None, "unknown"),
        (math.nan, 20, "higher_worse", 5, "unknown"),
        (7, math.nan, "higher_worse", 5, "unknown"),
        (7, 20, "", 5, "unknown"),
    ],
)
def test_a_change_counts_from_the_threshold_on(
    before: float | None, after: float | None, direction: str, threshold: float | None, verdict: str
) -> None:
    """The threshold itself counts; rounding of the scores does not."""
    assert judge(before, after, direction, threshold) == verdict


def test_the_preferred_amount_is_one_above_the_error_of_measurement() -> None:
    """Whatever their order in the file; what is published of groups is never chosen."""
    every = [Threshold(kind, 1, "", "", "") for kind in (*NOT_OF_ONE_PERSON, *reversed(OF_ONE_PERSON))]
    for kind in OF_ONE_PERSON:
        chosen = of_one_person(every)
        assert chosen is not None
        assert chosen.kind == kind
        every.remove(chosen)
    assert of_one_person(every) is None
