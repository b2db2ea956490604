"""A table of responses scores like one response after another."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.instruments.definition import Instrument
from surveys.instruments.scoring import (
    BLOCK,
    AnswerError,
    score,
    score_table,
)
from tests.surveys.instruments.drawn import (
    FACE,
    PHQ9,
    SAQ,
    SMALL_ONE,
    WIDE_ONE,
    answers_to,
    columns_of,
    every_instrument,
)


@every_instrument
@given(data=st.data())
def test_table_scores_like_single_responses(instrument: Instrument, data: st.DataObject) -> None:
    """Both speeds give the same bits, on random answers with random gaps."""
    responses = data.draw(st.lists(answers_to(instrument), max_size=12))
    table = score_table(instrument, columns_of(instrument, responses))
    assert list(table) == [scale.key for scale in instrument.scales]
    for row, answers in enumerate(responses):
        for result in score(instrument, answers):
            found = table[result.scale]
            value = found.value[row].item()
            assert (None if math.isnan(value) else value) == result.value
            assert found.items_used[row] == result.items_used
            assert found.items_missing[row] == result.items_missing
            assert found.prorated[row] == result.prorated
    for found in table.values():
        assert found.items_used.dtype == found.items_missing.dtype == np.int64


def test_answers_need_not_begin_near_zero() -> None:
    """A row with a gap beside complete rows of ten to twelve is prorated like any other."""
    sections = tuple(
        replace(section, choices=tuple(replace(one, value=one.value + 10) for one in section.choices))
        for section in SMALL_ONE.sections
    )
    tens = replace(SMALL_ONE, sections=sections)
    columns = {"q1": np.array([10.0, 12]), "q2": np.array([12.0, math.nan]), "q3": np.array([11.0, math.nan])}
    assert score_table(tens, columns)["comfort"].value[0] == 525
    columns["q3"][1] = 11
    assert score_table(tens, columns)["total"].value.tolist() == [31.0, 34.5]


def test_a_complete_sum_of_decimals_is_not_prorated() -> None:
    """0.1 times three by three is not 0.1."""
    items = tuple(
        item if item.optional else replace(item, kind="decimal", low=0.0, high=2.0)
        for item in SMALL_ONE.items
    )
    answers = {"q1": np.array([0.1]), "q2": np.array([2.0]), "q3": np.array([0.0])}
    assert score_table(replace(SMALL_ONE, items=items), answers)["total"].value.tolist() == [0.1]


def test_column_that_is_absent_is_not_answered() -> None:
    """A table without the unscored item scores; one without a scored item has it missing everywhere."""
    columns = {f"q{n}": np.array([1.0, 2.0]) for n in range(1, 9)}
    total = score_table(PHQ9, columns)["total"]
    assert total.value.tolist() == [9.0, 18.0]
    assert total.items_missing.tolist() == [1, 1]
    assert total.prorated.tolist() == [True, True]


def test_table_of_no_rows_has_no_rows() -> None:
    """An empty file scores to empty columns."""
    assert score_table(PHQ9, {})["total"].value.shape == (0,)
    assert score_table(PHQ9, {"q1": np.array([])})["total"].prorated.shape == (0,)


def test_table_takes_whole_number_columns() -> None:
    """Columns without a gap need not be floats, and are left as they were."""
    column = np.array([0, 3], dtype=np.int8)
    table = score_table(PHQ9, {f"q{n}": column for n in range(1, 10)})
    assert table["total"].value.tolist() == [0.0, 27.0]
    assert table["total"].items_used.dtype == table["total"].items_missing.dtype == np.int64
    assert column.tolist() == [0, 3]


@pytest.mark.parametrize("value", [4.0, -1.0, 2.5, math.inf])
def test_table_refuses_values_outside_the_choices(value: float) -> None:
    """The error names item, row and value."""
    with pytest.raises(AnswerError) as refused:
        score_table(PHQ9, {"q1": np.array([1.0, math.nan]), "q2": np.array([1.0, value])})
    error = refused.value
    assert (error.item, error.row, error.value, error.allowed) == ("q2", 1, value, (0, 1, 2, 3))
    assert str(error) == f"phq9 q2, row 1: {value!r} is not one of the choices 0, 1, 2, 3."


@pytest.mark.parametrize(
    ("item", "value", "wanted"),
    [
        ("q5", 2.5, "a whole number from 0 to 10"),
        ("q5", 11.0, "a whole number from 0 to 10"),
        ("q5", -1.0, "a whole number from 0 to 10"),
        ("q6", 1.6, "a number from 0 to 1.5"),
        ("q6", -0.1, "a number from 0 to 1.5"),
        ("q6", math.inf, "a number from 0 to 1.5"),
    ],
)
def test_table_refuses_numbers_outside_their_range(item: str, value: float, wanted: str) -> None:
    """Both ends belong to the range."""
    with pytest.raises(AnswerError, match=rf"wide {item}, row 1: {value} is not {wanted}\."):
        score_table(WIDE_ONE, {item: np.array([0.0, value])})
    low, high = WIDE_ONE.extent(item)
    assert len(score_table(WIDE_ONE, {item: np.array([low, high])})["t"].value) == 2


@pytest.mark.parametrize("item", ["q7", "q8"])
def test_table_takes_no_column_that_cannot_be_scored(item: str) -> None:
    """Several choices and dates are no numbers."""
    with pytest.raises(AnswerError, match=f"wide {item}: 'float64' is not"):
        score_table(WIDE_ONE, {item: np.array([1.0])})


@pytest.mark.parametrize("column", [[True, False], ["1", "2"], [1, None], [[1.0], [2.0]]])
def test_table_refuses_what_are_not_columns_of_numbers(column: list[object]) -> None:
    """Truth values, texts, objects and matrices are not answers."""
    array = np.array(column)
    with pytest.raises(AnswerError, match=f"phq9 q1: '{array.dtype.name}' is not one of the choices"):
        score_table(PHQ9, {"q1": array})


def test_table_refuses_unknown_items() -> None:
    """A column of another questionnaire is not passed over."""
    with pytest.raises(AnswerError, match="saq has no item 'q10'"):
        score_table(SAQ, {"q10": np.array([1.0])})


def test_table_refuses_columns_of_different_length() -> None:
    """A row that was lost in one column would shift everybody's answers."""
    with pytest.raises(ValueError, match=r"Columns of saq differ in length: \[1, 2\]"):
        score_table(SAQ, {"q1": np.array([1.0]), "q2": np.array([1.0, 2.0])})


