"""Colours by name, with enough contrast on both pages and told apart by people with any colour vision."""

import itertools
import re

import numpy as np
import pytest

from analysis.figures import TOGETHER, View, association_figure, time_figure, treatment_figure
from analysis.figures.look import colour, row_label, ticks
from tests.analysis.drawings import drawn_texts
from tests.analysis.studies import MAIN_SCALES, SCALES, registry
from tests.support.built import built

CSS = built("staff.css").read_text()
THEMES = {
    "light": r":root\{(color-scheme:light[^}]*)\}",
    "dark": r":root\[data-theme=dark\]\{(color-scheme:dark[^}]*)\}",
}
STRATA = ("acute", "chronic", None)
# Machado, Oliveira and Fernandes 2009, severity 1; on linear RGB.
BLINDNESS = {
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def rgba(theme, name):
    """A custom property of a theme as red, green, blue and alpha, 0 to 1."""
    [block] = re.findall(THEMES[theme], CSS)
    [value] = re.findall(rf"--{name}: ?([^;}}]+)", block)
    if value.startswith("#"):
        digits = value[1:] if len(value) == 7 else "".join(digit * 2 for digit in value[1:])
        return [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)] + [1.0]
    numbers = [float(number) for number in re.findall(r"[\d.]+", value)]
    return [*(number / 255 for number in numbers[:3]), numbers[3]]


def linear(theme, name, under="chart-paper"):
    """Linear red, green and blue of a colour as seen on the page."""
    *over, alpha = rgba(theme, name)
    seen = alpha * np.array(over) + (1 - alpha) * np.array(rgba(theme, under)[:3])
    return np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    high, low = sorted((float(colour @ [0.2126, 0.7152, 0.0722]) for colour in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    """CIE L*a*b* under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb / [0.9505, 1, 1.089], 0.008856, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def name(part, stratum):
    return colour(part, stratum)[len("var(--") : -1]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("stratum", STRATA)
@pytest.mark.parametrize("part", ["line", "point"])
def test_marks_stand_out_from_the_page(theme, part, stratum):
    """3:1 for what carries meaning, transparency included; bands and boxes only fill what has an edge."""
    assert contrast(linear(theme, name(part, stratum)), linear(theme, "chart-paper")) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["chart-text", "chart-quiet"])
def test_texts_can_be_read(theme, text):
    assert contrast(linear(theme, text), linear(theme, "chart-paper")) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("blindness", [None, *BLINDNESS])
def test_strata_are_told_apart_with_any_colour_vision(theme, blindness):
    """Ten times what is just noticeable; they stand in panels of their own besides."""
    matrix = np.array(BLINDNESS[blindness]) if blindness else np.eye(3)
    seen = [lab(np.clip(matrix @ linear(theme, name("line", stratum)), 0, 1)) for stratum in STRATA]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 10


def test_every_colour_of_a_figure_is_one_of_the_pages():
    """Names that both themes define, and no colour of its own: the page can turn dark at any time."""
    frames = registry(21, 160)
    made = [
        make
        for strata in (("acute", "chronic"), TOGETHER)
        for view in (View(may_open_patients=True, strata=strata),)
        for make in (
            time_figure(frames, "face.total", view),
            treatment_figure(frames, "face.total", view),
            association_figure(frames, view, scales=MAIN_SCALES),
        )
    ]
    texts = [text for figure in made for text in drawn_texts(figure)]
    used = {text for text in texts if text.startswith("var(")}
    assert used
    for theme, variable in itertools.product(THEMES, used):
        assert rgba(theme, variable[len("var(--") : -1])
    assert [text for text in texts if re.match(r"#[0-9a-f]{3}|rgb", text)] == []


def test_marks_are_round():
    assert ticks(SCALES["phq9.total"]) == [0, 5, 10, 15, 20, 25]
    assert ticks(SCALES["face.total"]) == ticks(SCALES["fdi.social"]) == [0, 20, 40, 60, 80, 100]
    assert ticks(SCALES["saq.total"]) == [20, 40, 60, 80, 100]


def test_labels_are_escaped_and_short_enough_for_a_phone():
    assert row_label("<b>", "<5") == "&lt;b&gt;, n\u00a0=\u00a0&lt;5"
    label = row_label("FaCE social function × time since onset", "134")
    assert label == "FaCE social function × time since<br>onset, n\u00a0=\u00a0134"
