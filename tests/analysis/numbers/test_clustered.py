"""Cluster-robust errors against clubSandwich 0.5.8."""

import numpy as np
import pandas as pd
import pytest

from analysis.numbers import clustered
from analysis.numbers.clustered import robust
from tests.analysis.numbers.test_mixed import synthetic
from tests.analysis.reference import FOLDER, expected

CASES = [case for case in expected("mixed") if case != "within"]


@pytest.mark.parametrize("case", CASES)
def test_cr2_errors_and_degrees_of_freedom_as_clubsandwich(case):
    """After a random intercept, at R's theta: closed form from there."""
    reference = expected("mixed")[case]["random_intercept"]
    y, x, patient, _ = synthetic(case)
    found = robust(y, x, patient, float(np.atleast_1d(reference["theta"])[0]))
    assert found.estimate == pytest.approx(reference["robust"]["estimate"], rel=1e-8)
    assert found.se == pytest.approx(reference["robust"]["se"], rel=1e-8)
    assert found.df == pytest.approx(reference["robust"]["df"], rel=1e-8)


def test_common_slope_within_patients():
    """With patients' own means taken out: the slope behind a repeated-measures correlation."""
    table = pd.read_csv(FOLDER / "mixed" / "unbalanced.csv")
    table["time"] = np.log2(1 + table["years"])
    table = table[table.groupby("id")["id"].transform("size") > 1]
    centred = table[["time", "y"]] - table.groupby("id")[["time", "y"]].transform("mean")
    found = robust(centred["y"].to_numpy(), centred[["time"]].to_numpy(), table["id"].to_numpy())
    reference = expected("mixed")["within"]
    assert [found.estimate[0], found.se[0], found.df[0]] == pytest.approx(
        [reference["slope"], reference["se"], reference["df"]], rel=1e-8
    )


def test_the_quick_root_of_many_patients_is_that_by_eigenvalues(monkeypatch):
    y, x, patient, _ = synthetic(CASES[0])
    at = np.resize(np.arange(len(y)), 40 * len(y))
    many = np.repeat(np.arange(40), len(y)) * (patient.max() + 1) + patient[at]
    random = np.random.default_rng(2)
    noise = y[at] + random.normal(0, 1, len(at))
    quick = robust(noise, x[at], many, 1.3)
    monkeypatch.setattr(clustered, "_SLIGHT", -1.0)
    slow = robust(noise, x[at], many, 1.3)
    assert quick.se == pytest.approx(slow.se, rel=1e-11)
    assert quick.df == pytest.approx(slow.df, rel=1e-11)
