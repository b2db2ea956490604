"""Differences between groups against R, and what is not told of few."""

import pytest

from analysis.data.frame import scored
from analysis.results.differences import MEANS_FROM, differences
from analysis.results.groups import groups
from tests.analysis.outcomes import outcomes
from tests.analysis.reference import close, expected, followed_trials
from tests.analysis.studies import Patient, study

REGISTRIES = {"outcomes": outcomes, "trials": followed_trials}
STRATA = {"all": None, "acute": "acute", "chronic": "chronic"}
SEARCHED = 1e-3  # R looks for the root within 1e-4


def of(frames, **kwargs):
    return differences(scored(frames), frames.treatments, frames.scale_info, **kwargs)


@pytest.mark.parametrize("name", REGISTRIES)
def test_differences_equal_r(name):
    """Every group of ten against every reference of ten: Welch, Hodges–Lehmann, standardised."""
    records = of(REGISTRIES[name](), suppress_under=1)
    compared = 0
    for instrument, of_strata in expected("estimates")[name].items():
        for stratum, of_r in of_strata.items():
            ours = {
                f"{one['by']} {one['a']}": one
                for one in records
                if one["scale"] == f"{instrument}.total" and one.get("stratum") == STRATA[stratum]
            }
            made = {key for key, one in ours.items() if one["hodges_lehmann"] is not None}
            assert made == set(of_r["differences"])
            for key, want in of_r["differences"].items():
                one = ours[key]
                compared += 1
                assert (one["n_a"], one["n_b"], one["n"]) == (
                    want["n_a"],
                    want["n_b"],
                    want["n_a"] + want["n_b"],
                )
                assert (one["mean_difference"], one["smd"]) == close((want["mean_difference"], want["smd"]))
                shift = [one[f"hodges_lehmann{end}"] for end in ("", "_low", "_high")]
                assert shift == pytest.approx(want["shift"], rel=1e-8, abs=1e-8)
                assert shift == pytest.approx(want["own"], abs=SEARCHED)
                if min(one["n_a"], one["n_b"]) < MEANS_FROM:
                    assert one["low"] is None
                    assert one["reason"]
                else:
                    assert [one["low"], one["high"]] == close(want["welch"])
    assert compared >= 10


def women_and_men(women: int, men: int):
    return study(
        Patient(f"{sex}{n:02d}", [("2024-02-01", {"face.total": float(n * 7 % 31)})], sex=sex)
        for sex, number in (("female", women), ("male", men))
        for n in range(number)
    )


def by_sex(frames, **kwargs):
    [found] = [one for one in of(frames, **kwargs) if one["by"] == "sex" and "stratum" not in one]
    return found


def test_a_hidden_group_has_no_difference_and_no_count():
    """Four men are hidden in ``groups``; the difference would tell their mean."""
    found = by_sex(women_and_men(30, 4))
    numbers = ("n_a", "n_b", "n", "mean_difference", "low", "hodges_lehmann", "smd")
    assert {found[name] for name in numbers} == {None}
    assert (found["suppressed"], found["reason"]) == (True, "a level is hidden")


@pytest.mark.parametrize(
    ("women", "men", "shift", "interval", "reason"),
    [
        (30, 30, True, True, None),
        (30, 12, True, False, "fewer than 20 patients in a group: no interval of the difference of means"),
        (30, 9, False, False, "fewer than 10 patients in a group"),
        (30, 0, False, False, "nobody to compare with: male"),
    ],
)
def test_what_cannot_be_told_says_why(women, men, shift, interval, reason):
    found = by_sex(women_and_men(women, men))
    assert (found["hodges_lehmann"] is not None, found["low"] is not None) == (shift, interval)
    assert found["reason"] == reason


def test_it_is_the_difference_of_the_means_that_groups_show():
    frames = women_and_men(25, 20)
    means = {
        one["level"]: one["mean"]
        for one in groups(scored(frames), frames.treatments, frames.scale_info)
        if one["by"] == "sex" and "stratum" not in one
    }
    assert by_sex(frames)["mean_difference"] == pytest.approx(means["female"] - means["male"])
