"""Which scales a page shows, by what is known of them."""

import dataclasses

import pytest

from analysis.results.scales import (
    life_and_mood,
    links_life_and_mood,
    main_scales,
    mood_scales,
    screening_scales,
)
from tests.analysis.studies import MAIN_SCALES, SCALES, Patient, registry, study

OWN = dataclasses.replace(SCALES["phq9.total"], label="Own", instrument="own", headline=None)
SITE = {"own.total": OWN, **SCALES}


def answered(*scales, info=SITE):
    """One patient with those scores, in a study that knows the site's own scale on mood."""
    return study([Patient("A", [("2025-02-01", dict.fromkeys(scales, 10.0))])], scales=info)


@pytest.mark.parametrize(
    ("scales", "main"),
    [
        (("face.total", "phq9.total", "saq.total"), ("face.total", "phq9.total", "saq.total")),
        (("face.total", "own.total", "saq.total"), ("face.total", "own.total", "saq.total")),
        (("face.total", "own.total", "phq9.total"), ("face.total", "phq9.total")),
        (("own.total", "fdi.social"), ("own.total", "fdi.social")),
        ((), ()),
    ],
)
def test_mood_stands_second_whoever_asks_it(scales, main):
    """A site's own questionnaire takes the place that no headline on mood has."""
    assert main_scales(answered(*scales)) == main


def test_headlines_come_by_their_place():
    assert main_scales(registry(3, 20)) == MAIN_SCALES


def test_screening_needs_a_cut_off_or_bands():
    """Headlines first, then in the order of display."""
    assert mood_scales(answered("own.total", "phq9.total")) == ("phq9.total", "own.total")
    plain = {**SITE, "own.total": dataclasses.replace(OWN, cutoffs=())}
    assert screening_scales(answered("own.total", "phq9.total", info=plain)) == ("phq9.total",)


def test_life_and_mood_are_told_by_what_is_asked():
    assert life_and_mood(SITE, ("own.total", "saq.total", "fdi.social")) == ("fdi.social", "own.total")
    assert life_and_mood(SITE, ("face.total", "saq.total")) is None
    assert links_life_and_mood(SITE, ("face.total", "own.total"))
    assert not links_life_and_mood(SITE, ("face.total", "time_since_onset"))


def test_mood_that_another_chose_is_not_there():
    frames = answered("own.total", "face.total")
    theirs = frames.scores.assign(answered_by="chosen_by_other")
    assert main_scales(dataclasses.replace(frames, scores=theirs)) == ("face.total",)
