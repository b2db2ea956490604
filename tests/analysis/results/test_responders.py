"""Shares of responders of both arms: as R has them, in one direction, and silent on few."""

import json
from functools import cache

import numpy as np
import pytest

from analysis.figures.responders import responders_figure
from analysis.figures.view import View
from analysis.numbers.guards import HIDDEN
from analysis.results.findings import Findings
from analysis.results.responders import responders
from analysis.statements.treatments import responded
from tests.analysis.reference import FOLDER, followed_trials
from tests.analysis.studies import SCALES

FACE = {"face.total": SCALES["face.total"]}
REFERENCE = json.loads((FOLDER / "trials" / "responders.json").read_text(encoding="utf-8"))
ITERATED = 1e-6  # relative: the weights come of an iterative fit
TOLD = [(family, stratum) for family, of in REFERENCE.items() for stratum, one in of.items() if one]


@cache
def records():
    return responders(followed_trials(lacking=False), FACE, suppress_under=1)


def of(family, stratum, **facts):
    named = {"family": family, "stratum": None if stratum == "all" else stratum, **facts}
    return [one for one in records() if all(one.get(name) == value for name, value in named.items())]


@pytest.mark.parametrize(("family", "stratum"), TOLD)
def test_it_equals_r(family, stratum):
    """The weighted shares along the curve; at the published change their difference with its interval."""
    reference = REFERENCE[family][stratum]
    for points, shares in reference["curve"].items():
        [one] = of(family, stratum, way="better", points=float(points), threshold=None)
        assert (one["share_exposed"], one["share_compared"]) == pytest.approx(
            (shares["exposed"], shares["compared"]), rel=ITERATED
        )
    for way in ("better", "worse"):
        [one] = of(family, stratum, way=way, threshold="sdc_individual")
        names = ("share_exposed", "share_compared", "difference", "se", "df", "low", "high")
        theirs = (reference[way][name.removeprefix("share_")] for name in names)
        assert [one[name] for name in names] == pytest.approx(list(theirs), rel=ITERATED, abs=1e-9)


def test_the_curve_falls_from_everybody_to_nobody():
    assert {("therapy", "all"), ("toxin", "all")} <= set(TOLD)
    for family, stratum in TOLD:
        curve = of(family, stratum, threshold=None)
        assert [one["points"] for one in curve] == sorted(one["points"] for one in curve)
        for arm in ("share_exposed", "share_compared"):
            shares = [one[arm] for one in curve]
            assert shares == sorted(shares, reverse=True)
        assert {curve[0]["share_exposed"], curve[0]["share_compared"]} == {1.0}


def test_where_lower_is_better_a_fall_is_a_gain():
    """The same change on a scale of the other direction: better and worse change places."""
    turned = {
        "face.total": SCALES["face.total"].__class__(
            **{**vars(FACE["face.total"]), "direction": "higher_worse"}
        )
    }
    found = responders(followed_trials(lacking=False), turned, suppress_under=1)
    for way, other in (("better", "worse"), ("worse", "better")):
        shares = [one["share_exposed"] for one in found if one["way"] == way and one["threshold"]]
        assert shares == [
            one["share_exposed"] for one in records() if one["way"] == other and one["threshold"]
        ]


def test_a_few_patients_on_a_side_are_hidden():
    shown = {
        (one["family"], one.get("stratum"), one["way"], one["points"], one["threshold"]) for one in records()
    }
    found = responders(followed_trials(lacking=False), FACE, suppress_under=5)
    hidden = [one for one in found if one["reason"] == HIDDEN]
    assert hidden
    assert len(found) == len(shown)
    assert all(None in (one["share_exposed"], one["share_compared"]) for one in hidden)
    assert all(one["difference"] is None for one in hidden)


def test_the_sentence_tells_shares_and_no_direction():
    """Two arms that were alike, at the change that counts for one person."""
    found = Findings.of(followed_trials(lacking=False), 1)
    told = responded(found, "face.total")
    assert {one.direction for one in told} == {"not_told"}
    [one] = [one for one in told if one.stratum is None and one.other == "toxin"]
    [better] = of("toxin", "all", way="better", threshold="sdc_individual")
    assert f"{better['share_exposed']:.0%}".replace("%", " %") in one.text.replace("\u00a0", " ")
    view = View(suppress_under=1, strata=(None,), may_open_patients=True)
    drawn = responders_figure(followed_trials(lacking=False), "face.total", view)
    assert one.text in drawn.summary
    assert len(drawn.panels) == len([place for place in TOLD if place[1] == "all"])
    for panel in drawn.panels:
        lines = [trace for trace in panel.figure.data if trace.mode == "lines"]
        assert len(lines) == 2
        assert all(0 <= share <= 100 for line in lines for share in np.array(line.y, dtype=float))
