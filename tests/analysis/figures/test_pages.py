"""What stands on which page, on a screen and on paper."""

import dataclasses
from datetime import date

import pytest

from analysis.data.pages import TITLES
from analysis.figures import View, main_scales
from analysis.figures.pages import ON_PAPER, PAGES, Scene
from tests.analysis.studies import registry


@pytest.fixture(scope="module")
def scene():
    frames = registry(3, 24)
    return Scene(frames, View(), main_scales(frames), date(2026, 1, 1))


def keys(scene, page):
    return [figure.key for part in PAGES[page](scene) for figure in part.figures]


def test_every_page_has_a_name():
    """Apart, so that the server can name them without loading what draws; in the same order."""
    assert list(PAGES) == list(TITLES)


def titles(scene, page):
    return [figure.title for part in PAGES[page](scene) for figure in part.figures]


@pytest.mark.parametrize("page", [page for page in ON_PAPER if page not in ("mood", "treatment")])
def test_paper_holds_nothing_that_the_screen_does_not(scene, page):
    """The same figures, in the same order; fewer where each scale has one of its own."""
    printed = keys(dataclasses.replace(scene, on_paper=True), page)
    shown = keys(scene, page)
    assert printed == [key for key in shown if key in printed]
    assert printed


def test_the_pair_chosen_is_drawn(scene):
    """On paper there is nothing to choose: all pairs stand in one figure."""
    pair = "face.total~saq.total"
    chosen = titles(dataclasses.replace(scene, pair=pair), "mood")
    assert chosen
    assert all("FaCE total" in title and "SAQ total" in title for title in chosen)
    first = titles(dataclasses.replace(scene, pair="face.total~nothing"), "mood")
    assert all("FaCE total" in title and "PHQ-9 total" in title for title in first)
    assert keys(dataclasses.replace(scene, on_paper=True), "mood") == ["associations"]
