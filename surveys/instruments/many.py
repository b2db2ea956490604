"""The scores of many responses to one instrument, each as `score` gives it, in a fraction of its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from surveys.instruments.answers import check_answer, known_item
from surveys.instruments.definition import Answer, Instrument
from surveys.instruments.scoring import Score, score, score_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 8  # so many are scored one by one, and NumPy need not be there


def score_many(instrument: Instrument, responses: Sequence[Mapping[str, Answer]]) -> list[tuple[Score, ...]]:
    """What `score` gives for each of `responses`, in order. Raises AnswerError."""
    table = {} if len(responses) <= FEW else _table(instrument, responses)
    if not table:
        return [score(instrument, answers) for answers in responses]
    by_scale = [
        [
            Score(key, None if value != value else value, used, missing, prorated)
            for value, used, missing, prorated in zip(
                found.value.tolist(),
                found.items_used.tolist(),
                found.items_missing.tolist(),
                found.prorated.tolist(),
                strict=True,
            )
        ]
        for key, found in score_table(instrument, table).items()
    ]
    return list(zip(*by_scale, strict=True)) if by_scale else [()] * len(responses)


def _table(
    instrument: Instrument, responses: Sequence[Mapping[str, Answer]]
) -> dict[str, NDArray[np.float64]]:
    """A column per item answered by a number; the answers to others are checked here. Raises AnswerError."""
    import numpy as np

    table = {}
    for key in dict.fromkeys(key for answers in responses for key in answers):
        item = known_item(instrument, key)
        given = [answers.get(key) for answers in responses]
        numbers = {int, type(None), *([float] if item.kind == "decimal" else [])}
        if not item.numeric or not numbers.issuperset(map(type, given)):
            for value in given:
                check_answer(instrument, key, value)
        if item.numeric:
            table[key] = np.array([np.nan if value is None else value for value in given], dtype=np.float64)
    return table
