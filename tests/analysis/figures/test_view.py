"""What a reader may see of a number, and how a coefficient reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.data.frame import ScaleInfo
from analysis.figures.look import duration
from analysis.figures.view import View, tendency

SAQ = ScaleInfo("SAQ", "SAQ", 20, 100, "higher_worse", "saq")
CLINIC, ANALYST = View(may_open_patients=True), View()


@pytest.mark.parametrize(
    ("number", "clinic", "analyst"),
    [(0, "0", "0"), (3, "3", "<5"), (7, "7", "about 5"), (1238, "1,238", "about 1,240")],
)
def test_totals(number, clinic, analyst):
    """Exact for those who may open patients, to the nearest five for others."""
    assert (CLINIC.about(number), ANALYST.about(number)) == (clinic, analyst)


@given(st.integers(5, 3000), st.integers(1, 4))
def test_a_rounded_total_does_not_tell_a_small_rest(shown, rest):
    """A total less what is shown exactly could as well be none: the rest stays open."""
    totals = {ANALYST.about(shown + other) for other in range(5)}
    assert ANALYST.about(shown + rest) in totals
    possible = [other for other in range(5) if ANALYST.about(shown + other) == ANALYST.about(shown + rest)]
    assert len(possible) > 1 or possible in ([0], [4])


def record(estimate, low=None, high=None, imprecise=False, reason=None):
    return {"estimate": estimate, "low": low, "high": high, "imprecise": imprecise, "reason": reason}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            [(record(0.4, 0.2, 0.5), "40 acute patients"), (record(0.3, 0.1, 0.5), "50 chronic patients")],
            [
                "In 40 acute patients more is associated with a higher (worse) SAQ (rho 0.40, 0.20 to 0.50)",
                "in 50 chronic patients the same holds (rho 0.30, 0.10 to 0.50).",
            ],
        ),
        (
            [(record(-0.1, -0.3, 0.1), "40 patients")],
            ["In 40 patients there is no clear association of SAQ with that (rho −0.10, −0.30 to 0.10)."],
        ),
        (
            [(record(1.0), "12 patients")],
            ["In 12 patients more is associated with a higher (worse) SAQ (rho 1.00)."],
        ),
        (
            [(record(None, reason="fewer than 10 patients"), "7 patients"), (None, "<5 patients")],
            [
                "In 7 patients there is no coefficient (fewer than 10 patients)",
                "in <5 patients the same holds.",
            ],
        ),
    ],
)
def test_a_tendency_in_words(found, said):
    assert tendency("that", "more", SAQ, found).replace("\u00a0", " ") == "; ".join(said)


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "1 day"), (16.4, "16 days"), (61, "2 months"), (400, "13 months"), (1900, "5.2 years")],
)
def test_durations_in_their_natural_unit(days, said):
    assert duration(days) == said
