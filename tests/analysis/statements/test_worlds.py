"""Registries whose truth is known: sentences tell what is so and are silent of the rest. Few draws each."""

from __future__ import annotations

import pytest

from tests.analysis.worlds import QUESTIONS

SHORT = (
    "treatment: begun at a flare, with an effect",
    "course: slopes differ",
    "within: shared recovery, slopes differ",
    "time: sites that differ",
)
LONG = (
    "treatment: nothing happens",
    "treatment: by acuteness, with an effect",
    "course: one day wrong, with a rise",
    "within: a true tie",
)


@pytest.mark.parametrize("name", [*SHORT, *(pytest.param(name, marks=pytest.mark.long) for name in LONG)])
def test_what_is_told_of_a_world_is_so(name: str) -> None:
    question = QUESTIONS[name]
    right = question.truth if question.identifiable else None
    assert [question.direction(seed) for seed in (1, 2)] == [right, right]


def test_a_before_and_after_and_a_cycle_never_tell_a_direction() -> None:
    told = QUESTIONS["treatment: injected when worse than usual"].told(1)
    alone = [one for one in told if one.record in ("before_after", "injection_cycle")]
    assert {one.record for one in alone} == {"before_after", "injection_cycle"}
    assert {one.direction for one in alone} == {"not_told"}
