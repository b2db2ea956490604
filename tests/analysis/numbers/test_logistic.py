"""Logistic regression side by side equals statsmodels' one by one."""

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.numbers.logistic import logistic


def data(seed: int, rows: int = 80) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(rows), random.normal(size=(rows, 3))])
    y = (random.random(rows) < 1 / (1 + np.exp(-(0.4 * x[:, 1] - x[:, 2])))).astype(float)
    return y, x


@pytest.mark.parametrize("shared", [0, 60])
def test_each_data_set_is_fitted_as_if_alone(shared: int) -> None:
    """Coefficients, chances and information, of data sets that differ in all rows, or in the last of them."""
    y, x = data(1)
    several = np.stack([x, x + np.random.default_rng(2).normal(size=x.shape) * [0, 1, 1, 1]])
    several[1, :shared] = x[:shared]
    found = logistic(y, x[:shared], several[:, shared:])
    assert found.settled
    for at, one in enumerate(several):
        alone = sm.GLM(y, one, family=sm.families.Binomial()).fit(tol=1e-14)
        assert found.coefficients[at] == pytest.approx(alone.params, rel=1e-9)
        assert found.chances[at] == pytest.approx(alone.fittedvalues, rel=1e-9)
        assert np.linalg.inv(found.information[at]) == pytest.approx(alone.cov_params(), rel=1e-6)


def test_columns_that_say_the_same_have_no_coefficients() -> None:
    y, x = data(3)
    with pytest.raises(np.linalg.LinAlgError):
        logistic(y, np.column_stack([x, np.zeros(len(x))]))


def test_what_tells_all_apart_has_chances_of_nearly_0_and_1() -> None:
    """A prior keeps them from it."""
    _, x = data(4)
    y = (x[:, 1] > 0).astype(float)
    try:
        found = logistic(y, x)
    except np.linalg.LinAlgError:
        pass
    else:
        assert np.abs(found.chances[0] - y).max() < 1e-6
    kept = logistic(y, x, prior=np.array([[0, 0.1, 0.1, 0.1]]))
    assert kept.settled
    assert 0.001 < np.abs(kept.chances[0] - y).max() < 0.7


def test_a_column_that_tells_some_apart_leaves_the_others_as_they_are() -> None:
    """As a site where nobody began: its rows get chances near 0, and the rest is fitted without them."""
    y, x = data(5)
    there = (np.arange(len(y)) < 8).astype(float)
    y[there == 1] = 0
    found = logistic(y, np.column_stack([x, there]))
    alone = sm.GLM(y[there == 0], x[there == 0], family=sm.families.Binomial()).fit(tol=1e-14)
    assert found.settled
    assert found.chances[0][there == 1].max() < 1e-9
    assert found.chances[0][there == 0] == pytest.approx(alone.fittedvalues, rel=1e-6)
