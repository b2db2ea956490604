"""Answers on several scales at once: none hides what another one says."""

from datetime import date

from analysis.figures.answers import answer
from analysis.figures.pages import Scene
from analysis.figures.view import View
from analysis.results.findings import Findings
from analysis.statements import outcomes as told
from tests.analysis.outcomes import outcomes

ON = date(2026, 1, 1)
SCALES = ("face.total", "phq9.total", "saq.total")


def test_the_answer_on_change_has_every_scale():
    """Who got better by one may be worse by another."""
    frames = outcomes()
    found = Findings.of(frames, 5)
    said = answer("change", Scene(frames, View(), SCALES, ON), ())
    for scale in SCALES:
        [one] = [
            one
            for one in found.change
            if one["scale"] == scale
            and one.get("stratum") == "chronic"
            and one["threshold_kind"] in ("sdc_individual", "mcid")
        ][:1]
        label, about = frames.scale_info[scale].label, "about " if one["rounded"] else ""
        counts = f"{about}{one['improved']} of {one['n']} got better and {about}{one['worse']} worse"
        assert f"by {label} {counts}" in said
    assert said.startswith("In ")
    assert said.count(".") == 1


def test_the_answer_on_consistency_names_scales_that_lack_it(monkeypatch):
    frames = outcomes()
    found = Findings.of(frames, 5)
    for one in found.reliability:
        if one["instrument"] == "saq":
            monkeypatch.setitem(one, "omega", 0.27)
        if one["instrument"] == "phq9":
            monkeypatch.setitem(one, "alpha", None)
    enough, low, none = told.consistency(found, SCALES, "chronic")
    face = next(
        one for one in found.reliability if one["instrument"] == "face" and one.get("stratum") == "chronic"
    )
    assert enough == f"consistency is enough for FaCE total (omega {face['omega']:.2f})"
    assert none == "there is no coefficient of PHQ-9 total"
    assert low == "consistency is too low for SAQ total (omega 0.27)"
    assert answer("quality", Scene(frames, View(), SCALES, ON), ()).startswith("In acute patients ")
