"""A cut-off counts the bad end of its scale, whichever that is."""

import math

import pytest

from analysis.data.cutoffs import reached


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        (10, "higher_worse", True),
        (9.9, "higher_worse", False),
        (27, "higher_worse", True),
        (10, "higher_better", True),
        (10.1, "higher_better", False),
        (0, "higher_better", True),
        (0.1 + 0.2 - 0.3 + 10, "higher_better", True),
        (math.nan, "higher_worse", False),
        (math.nan, "higher_better", False),
    ],
)
def test_a_cut_off_is_reached_at_it_and_past_it(value: float, direction: str, expected: bool) -> None:
    assert reached(value, 10, direction) is expected
