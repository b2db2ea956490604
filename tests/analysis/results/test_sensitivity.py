"""What unanswered scores could make of the course."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.data.frame import StudyFrames
from analysis.numbers.tipping import Rows, estimates_of
from analysis.results.course import FOLLOW_UP, ONSET, asked, complete, course, followed_up, shown
from analysis.results.sensitivity import IMPUTED, PATTERN, TIPPING_POINT, sensitivity
from analysis.statements.time import NOT_SURE
from tests.analysis.studies import SCALES
from tests.analysis.worlds import QUESTIONS

FACE = {"face.total": SCALES["face.total"]}
STAYED_AWAY = QUESTIONS["course: the better stay away"]


@pytest.fixture(scope="module")
def frames() -> StudyFrames:
    return STAYED_AWAY.draw(np.random.default_rng(1))


def test_a_course_of_those_who_came_is_in_doubt(frames: StudyFrames) -> None:
    """Nobody changes; who feels better does not answer. So small a shift turns it that none is told."""
    records = sensitivity(frames, FACE)
    tipped = next(one for one in records if one["kind"] == TIPPING_POINT and "stratum" not in one)
    due = 4 * len(frames.patients)
    answered = len(frames.scores[frames.scores["scale"] == "face.total"]) - len(frames.patients)
    share = (due - answered) / (due + len(frames.patients))
    assert tipped["share_unanswered"] == pytest.approx(share, abs=0.05)
    assert tipped["high"] < 0
    assert 0 < tipped["estimate"] < 0.8
    told = STAYED_AWAY.told(1)
    assert {(one.direction, one.why) for one in told} == {("not_told", NOT_SURE)}


def test_the_course_by_the_number_of_visits_answered(frames: StudyFrames) -> None:
    patterns = [one for one in sensitivity(frames, FACE) if one["kind"] == PATTERN and "stratum" not in one]
    assert [one["answered"] for one in patterns] == ["2", "3", "4 or more"]
    shares = [one["share_unanswered"] for one in patterns]
    assert shares == sorted(shares, reverse=True)


def test_who_answered_all_leaves_nothing_to_shift() -> None:
    answered = QUESTIONS["course: nothing happens"].draw(np.random.default_rng(1))
    tipped = sensitivity(answered, FACE)[0]
    assert (tipped["share_unanswered"], tipped["estimate"]) == (0, None)
    assert tipped["reason"] == "nothing is unanswered"


def test_an_import_without_a_plan_lacks_what_others_have(frames: StudyFrames) -> None:
    """A file has rows of who came alone: what others have is unanswered after the last answer."""
    came = frames.visits[frames.visits["begun"]]
    scores = frames.scores.assign(source="import")
    tipped = sensitivity(replace(frames, visits=came, scores=scores), FACE)[0]
    assert 0.05 < tipped["share_unanswered"] < 0.5


def test_an_import_with_rows_of_who_stayed_away_counts_them(frames: StudyFrames) -> None:
    """A row without an answer asks nothing by itself, and was asked what the others answered there."""
    empty = frames.visits["visit_id"].map(lambda one: one not in set(frames.scores["visit_id"]))
    bare = frames.visits.assign(
        battery=[
            () if no_answer else asked
            for no_answer, asked in zip(empty, frames.visits["battery"], strict=True)
        ]
    )
    scores = frames.scores.assign(source="import")
    tipped, planned = (
        sensitivity(one, FACE)[0] for one in (replace(frames, visits=bare, scores=scores), frames)
    )
    assert empty.sum() > 50
    assert tipped["share_unanswered"] == planned["share_unanswered"]
    assert tipped["estimate"] == planned["estimate"]


def lacks(frames: StudyFrames, share: float) -> StudyFrames:
    """The same, with so many years of birth not known: rather of who began low."""
    first = frames.scores[frames.scores["scale"] == "face.total"].drop_duplicates("patient")
    low = first.sort_values("value")["patient"].astype(str).iloc[: int(2 * share * len(first))][::2]
    gone = frames.patients["patient"].astype(str).isin(low)
    return replace(
        frames, patients=frames.patients.assign(birth_year=frames.patients["birth_year"].mask(gone))
    )


def test_what_patients_lack_is_drawn_so_that_everybody_counts() -> None:
    """The term with everybody is near that of the registry before it lost anything."""
    whole = QUESTIONS["course: a rise"].draw(np.random.default_rng(1))
    [told] = [one for one in sensitivity(lacks(whole, 0.15), FACE) if one["kind"] == IMPUTED][:1]
    chosen = ("random_slope", FOLLOW_UP, None)
    records = course(whole.scored, FACE)
    [known] = [one for one in records if (one["model"], one["term"], one.get("stratum")) == chosen]
    assert told["patients"] == len(whole.patients)
    assert told["imputed"] == 18
    assert (told["draws"], told["seed"]) == (20, 20261201)
    assert told["estimate"] == pytest.approx(known["estimate"], abs=0.3 * known["se"])
    assert told["high"] - told["low"] == pytest.approx(known["high"] - known["low"], rel=0.2)
    assert told["low"] > 0
    assert not [one for one in sensitivity(whole, FACE) if one["kind"] == IMPUTED]


def test_too_many_who_lack_one_are_not_drawn() -> None:
    whole = QUESTIONS["course: a rise"].draw(np.random.default_rng(1))
    [told] = [one for one in sensitivity(lacks(whole, 0.3), FACE) if one["kind"] == IMPUTED][:1]
    assert (told["estimate"], told["draws"]) == (None, None)
    assert told["reason"] == "a covariate is missing in more than 20 % of the patients"


def test_without_gaps_the_estimate_is_that_of_the_mixed_model() -> None:
    """The same variances, so generalised least squares give its numbers."""
    frames = QUESTIONS["course: a rise"].draw(np.random.default_rng(3))
    rows = complete(frames.scored)
    rows = rows[rows["scale"] == "face.total"]
    answer, time = shown(asked(rows, FACE["face.total"])), followed_up(rows)
    model = answer.mixed
    assert model is not None
    columns = {"intercept": np.ones(len(rows)), ONSET: rows["first_log10_years"], FOLLOW_UP: time}
    columns |= {"age": rows["age"], "female": rows["female"]}
    x = np.column_stack([np.asarray(columns[name], float) for name in answer.fitted])
    z = np.column_stack([np.ones(len(rows)), time])[:, : len(model.random_covariance)]
    laid = Rows(rows["value"].to_numpy(float), x, z, pd.factorize(rows["patient"])[0])
    estimates, errors = estimates_of(laid, x[None], model.random_covariance, model.sigma)
    assert estimates[0] == pytest.approx(model.estimate, rel=1e-8)
    assert errors[0] == pytest.approx(model.se, rel=1e-8)
