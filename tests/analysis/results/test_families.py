"""Every p-value of a report has its adjusted one, and stands in the family it should."""

import pytest

from analysis.numbers.formulas import adjusted_p
from tests.analysis.reference import close
from tests.analysis.reports import of_outcomes, of_registry

TESTED = (
    "correlations",
    "course",
    "within_between",
    "within_own_trend",
    "injection_cycle",
    "group_tests",
    "treatment_comparison",
)


@pytest.fixture(scope="module", params=["made-up", pytest.param("random", marks=pytest.mark.long)])
def made(request):
    return of_outcomes() if request.param == "made-up" else of_registry(11, 150)


def test_no_p_value_stands_alone(made):
    """In no array of the report; a p-value that does not exist has no adjusted one."""
    arrays = {name: value for name, value in made.items() if isinstance(value, list) and name != "warnings"}
    with_p = [one for records in arrays.values() for one in records if "p" in one]
    assert {name for name, records in arrays.items() if any("p" in one for one in records)} == set(TESTED)
    assert len(with_p) > 500
    for one in with_p:
        assert (one["p"] is None) == (one["p_adjusted"] is None)
        if one["p"] is not None:
            assert one["p_adjusted"] >= _p(one)
            assert one["family_size"] >= 1
            assert one["adjustment"] == "bh"


def test_the_headline_scales_are_a_family_of_their_own(made):
    """Adjusted anew here, from the records alone, by the rule in words."""
    headline = {"face.total", "face.social_function", "phq9.total", "saq.total", "time_since_onset"}
    families = {}
    for name in TESTED:
        for one in made[name]:
            named = {one[key] for key in ("scale", "x", "y", "outcome", "predictor") if key in one}
            if one.get("p") is None:
                continue
            if named <= headline and _shown(name, one):
                families.setdefault((name, one.get("stratum"), one.get("level")), []).append(one)
            else:
                assert one["adjusted_with"] == "every"
    for family in families.values():
        assert {one["adjusted_with"] for one in family} == {"headline"}
        assert [one["p_adjusted"] for one in family] == close(adjusted_p([_p(one) for one in family], "bh"))
        assert {one["family_size"] for one in family} == {len(family)}
    assert sum(map(len, families.values())) > 50


def test_another_method_is_adjusted_over_all_tests_of_that_method(made):
    """Pearson's r of all patients, whatever the scales; Dunn's tests keep Holm's p beside it."""
    pearson = [
        one
        for one in made["correlations"]
        if one["method"] == "pearson" and "stratum" not in one and one["p"] is not None
    ]
    assert [one["p_adjusted"] for one in pearson] == close(adjusted_p([_p(one) for one in pearson], "bh"))
    assert {one["family_size"] for one in pearson} == {len(pearson)}
    for one in made["group_tests"]:
        if one["test"] == "dunn" and one["p"] is not None:
            assert one["p"] <= one["p_holm"]
            assert one["family_size"] >= one["pairs"]


def _p(one):
    return one["p"] if one.get("p_robust") is None else one["p_robust"]


def _shown(name, one):
    return {
        "correlations": lambda: one["method"] in ("spearman", "rmcorr_detrended"),
        "course": lambda: (
            one["model"] != "random_intercept" and one["term"] in ("log10_onset_years", "log2_followup_years")
        ),
        "injection_cycle": lambda: one.get("term") in ("early", "peak", "waning"),
        "group_tests": lambda: one["test"] == "kruskal",
        "treatment_comparison": lambda: one["history"] == "known",
    }.get(name, lambda: True)()
