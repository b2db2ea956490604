"""Beside a score stand its rule with its source, and what is notable about the value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.instruments.definition import Answer, Instrument
from surveys.instruments.library import Library
from surveys.instruments.notes import formula, missing_sentence, outside_conventional, score_notes
from surveys.instruments.scoring import score

LIBRARY = Library.load()
PHQ9, FACE = LIBRARY.get("phq9"), LIBRARY.get("face")


def notes(instrument: Instrument, answers: dict[str, Answer], scale: str) -> tuple[str, ...]:
    (result,) = (one for one in score(instrument, answers) if one.scale == scale)
    return score_notes(instrument, answers, result)


def test_missing_rule_is_said_with_its_source(small: Instrument) -> None:
    """And with what the project decided, where it did."""
    assert missing_sentence(small.scale("total")) == "One may be missing. Source: Nobody 2020"
    assert missing_sentence(small.scale("comfort")) == (
        "None may be missing. Source: None found. Project decision: The whole rule."
    )


def test_complete_score_needs_no_note() -> None:
    """Nothing is said where there is nothing to say."""
    assert notes(PHQ9, {f"q{n}": 1 for n in range(1, 10)}, "total") == ()


def test_prorated_total_says_that_item_nine_is_missing() -> None:
    """Item 9 counts like any other missing item, and the score says that nobody knows it."""
    assert notes(PHQ9, {f"q{n}": 1 for n in range(1, 9)}, "total") == (
        "Prorated from 8 of 9 items.",
        "Item 9 was not answered.",
    )
    assert notes(PHQ9, {f"q{n}": 1 for n in range(2, 10)}, "total") == ("Prorated from 8 of 9 items.",)


def test_score_that_is_not_there_says_why() -> None:
    """How many answers are missing; item 9 first of all."""
    assert notes(PHQ9, {"q9": 0}, "total") == ("No score: 8 of 9 items were not answered.",)
    assert notes(PHQ9, {}, "total")[-1] == "Item 9 was not answered."
    assert notes(FACE, {}, "lacrimal_control") == ("No score: 1 of 1 items was not answered.",)


@pytest.mark.parametrize(("pain", "outside"), [(0, True), (2, False), (9, False), (10, False)])
def test_value_outside_the_conventional_range_is_flagged(wide: Instrument, pain: int, outside: bool) -> None:
    """It is kept: only the reader is told."""
    answers: dict[str, Answer] = {"q1": 0, "q2": 3, "q3": 0, "q4": 0, "q5": pain, "q6": 0.0}
    said = notes(wide, answers, "balance")
    assert said == (("Outside the conventional range of -25 to 0, and kept as it is.",) if outside else ())


def test_only_a_conventional_range_can_be_left(wide: Instrument, small: Instrument) -> None:
    """Its ends are within it; a scale without one, or no value, is never outside."""
    balance = wide.scale("balance")
    assert [outside_conventional(balance, value) for value in (-25.01, -25, 0, 0.01)] == [
        True,
        False,
        False,
        True,
    ]
    assert not outside_conventional(balance, None)
    assert not outside_conventional(small.scale("total"), 1000)


def test_formulas_read_as_arithmetic(wide: Instrument, small: Instrument) -> None:
    """One line for each way of scoring."""
    assert formula(small, small.scale("total")) == "sum of 3 items"
    assert formula(small, small.scale("comfort")) == "(mean of 2 items) × 50"
    assert {scale.key: formula(wide, scale) for scale in wide.scales} == {
        "t": "the table's value for sum of 4 items",
        "ease": "the table's value for sum of 3 items",
        "size": "(item 6) × 10",
        "comfort": "item 5",
        "red": "the table's value for item 9",
        "balance": "(2 × Comfort − Size − 0.5 × T-score − 0.75) / 2",
    }
    balance = wide.scale("balance")
    halves = tuple(replace(part, weight=part.weight / 4) for part in balance.parts)
    assert formula(wide, replace(balance, parts=halves)).startswith("(0.5 × Comfort − 0.25 × Size − 0.125")
    library = Library.load()
    face, saq, sunnybrook = (library.get(key) for key in ("face", "saq", "sunnybrook"))
    assert formula(face, face.scale("total")) == "(sum of 15 items − 15) × 100 / 60"
    assert formula(saq, saq.scale("total")) == "(sum of 9 items) × 100 / 45"
    composite = "Voluntary movement − Resting symmetry − Synkinesis"
    assert formula(sunnybrook, sunnybrook.scale("composite")) == composite
