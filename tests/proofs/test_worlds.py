"""Registries whose truth is known, by the hundred. Short form: tests/analysis/statements/test_worlds.py.

Draws are analysed in memory by the functions that make the sentences.
"""

from __future__ import annotations

import pytest

from tests.analysis.worlds import QUESTIONS

DRAWS = 200
FALSE_AT_MOST, TOLD_AT_LEAST = 0.05, 0.8


@pytest.mark.long
@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_told_of_a_world_is_so(name: str) -> None:
    """A direction where there is none in at most 5 %; a true and identifiable one in at least 80 %.

    Chance adds two standard errors to the 5 %. Where data cannot tell, silence is right in every draw, and no
    draw tells the contrary.
    """
    question = QUESTIONS[name]
    told = [question.direction(seed) for seed in range(DRAWS)]
    if not question.identifiable:
        assert set(told) <= {question.truth, None}
    elif question.truth is None:
        false = sum(one is not None for one in told) / DRAWS
        assert false <= FALSE_AT_MOST + 2 * (FALSE_AT_MOST * (1 - FALSE_AT_MOST) / DRAWS) ** 0.5
    else:
        assert told.count(question.truth) / DRAWS >= TOLD_AT_LEAST
        assert set(told) <= {question.truth, None}
