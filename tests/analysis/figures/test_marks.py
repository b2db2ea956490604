"""Points that are drawn each, or counted in cells."""

import numpy as np
import pytest

from analysis.figures.look import chart
from analysis.figures.marks import ACROSS, DOWN, LARGEST, LINES, SMALLEST, by_lot, cells, dots, strip
from analysis.figures.svg import svg
from analysis.figures.view import View
from tests.analysis.drawings import parsed
from tests.analysis.studies import registry

CLINIC, ANALYST = View(may_open_patients=True), View()


def numbers(trace):
    return [int(text.split()[0]) for text in trace.text]


def test_a_dot_says_who_and_what_it_is():
    """Codes as text, never as tags; and no code for readers who may not see it."""
    x, y = np.array([1.23456]), np.array([41.6667])
    made = dots(x, y, "acute", "%{y}, %{customdata} after onset", names=["<b>1"], beside=["9 days"])
    assert (made.x, made.y, made.text) == ((1.23,), (41.7,), ("&lt;b&gt;1",))
    assert made.hovertemplate == "%{text}: %{y}, %{customdata} after onset<extra></extra>"
    unnamed = dots(x, y, "acute", "%{y}")
    assert (unnamed.text, unnamed.hovertemplate) == (None, "%{y}<extra></extra>")
    assert dots(x, y, "acute", "").hoverinfo == "skip"


def test_every_point_is_in_one_cell():
    """Also at the ends of the axes and beyond; no more cells than the panel has."""
    random = np.random.default_rng(1)
    x, y = random.normal(0, 1, 10_000), random.normal(50, 20, 10_000)
    made = cells(x, y, (-2, 2), (0, 100), None, CLINIC)
    assert sum(numbers(made)) == 10_000
    assert len(made.x) <= ACROSS * DOWN
    assert min(made.x) > -2
    assert max(made.x) < 2
    sizes = dict(zip(numbers(made), made.marker.size, strict=True))
    assert sizes[max(sizes)] == LARGEST
    assert min(sizes.values()) == SMALLEST


def test_cells_of_a_score_hold_equally_many_of_its_values():
    """All values of a PHQ-9 equally often: no stripes. The same for 61 values of the FaCE total."""
    for top, step in ((27, 1.0), (100, 5 / 3)):
        values = np.tile(np.arange(0, top + 0.01, step), 50)
        made = cells(np.zeros(len(values)), values, (-1, 1), (-0.04 * top, 1.04 * top), None, CLINIC)
        assert len(set(numbers(made)[:-1])) == 1
        assert np.diff(made.y)[:-1] == pytest.approx(made.y[1] - made.y[0], rel=0.05)
        assert made.y[-1] == top


def test_a_few_odd_values_do_not_hide_the_steps_of_a_score():
    """A prorated sum lies between them."""
    values = np.append(np.repeat(np.arange(28.0), 40), [3.3, 7.7])
    made = strip(values, 5.0, (-1, 28), None, CLINIC)
    assert sorted(set(numbers(made))) == [40, 41]


def test_a_logarithmic_axis_is_cut_into_equal_powers():
    """The centres of cells lie on the axis."""
    x = 10 ** np.linspace(-2, 1, 4000)
    made = cells(x, np.full(4000, 3.0), (-2, 1), (0, 10), None, CLINIC, log=True)
    assert np.diff(np.log10(made.x)) == pytest.approx(3 / ACROSS, rel=0.1)


def test_small_cells_do_not_show_how_small():
    """One to four look the same and say "<5" to those who may open nobody; larger ones say their number."""
    values = np.repeat([1.0, 2.0, 3.0, 4.0], [1, 3, 4, 50])
    made = strip(values, 0.0, (0, 5), None, ANALYST, noun="visit")
    assert made.text == ("&lt;5 visits", "&lt;5 visits", "&lt;5 visits", "50 visits")
    assert len(set(made.marker.size[:3])) == 1
    assert strip(values, 0.0, (0, 5), None, CLINIC).text[0] == "1 patient"


def test_cells_can_be_printed():
    """Each with its own size."""
    figure = chart(200)
    figure.add_trace(strip(np.repeat([1.0, 2.0], [1, 9]), 0.0, (0, 3), None, CLINIC))
    radii = [float(one.get("r", "0")) for one in parsed(svg(figure, "cells")).iter("circle")]
    assert radii == [2.25, LARGEST / 2]


def test_the_lot_falls_the_same_each_time():
    """The same patients whoever else there is, with all their visits."""
    scores = registry(4, 120).scored
    chosen = by_lot(scores)
    assert chosen["patient"].nunique() == LINES
    assert by_lot(scores[scores["patient"].isin(chosen["patient"])])["patient"].nunique() == LINES
    assert by_lot(scores.sample(frac=1, random_state=1))["patient"].isin(chosen["patient"]).all()
