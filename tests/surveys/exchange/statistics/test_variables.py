"""Variables: labels are cut at a word and never beyond what a program takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.statistics.variables import NotGiven, in_bytes, shortened
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


def test_no_definition_may_use_what_says_why() -> None:
    assert {why.number for why in NotGiven} == set(RESERVED)