def test_rows_of_every_block_are_scored_and_checked() -> None:
    """Whatever the length, with gaps in one block only; the first wrong value of a column is named."""
    random = np.random.default_rng(7)
    columns = {f"q{n}": random.integers(1, 6, size=2 * BLOCK + 1).astype(np.float64) for n in range(1, 16)}
    columns["q3"][BLOCK + 5] = math.nan
    table = score_table(FACE, columns)
    for row in (0, BLOCK - 1, BLOCK, BLOCK + 5, 2 * BLOCK):
        answers = {
            key: None if math.isnan(column[row]) else int(column[row]) for key, column in columns.items()
        }
        for result in score(FACE, answers):
            value = table[result.scale].value[row].item()
            assert (None if math.isnan(value) else value) == result.value
            assert table[result.scale].items_missing[row] == result.items_missing
    assert (
        sum(int(found.items_missing.sum()) for found in table.values()) == 2
    )  # of the movement and the total
    columns["q2"][2 * BLOCK] = 6.0
    columns["q4"][0] = 0.5
    with pytest.raises(AnswerError, match=f"face q2, row {2 * BLOCK}: 6.0 is not"):
        score_table(FACE, columns)


def test_a_million_responses_score_in_well_under_a_second() -> None:
    """15 items, 7 scales: all get their score; benchmarks/calculations.py says how quick."""
    answers = np.random.default_rng(7).integers(1, 6, size=(15, 1_000_000)).astype(np.float64)
    columns = {f"q{n}": answers[n - 1] for n in range(1, 16)}
    table = score_table(FACE, columns)
    assert all(len(scale.value) == 1_000_000 for scale in table.values())
    assert table["total"].value.mean() == pytest.approx(50, abs=0.1)
