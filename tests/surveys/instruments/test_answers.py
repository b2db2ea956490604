"""An answer is what its item's kind says, exactly; texts are read as answers or refused."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.instruments.answers import LONGEST_TEXT, AnswerError, check_answer, read_answer
from surveys.instruments.definition import Answer, Instrument, parse

from .conftest import WIDE

WIDE_FORM = parse(WIDE, "wide.toml")
# Forms made in the browser ask for texts too.
REMARK = replace(WIDE_FORM.item("q8"), key="q10", number=10, label="Remark", kind="text")
FORM = replace(WIDE_FORM, items=(*WIDE_FORM.items, REMARK))
REFUSED = {
    "choice as text": ("q1", "2"),
    "choice as truth": ("q1", True),
    "choice as fraction": ("q1", 2.0),
    "choice as list": ("q1", [2]),
    "choice that is not there": ("q1", 4),
    "choices as one": ("q7", 1),
    "no choice among several": ("q7", []),
    "one of several that is not there": ("q7", [1, 3]),
    "one of several twice": ("q7", [1, 1]),
    "one of several as truth": ("q7", [True]),
    "one of several as text": ("q7", ["1"]),
    "several as text": ("q7", "1"),
    "whole number as fraction": ("q5", 2.0),
    "whole number as truth": ("q5", True),
    "whole number as text": ("q5", "2"),
    "whole number below": ("q5", -1),
    "whole number above": ("q5", 11),
    "decimal as truth": ("q6", True),
    "decimal as text": ("q6", "1"),
    "decimal below": ("q6", -0.01),
    "decimal above": ("q6", 1.51),
    "no number": ("q6", math.nan),
    "day that is not": ("q8", "2023-02-29"),
    "day of a week": ("q8", "2024-W01-1"),
    "day without hyphens": ("q8", "20240229"),
    "instant": ("q8", "2024-02-29T10:00"),
    "day as number": ("q8", 20240229),
    "text of blanks": ("q10", "  "),
    "text that is too long": ("q10", "x" * (LONGEST_TEXT + 1)),
    "number as text": ("q10", 5),
}
ALLOWED = {
    "choice": ("q1", 0),
    "several choices": ("q7", [4, 1]),
    "several choices, fixed": ("q7", (1, 2, 4)),
    "one of several": ("q7", [2]),
    "lowest whole number": ("q5", 0),
    "highest whole number": ("q5", 10),
    "lowest decimal": ("q6", 0),
    "highest decimal": ("q6", 1.5),
    "leap day": ("q8", "2024-02-29"),
    "text": ("q10", "Tea <b>spills</b>"),
    "longest text": ("q10", "x" * LONGEST_TEXT),
    "shortest text": ("q10", "x"),
    "nothing": ("q8", None),
}
WANTED = {
    "q1": ((0, 1, 2, 3), "one of the choices 0, 1, 2, 3"),
    "q5": ((0, 10), "a whole number from 0 to 10"),
    "q6": ((0, 1.5), "a number from 0 to 1.5"),
    "q7": ((1, 2, 4), "a list of different choices out of 1, 2, 4"),
    "q8": ((), "a date such as 2026-03-14"),
    "q10": ((), "a text of at most 2000 characters"),
}


@pytest.mark.parametrize(("item", "value"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_is_refused(item: str, value: Answer) -> None:
    """The error says what would be one."""
    allowed, wanted = WANTED[item]
    with pytest.raises(AnswerError) as refused:
        check_answer(FORM, item, value)
    assert str(refused.value) == f"wide {item}: {value!r} is not {wanted}."
    assert (refused.value.item, refused.value.allowed, refused.value.row) == (item, allowed, None)


@pytest.mark.parametrize(("item", "value"), ALLOWED.values(), ids=ALLOWED)
def test_answer_is_taken(item: str, value: Answer) -> None:
    """Both ends of a range are within it."""
    check_answer(FORM, item, value)


@pytest.mark.parametrize(
    ("item", "texts", "value"),
    [
        ("q1", ["2"], 2),
        ("q1", [" 2 "], 2),
        ("q1", [], None),
        ("q1", [""], None),
        ("q7", ["1", "4"], [1, 4]),
        ("q7", ["2"], [2]),
        ("q5", ["10"], 10),
        ("q6", ["1.25"], 1.25),
        ("q6", ["1,25"], 1.25),
        ("q6", ["1"], 1.0),
        ("q8", ["2024-02-29"], "2024-02-29"),
        ("q10", [" Tea\nspills "], "Tea\nspills"),
    ],
)
def test_texts_are_read_as_an_answer(item: str, texts: list[str], value: Answer) -> None:
    """What a form posts or a file holds becomes JSON."""
    assert read_answer(FORM, item, texts) == value


@pytest.mark.parametrize(
    ("item", "texts"),
    [
        ("q1", ["4"]),
        ("q1", ["1_0"]),
        ("q1", ["٣"]),
        ("q1", ["1", "2"]),
        ("q1", ["1.0"]),
        ("q7", ["1", "1"]),
        ("q7", ["1", "red"]),
        ("q5", ["2.5"]),
        ("q5", ["ten"]),
        ("q6", ["1e0"]),
        ("q6", ["1.5.0"]),
        ("q6", ["nan"]),
        ("q6", ["9"]),
        ("q8", ["29.02.2024"]),
        ("q8", ["2023-02-29"]),
        ("q8", ["9999-01-01"]),
        ("q10", ["x" * (LONGEST_TEXT + 1)]),
    ],
)
def test_texts_that_spell_no_answer_are_refused(item: str, texts: list[str]) -> None:
    """Only plain digits count, and one text where one answer is asked."""
    with pytest.raises(AnswerError, match=f"wide {item}: .* is not {WANTED[item][1]}"):
        read_answer(FORM, item, texts)


def test_refused_text_is_quoted() -> None:
    """Whoever filled in the file or form finds it again."""
    with pytest.raises(AnswerError, match=r"wide q1: '1, 2' is not one of the choices 0, 1, 2, 3\."):
        read_answer(FORM, "q1", ["1", "2"])


def test_unknown_item_is_refused() -> None:
    """Whether it comes as a value or as text."""
    with pytest.raises(AnswerError, match="wide has no item 'q99'"):
        check_answer(FORM, "q99", None)
    with pytest.raises(AnswerError, match="wide has no item 'q99'"):
        read_answer(FORM, "q99", [])


@given(text=st.text(max_size=12), item=st.sampled_from([item.key for item in FORM.items]))
def test_any_text_is_an_answer_or_refused(text: str, item: str) -> None:
    """Nothing that can be posted breaks the reading, and what is read is allowed."""
    try:
        value = read_answer(FORM, item, [text])
    except AnswerError:
        return
    check_answer(FORM, item, value)


def test_extent_belongs_to_numbers(wide: Instrument) -> None:
    """A date has no lowest number."""
    assert wide.extent("q1") == (0, 3)
    assert wide.extent("q6") == (0, 1.5)
    assert wide.values("q5") == wide.choices("q8") == ()
    with pytest.raises(ValueError, match="wide q8 is answered by a date, not by one number"):
        wide.extent("q8")
    with pytest.raises(ValueError, match="wide q7 is answered by a choices"):
        wide.extent("q7")
