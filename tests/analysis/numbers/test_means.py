"""Intervals of means: equal to R, and holding where values are skewed."""

import numpy as np
import pytest

from analysis.data.frame import scored
from analysis.numbers.means import mean_interval, welch
from analysis.results.groups import first_scores
from tests.analysis.outcomes import outcomes
from tests.analysis.reference import close, expected, followed_trials

REGISTRIES = {"outcomes": outcomes, "trials": followed_trials}


@pytest.mark.parametrize("name", REGISTRIES)
@pytest.mark.parametrize("stratum", ["all", "acute", "chronic"])
def test_the_interval_of_a_mean_equals_r(name, stratum):
    """By t and by Hall's transformation, of all first scores and of the first fourteen."""
    frames = REGISTRIES[name]()
    first = first_scores(scored(frames), frames.scale_info)
    first = first if stratum == "all" else first[first["stratum"] == stratum]
    for instrument, of_strata in expected("estimates")[name].items():
        values = first.loc[first["scale"] == f"{instrument}.total", "value"].to_numpy(float)
        for wanted, given in (("mean", values), ("few", values[:14])):
            of_r, ours = of_strata[stratum][wanted], mean_interval(given)
            assert [ours.low, ours.high] == close(of_r["t"])
            assert [ours.low_skewed, ours.high_skewed] == close(of_r["skewed"])


def test_values_without_skew_keep_the_interval_of_t():
    found = mean_interval(np.arange(12.0))
    assert (found.low_skewed, found.high_skewed) == close((found.low, found.high))


def test_equal_or_few_values_have_no_interval():
    assert mean_interval(np.ones(20)) is None
    assert mean_interval(np.arange(9.0)) is None
    assert welch(np.ones(3), np.ones(4)) is None
