"""The smooth curve and its band."""

import numpy as np
import pytest

from analysis.data.frame import scored
from analysis.numbers.smooth import lowess, spline, spline_space
from tests.analysis.reference import expected, followed, given
from tests.analysis.studies import study


def line(number, seed=0):
    random = np.random.default_rng(seed)
    x = random.uniform(-2.5, 1.8, number)
    return x, 50 + 8 * x + random.normal(0, 10, number)


def test_lowess_as_r():
    """R's own example (cars) with its default delta, and a case full of ties."""
    cars, reference = given("edge_cases"), expected("edge_cases")["lowess_cars"]
    x, y = lowess(cars["speed"].to_numpy(float), cars["dist"].to_numpy(float), delta=reference["delta"])
    assert x.tolist() == reference["x"]
    assert y == pytest.approx(reference["y"], rel=1e-6)
    ties = expected("edge_cases")["lowess_ties"]
    values = np.array([2, 3, 4, 3, 5, 6, 7, 8, 7, 9], dtype=float)
    assert lowess(np.array(ties["x"], dtype=float), values, delta=0)[1] == pytest.approx(ties["y"], rel=1e-6)


def test_natural_spline_as_r():
    """lm(y ~ ns(x, df = 3)) through the first FaCE scores of the case ``followed``."""
    table = scored(study(followed()))
    first = table[(table["scale"] == "face.total") & table["value"].notna()].drop_duplicates("patient")
    reference = expected("followed")["spline"]
    found = spline(first["log10_years"].to_numpy(), first["value"].to_numpy(), points=9, resamples=20)
    assert found.x == pytest.approx(reference["x"], rel=1e-10)
    assert found.y == pytest.approx(reference["y"], rel=1e-8)


def follows(space, y):
    """The fit of y by an intercept and these columns."""
    design = np.column_stack([np.ones(len(y)), space])
    return design @ np.linalg.lstsq(design, y, rcond=None)[0]


def test_the_space_of_a_natural_spline_follows_the_curve_of_r():
    table = scored(study(followed()))
    first = table[(table["scale"] == "face.total") & table["value"].notna()].drop_duplicates("patient")
    reference = expected("followed")["spline"]
    x, y = first["log10_years"].to_numpy(), first["value"].to_numpy()
    ends = np.argmin(x), np.argmax(x)
    fitted = follows(spline_space(x), y)
    assert fitted[list(ends)] == pytest.approx([reference["y"][0], reference["y"][-1]], rel=1e-8)


def test_columns_that_depend_on_others_are_left_out():
    """Twice the same variable is once; three values have two columns, two have one, one has none."""
    x, y = line(60)
    assert [spline_space(x, 2 * x + 1).shape[1], spline_space(x, y).shape[1]] == [3, 6]
    assert [spline_space(np.arange(30.0) % of).shape[1] for of in (3, 2, 1)] == [2, 1, 0]
    assert spline_space(np.empty(0)).shape == (0, 0)


def test_a_knot_that_falls_on_an_end_is_dropped():
    """Half of the rows are first visits, at time 0, as in a registry."""
    x = np.r_[np.zeros(30), np.linspace(0.1, 2, 30)]
    assert spline_space(x).shape[1] == 2


def test_the_band_holds_the_curve_and_the_truth():
    found = spline(*line(200))
    x, y, low, high = (np.array(column) for column in (found.x, found.y, found.low, found.high))
    assert (low <= high).all()
    assert ((low <= y) & (y <= high)).mean() > 0.95
    assert ((low <= 50 + 8 * x) & (50 + 8 * x <= high)).mean() > 0.7


def test_the_same_data_give_the_same_band():
    assert spline(*line(50)) == spline(*line(50))


def test_few_patients_or_one_time_have_no_curve():
    assert spline(*line(9)).reason == "fewer than 10 patients"
    assert spline(np.ones(20), np.arange(20.0)).reason == "no variation"


@pytest.mark.parametrize("seed", range(5))
def test_many_equal_times_do_not_break_it(seed):
    """A dozen patients on four days: a curve without holes, or a reason."""
    random = np.random.default_rng(seed)
    found = spline(random.integers(0, 4, 12).astype(float), random.normal(size=12))
    assert found.reason or np.isfinite([found.y, found.low, found.high]).all()


def test_three_hundred_patients_are_quick():
    """benchmarks/calculations.py says how quick; here that a whole band comes out."""
    found = spline(*line(300))
    assert found.reason is None
    assert np.isfinite([found.y, found.low, found.high]).all()
