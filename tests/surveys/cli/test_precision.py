"""`seventh precision`."""

from __future__ import annotations

from flask import Flask

from tests.support.commands import Seventh
from tests.support.simulated import MOOD_ALONE, populate


def test_patients_for_a_half_width_are_told_in_a_line_each(app: Flask, seventh: Seventh) -> None:
    """Of all, acute and chronic patients; of too few of them nothing is told."""
    populate(app, 40, visits=3, study="try", plan=MOOD_ALONE)
    told = seventh("precision", "try", "--half-width", "1").out.splitlines()
    assert [line.partition(":")[0] for line in told] == [
        f"PHQ-9 total, {who} patients" for who in ("all", "acute", "chronic")
    ]
    assert "mean " in told[0]
    assert "ICC" in told[0]
    assert "fewer than 30 patients with two scores" in told[1]


def test_a_study_without_scores_has_nothing_to_plan_with(seventh: Seventh) -> None:
    seventh("study", "create", "empty")
    assert "There is no score yet" in seventh("precision", "empty", "--half-width", "1").out
    assert seventh("precision", "empty", "--half-width", "0").code == 2
