"""Scores that pile up, over time: ordered logits as R's clmm has them, and silence where they do not hold."""

import numpy as np
import pytest

from analysis.figures.course import course_figure
from analysis.figures.view import View
from analysis.results.course_ordinal import course_ordinal, course_ordinal_change
from analysis.results.findings import Findings
from analysis.statements import time
from tests.analysis.reference import expected, piling
from tests.analysis.studies import Patient, study

ITERATED = 1e-4
ROBUST = 1e-3  # R's are numerical derivatives
OF_CLMM = 2e-3  # its search ends some way before the top
TERMS = ("log10_onset_years", "log2_followup_years", "age", "female")
WHOLE = ("floor", "steps", "ceiling", "none")
END = {"ceiling": "highest"}  # of FaCE at 100; the others are of the SAQ at 20, and of the PHQ-9 at 0


def terms(name, stratum=None):
    found = [one for one in Findings.of(piling(name), 5).course_ordinal if one.get("stratum") == stratum]
    assert [one["term"] for one in found] == list(TERMS)
    return found


@pytest.mark.parametrize("name", WHOLE)
def test_coefficients_equal_r(name):
    """Those at the top of the likelihood; clmm's own, which stops before it, are near."""
    found, reference = terms(name), expected("ordinal")[name]
    for field, tolerance in (
        ("estimate", ITERATED),
        ("se", ITERATED),
        ("p", ITERATED),
        ("se_robust", ROBUST),
    ):
        assert [one[field] for one in found] == pytest.approx(reference[field], rel=tolerance, abs=2e-6), (
            field
        )
    assert [one["estimate"] for one in found] == pytest.approx(reference["clmm"]["estimate"], rel=OF_CLMM)
    assert [one["se"] for one in found] == pytest.approx(reference["clmm"]["se"], rel=OF_CLMM)
    if "as_it_is" in reference:  # clmm of the scores that are not turned over
        assert [one["estimate"] for one in found] == pytest.approx(reference["as_it_is"], rel=OF_CLMM)
    assert {one["end"] for one in found} == {END.get(name, "lowest")}
    for one in found:
        assert one["patient_variance"] == pytest.approx(reference["sd"] ** 2, rel=ROBUST)
        assert one["proportional_p"] == pytest.approx(reference["proportional_p"], rel=ROBUST)
        assert one["spread_p"] == pytest.approx(reference["spread_p"], rel=ROBUST)
        counted = ("n", "patients", "levels")
        assert [one[field] for field in counted] == [reference[field] for field in counted]


@pytest.mark.parametrize("name", WHOLE)
def test_shares_and_means_equal_r(name):
    """Averaged over patients by R's `integrate`, with errors by the delta method."""
    reference = expected("ordinal")[name]
    changes = Findings.of(piling(name), 5).course_ordinal_change
    for at, measure in enumerate((f"{END.get(name, 'lowest')}_share", "mean")):
        [one] = [one for one in changes if one["measure"] == measure and "stratum" not in one]
        assert one["years"] == reference["years"]
        numbers = (one["first"], one["later"], one["estimate"])
        theirs = (reference["first"][at], reference["later"][at], reference["change"][at])
        assert numbers == pytest.approx(theirs, rel=ITERATED)
        half = 1.959963984540054 * reference["change_se"][at]
        assert (one["low"], one["high"]) == pytest.approx((theirs[2] - half, theirs[2] + half), rel=ROBUST)


def test_odds_that_are_not_proportional_are_not_told():
    """In the made-up scores time takes patients to the lowest value, and those above it up."""
    for one in terms("apart"):
        assert one["proportional_p"] < 1e-9 > expected("ordinal")["apart"]["proportional_p"]
        assert (one["estimate"], one["p_robust"]) == (None, None)
        assert "proportional" in one["reason"]
    assert all(one["estimate"] is None for one in Findings.of(piling("apart"), 5).course_ordinal_change)


