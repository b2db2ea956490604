"""What may be shown of few patients."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.numbers.guards import count_text, hidden


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([5, 6, 7], [False, False, False]),
        ([4, 6, 7], [True, True, False]),
        ([4, 3, 7], [True, True, False]),
        ([1, 2, 7, 9], [True, True, True, False]),
        ([0, 3, 0, 40], [False, True, False, True]),
        ([3], [True]),
        ([0, 0], [False, False]),
    ],
)
def test_hidden_cells(counts, expected):
    """Small cells, and the smallest other where the small ones could be found by subtraction."""
    assert hidden(counts, 5) == expected


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(2, 10))
def test_nothing_small_can_be_subtracted(counts, under):
    """What is shown is never small, and what is hidden is never one cell or few patients, if it can be."""
    hide = hidden(counts, under)
    for count, hid in zip(counts, hide, strict=True):
        assert hid or count == 0 or count >= under
    inside = [count for count, hid in zip(counts, hide, strict=True) if hid]
    shown = [count for count, hid in zip(counts, hide, strict=True) if count and not hid]
    if inside and shown:
        assert len(inside) > 1
        assert sum(inside) >= under


def test_count_text():
    assert [count_text(n, 5) for n in (0, 1, 4, 5, 120)] == ["0", "<5", "<5", "5", "120"]
