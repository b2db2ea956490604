"""What a reader may see of a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.figures.look import duration
from analysis.figures.view import View

CLINIC, ANALYST = View(may_open_patients=True), View()


@pytest.mark.parametrize(
    ("number", "clinic", "analyst"),
    [(0, "0", "0"), (3, "3", "<5"), (7, "7", "about 5"), (1238, "1,238", "about 1,240")],
)
def test_totals(number, clinic, analyst):
    """Exact for those who may open patients, to the nearest five for others."""
    assert (CLINIC.about(number), ANALYST.about(number)) == (clinic, analyst)


def test_a_larger_smallest_group_has_coarser_totals():
    """About 100 less about 95 would tell of five patients where groups under ten are hidden."""
    view = View(suppress_under=10)
    assert [view.about(number) for number in (9, 10, 94, 95, 104)] == [
        "<10",
        "about 10",
        "about 90",
        "about 100",
        "about 100",
    ]


@given(st.integers(5, 3000), st.integers(1, 4))
def test_a_rounded_total_does_not_tell_a_small_rest(shown, rest):
    """A total less what is shown exactly could as well be none: the rest stays open."""
    totals = {ANALYST.about(shown + other) for other in range(5)}
    assert ANALYST.about(shown + rest) in totals
    possible = [other for other in range(5) if ANALYST.about(shown + other) == ANALYST.about(shown + rest)]
    assert len(possible) > 1 or possible in ([0], [4])


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "1 day"), (16.4, "16 days"), (61, "2 months"), (400, "13 months"), (1900, "5.2 years")],
)
def test_durations_in_their_natural_unit(days, said):
    assert duration(days) == said