def test_slopes_that_differ_are_not_told():
    """Half of the patients rise by as much as the others fall: the mean patient stays as he is."""
    random = np.random.default_rng(5)
    days = ("2024-01-01", "2024-07-01", "2025-01-01", "2025-07-01")

    def score(at, visit):
        latent = random.logistic() + random.normal(0, 0.5) + (3 if at % 2 else -3) * visit / 3
        return {"saq.total": float(20 + 5 * np.clip(np.ceil(latent), 0, 9))}

    frames = study(
        Patient(
            f"P{at}",
            [(day, score(at, visit)) for visit, day in enumerate(days)],
            onset=f"20{10 + at % 13}-03-01",
            birth_year=1950 + at % 40,
            sex=("female", "male")[at // 2 % 2],
        )
        for at in range(100)
    )
    [told] = [one for one in course_ordinal(frames.scored, frames.scale_info) if one["term"] == TERMS[1]][:1]
    assert told["spread_p"] < 0.001
    assert told["estimate"] is None
    assert "patients change by so different amounts" in told["reason"] or "proportional" in told["reason"]


def piled(above, patients=100):
    """Two visits each; so many patients score above 20 once."""
    random = np.random.default_rng(3)
    return study(
        Patient(
            f"P{at}",
            [
                ("2024-01-01", {"saq.total": 20.0}),
                ("2024-07-01", {"saq.total": 20.0 + 5 * random.integers(1, 4) * (at < above)}),
            ],
            onset=f"20{10 + at % 13}-03-01",
            birth_year=1950 + at % 40,
            sex=("female", "male")[at % 2],
        )
        for at in range(patients)
    )


def test_too_few_above_the_lowest_tell_nothing():
    frames = piled(29)
    few = "not estimable: fewer than 30 patients ever scored above the lowest value"
    assert {one["reason"] for one in course_ordinal(frames.scored, frames.scale_info)} == {few}
    assert {one["reason"] for one in course_ordinal_change(frames.scored, frames.scale_info)} == {few}


def test_first_visits_alone_have_no_course():
    """All of a stratum may have come once: nothing changes there, and the rest is told."""
    frames = piled(60)
    once = frames.scored.groupby("patient", observed=True).head(1)
    once = once.assign(value=[20.0 + 5 * (at % 3 == 0) * (1 + at % 4) for at in range(len(once))])
    found = [*course_ordinal(once, frames.scale_info), *course_ordinal_change(once, frames.scale_info)]
    assert found
    assert {one["reason"] for one in found} == {"no variation"}


def test_too_few_below_the_highest_tell_nothing():
    frames = study(
        Patient(
            f"P{at}",
            [
                ("2024-01-01", {"face.total": 100.0}),
                ("2024-07-01", {"face.total": 100.0 - 5 * (at < 29)}),
            ],
            onset=f"20{10 + at % 13}-03-01",
            birth_year=1950 + at % 40,
            sex=("female", "male")[at % 2],
        )
        for at in range(100)
    )
    few = "not estimable: fewer than 30 patients ever scored below the highest value"
    assert {one["reason"] for one in course_ordinal(frames.scored, frames.scale_info)} == {few}
    line = next(one for one in Findings.of(frames, 5).course if one["scale"] == "face.total")["reason"]
    assert line == "not estimable: 86% of scores are 100, the highest; no linear model fits them"


def test_scores_that_are_all_different_are_taken_in_steps():
    """As an import may bring them: between two thresholds there would be one score each."""
    frames = piling("ceiling")
    draw = np.random.default_rng(2)
    scored = frames.scored
    off = draw.uniform(0, 0.9, len(scored)) * (scored["value"] < 100)
    [rough] = [one for one in course_ordinal(scored, frames.scale_info) if one["term"] == TERMS[1]][:1]
    fine = course_ordinal(scored.assign(value=scored["value"] + off), frames.scale_info)
    [found] = [one for one in fine if one["term"] == TERMS[1]][:1]
    assert found["levels"] <= 51
    assert found["estimate"] == pytest.approx(rough["estimate"], rel=0.02)


def test_a_scale_that_a_line_fits_has_none():
    frames = study(
        Patient(f"P{at}", [("2024-01-01", {"saq.total": 30.0 + at % 40, "face.total": 10.0 + at % 80})])
        for at in range(90)
    )
    assert course_ordinal(frames.scored, frames.scale_info) == []


def test_the_sentence_tells_a_share_and_a_mean_where_there_was_silence():
    """In place of the line that is not fitted; a direction needs the guard of the course, too."""
    found = Findings.of(piling("floor"), 5)
    told = {one.stratum: one for one in time.course(found, "saq.total")}
    one, changes = told[None], found.course_ordinal_change
    share, mean = (
        next(each for each in changes if each["measure"] == measure and "stratum" not in each)
        for measure in ("lowest_share", "mean")
    )
    assert one.record == "course_ordinal"
    text = one.text.replace("\u00a0", " ")
    assert f"at 20, the lowest score: {share['first']:.0%}".replace("%", " %") in text
    assert f"expected score {mean['first']:.1f}, then {mean['later']:.1f}" in text
    assert one.text in course_figure(piling("floor"), "saq.total", View(strata=(None,))).summary


def test_the_sentence_says_why_the_ordered_logits_refuse():
    """Not why there is no line: that scores pile up is why the other model was asked."""
    found = Findings.of(piling("apart"), 5)
    told = time.course(found, "saq.total")[-1]
    assert (told.record, told.direction) == ("course_ordinal", "not_told")
    assert "(odds are not proportional)" in told.text
    assert "no linear model" not in told.text
