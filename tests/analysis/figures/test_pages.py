"""What stands on which page, on a screen and on paper."""

import dataclasses
import gzip
from datetime import date, timedelta

import numpy as np
import pytest

from analysis.data.pages import PAGE_OF, QUESTIONS
from analysis.figures import View, main_scales
from analysis.figures.marks import MANY
from analysis.figures.pages import ON_PAPER, PAGES, SCREENS, Scene
from tests.analysis.drawings import words
from tests.analysis.studies import Patient, registry, study
from tests.support.sample import sampled


@pytest.fixture(scope="module")
def scene():
    frames = registry(3, 24)
    return Scene(frames, View(), main_scales(frames), date(2026, 1, 1))


def keys(scene, page):
    return [figure.key for part in PAGES[page](scene) for figure in part.figures]


def test_every_screen_has_a_name_and_a_question():
    """Apart, so that the server can name them without loading what draws; in the same order."""
    assert list(SCREENS) == list(PAGE_OF) == list(QUESTIONS)


def titles(scene, page):
    return [figure.title for part in PAGES[page](scene) for figure in part.figures]


@pytest.mark.parametrize("page", sampled(3, [page for page in ON_PAPER if page != "mood"]))
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


FIGURE, PAGE = 8_000, 50_000  # bytes, compressed


def crowd(patients):
    """Acute and chronic patients in equal parts, three visits each, every second with an injection."""
    random = np.random.default_rng(5)
    day = date(2024, 1, 1)
    for number in range(patients):
        first = int(random.integers(3, 80)) if number % 2 else int(90 * 10 ** random.uniform(0, 1.8))
        days = [(day + timedelta(days=first + after)).isoformat() for after in (0, 90, 180)]
        scores = [
            {
                "face.total": float(random.integers(0, 61)) * 5 / 3,
                "saq.total": float(random.integers(20, 101)),
                "phq9.total": float(random.integers(0, 28)),
                "face.social_function": float(random.integers(0, 17)) * 6.25,
            }
            for _ in days
        ]
        begun = (day + timedelta(days=first + int(random.integers(1, 60)))).isoformat()
        treatments = [("botulinum_toxin", begun)] if number % 4 < 2 else []
        yield Patient(f"P{number:06d}", list(zip(days, scores, strict=True)), treatments=treatments)


def packed(figures):
    """Bytes of what the page holds of each figure, compressed as the server does."""
    return [
        len(
            gzip.compress(
                "".join([words(one), *(panel.figure.to_json() for panel in one.panels)]).encode(), 6
            )
        )
        for one in figures
    ]


@pytest.mark.parametrize(
    ("patients", "screens"),
    [
        (2 * MANY, ["overview"]),  # as many dots as are drawn singly
        pytest.param(2 * MANY // 3, list(SCREENS), marks=pytest.mark.long),  # the same from visit to visit
        pytest.param(10_000, list(SCREENS), marks=pytest.mark.long),
    ],
)
def test_pages_stay_light_however_many_patients_there_are(patients, screens):
    """Any figure takes at most 8 kB and any page 50."""
    frames = study(crowd(patients))
    one = Scene(frames, View(may_open_patients=True), main_scales(frames), date(2026, 1, 1))
    for screen in screens:
        sizes = packed([figure for part in SCREENS[screen](one) for figure in part.figures])
        assert max(sizes, default=0) <= FIGURE
        assert sum(sizes) <= PAGE
