"""Studies in which nothing is associated with anything, by the thousand. Short form: tests/analysis."""

from __future__ import annotations

import pytest

from tests.analysis.nothing import SLOPES, rates

STUDIES = range(1000, 3500)


@pytest.mark.parametrize("slopes", SLOPES)
def test_every_method_shown_keeps_to_one_in_twenty(slopes: float) -> None:
    """3 to 7 % significant for each method, whether or not patients' slopes differ."""
    found = rates(STUDIES, slopes)
    assert {name: rate for name, rate in found.items() if not 0.03 <= rate <= 0.07} == {}
