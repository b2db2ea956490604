"""Wilson's interval against R and published figures."""

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from analysis.numbers.cells import partition
from analysis.numbers.proportion import wilson
from tests.analysis.reference import close, expected

CASES = expected("edge_cases")["wilson"]


@pytest.mark.parametrize("name", CASES)
def test_it_equals_r(name):
    case = CASES[name]
    assert list(wilson(case["x"], case["n"])) == close(case["ci95_wilson"])


def test_a_published_share_comes_out():
    """Rist 2023: 22.66 % of 128 patients screened positive; 16.3 to 30.6 %."""
    low, high = wilson(29, 128)
    assert (round(29 / 128, 4), round(low, 3), round(high, 3)) == (0.2266, 0.163, 0.306)


@given_by(of=st.integers(1, 500), count=st.integers(0, 500))
def test_it_holds_the_share_and_stays_between_0_and_1(of, count):
    count = min(count, of)
    low, high = wilson(count, of)
    assert 0 <= low <= count / of <= high <= 1
    assert low < high


@given_by(counts=st.lists(st.integers(0, 40), min_size=2, max_size=4))
def test_no_small_part_is_shown_or_left_over(counts):
    """What is hidden is nothing, or at least two parts with five patients together, if there are so many."""
    parts = partition({str(at): count for at, count in enumerate(counts)}, 5)
    shown = [parts[str(at)] for at in range(len(counts))]
    assert all(value is None or value == 0 or value >= 5 for value in shown)
    hidden = [count for count, value in zip(counts, shown, strict=True) if value is None]
    others = [count for count, value in zip(counts, shown, strict=True) if value]
    assert not hidden or not others or (len(hidden) > 1 and sum(hidden) >= 5)
    assert all(
        (parts[f"{at}_share"] is None) == (value is None) for at, value in enumerate(shown) if sum(counts)
    )
