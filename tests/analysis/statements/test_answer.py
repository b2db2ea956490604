"""One sentence of many: a direction only where a sentence tells one."""

import pytest

from analysis.data.pages import PAGE_OF
from analysis.figures import View, main_scales
from analysis.figures.answers import answer
from analysis.figures.pages import SCREENS, Scene
from analysis.statements.answer import NOTHING_TOLD, Wording, in_one, joined
from analysis.statements.statement import Statement
from tests.analysis.studies import SCALES, of_scales, registry
from tests.analysis.test_told import ON

STRATA = ("acute", "chronic")
WORDS = Wording("longer is {}", "no clear association of {}")


@pytest.fixture(scope="module")
def info():
    return registry(3, 24).scale_info


def told(scale, stratum, direction, text="", why=None, other="time"):
    return Statement(
        "time", text, "correlations", scale=scale, other=other, stratum=stratum, direction=direction, why=why
    )


def test_scores_of_one_direction_are_named_together(info):
    """Each with its meaning; what is not clear and what is not told stay apart from it."""
    of = [
        told("face.total", "acute", "higher"),
        told("saq.total", "acute", "lower"),
        told("phq9.total", "acute", "none"),
        told("face.total", "chronic", "not_told", why="the sites differ"),
        told("phq9.total", None, "higher"),
    ]
    assert in_one(of, info, STRATA, lambda _: WORDS) == (
        "In acute patients longer is a higher (better) FaCE total and a lower (better) SAQ total, and no "
        "clear association of PHQ-9 total; in chronic patients of FaCE total it cannot be told."
    )


def test_each_subject_has_its_own_words(info):
    of = [told("face.total", None, "higher", other=other) for other in ("toxin", "surgery")]
    said = in_one(of, info, (None,), lambda other: Wording(f"after {other} {{}}", ""))
    assert said == (
        "In all patients after toxin a higher (better) FaCE total, "
        "and after surgery a higher (better) FaCE total."
    )


def test_without_sentences_it_says_so(info):
    assert in_one([], info, STRATA, lambda _: WORDS) == NOTHING_TOLD
    assert joined([told("face.total", "acute", "none", "In 3 it rains.")], ("chronic",)) == NOTHING_TOLD


def test_strata_are_joined_and_their_common_reason_stands_once():
    why = "this does not tell what one did"
    texts = [
        f"In {who}. This does not tell what one did." for who in ("9 acute patients it rains", "8 it snows")
    ]
    of = [
        told("face.total", stratum, "not_told", text, why)
        for stratum, text in zip(STRATA, texts, strict=True)
    ]
    assert (
        joined(of, STRATA) == "In 9 acute patients it rains; in 8 it snows; this does not tell what one did."
    )


@pytest.mark.parametrize(
    "scales", [("face.total", "phq9.total"), pytest.param(tuple(SCALES), marks=pytest.mark.long)], ids=len
)
def test_every_screen_answers_in_one_sentence(scales):
    """Also where the first figure's own words are the answer."""
    frames = of_scales(registry(3, 80), *scales)
    scene = Scene(frames, View(suppress_under=5), main_scales(frames), ON)
    for screen in PAGE_OF:
        said = answer(screen, scene, SCREENS[screen](scene))
        assert said.endswith("."), screen
        assert not said[0].islower(), screen
