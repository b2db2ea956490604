"""Many responses are scored as each one is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from surveys.instruments.answers import AnswerError
from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.instruments.many import FEW, score_many
from surveys.instruments.scoring import score

LIBRARY = Library.load()


def drawn(rng: random.Random, instrument: Instrument) -> Mapping[str, Any]:
    """Answers with gaps, some of them said as None."""
    answers: dict[str, Any] = {}
    for item in instrument.items:
        if not item.numeric or rng.random() < 0.1:
            continue
        low, high = (int(end) for end in instrument.extent(item.key))
        values = sorted(instrument.values(item.key)) if item.chosen else range(low, high + 1)
        answers[item.key] = rng.choice([*values, None]) if rng.random() < 0.2 else rng.choice(list(values))
    return answers


@pytest.mark.parametrize("key", ["face", "phq9", "saq", "sunnybrook"])
def test_each_response_has_the_scores_that_it_has_alone(key: str) -> None:
    """Complete, with gaps, and without any answer."""
    instrument, rng = LIBRARY.get(key), random.Random(key)
    responses = [*(drawn(rng, instrument) for _ in range(40)), {}]
    assert score_many(instrument, responses) == [score(instrument, answers) for answers in responses]
    assert score_many(instrument, [{}] * (FEW + 1)) == [score(instrument, {})] * (FEW + 1)
    assert score_many(instrument, []) == []


@pytest.mark.parametrize("wrong", [9, 2.0, True, "2", -1])
def test_what_is_no_answer_is_refused_as_alone(wrong: Any) -> None:
    """Also in the midst of others, and where it is of another type only."""
    responses: list[dict[str, Any]] = [{"q1": 1} for _ in range(FEW)]
    with pytest.raises(AnswerError):
        score_many(LIBRARY.get("phq9"), [*responses, {"q1": wrong}])


def test_an_item_that_is_not_there_is_refused() -> None:
    """By its name."""
    with pytest.raises(AnswerError, match="q99"):
        score_many(LIBRARY.get("phq9"), [{"q99": 1}] * (FEW + 1))
