"""Variables: labels are cut at a word and never beyond what a program takes."""

from __future__ import annotations

import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.statistics.variables import NotGiven, each_once, in_bytes, shortened
from surveys.instruments.checks import RESERVED
from tests.support.examples import examples


def test_a_label_is_cut_at_a_word() -> None:
    assert shortened("Thoughts of death or self-harm", 20) == "Thoughts of death …"
    assert shortened("Short enough", 12) == "Short enough"
    assert shortened("x" * 30, 10) == "x" * 9 + "…"


@given(st.text(max_size=80), st.integers(8, 60))
@examples(50)
def test_a_label_fits(text: str, longest: int) -> None:
    """In signs or in bytes; what fits is whole."""
    for size in (len, in_bytes):
        short = shortened(text, longest, size=size)
        assert size(short) <= longest
        assert short == text or short.endswith("…")
        assert (short == text) == (size(text) <= longest)


def test_equal_cells_are_one_and_unequal_ones_stay_themselves() -> None:
    """A hundred thousand rows repeat few texts; what only compares as equal is written otherwise."""
    once = each_once()
    first, again = "".join(["face", "_v1"]), "".join(["face", "_v1"])
    assert first is not again
    assert once(first) is once(again) is first
    told = [
        once(value) for value in (1, 1.0, True, 0.0, -0.0, None, date(2024, 3, 1), [1, 2], NotGiven.SKIPPED)
    ]
    assert [type(value) for value in told[:3]] == [int, float, bool]
    assert [math.copysign(1, value) for value in told[3:5]] == [1, -1]
    assert told[5:] == [None, date(2024, 3, 1), [1, 2], NotGiven.SKIPPED]


def test_no_definition_may_use_what_says_why() -> None:
    assert {why.number for why in NotGiven} == set(RESERVED)
