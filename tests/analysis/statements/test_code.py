"""Codes of sentences: one each, and read as people type them."""

from __future__ import annotations

import dataclasses

import pytest

from analysis.statements import Statement
from analysis.statements.code import Code, CodeError

ONE = Statement("time", "In 40 patients it rains.", "course", scale="face.total", direction="higher")


def test_a_code_tells_data_question_and_words_apart() -> None:
    code = Code.of(ONE, "abc", {})
    assert Code.of(ONE, "abd", {}).data != code.data
    assert Code.of(ONE, "abc", {"sex": "female"}).data != code.data
    other = Code.of(dataclasses.replace(ONE, scale="saq.total"), "abc", {})
    assert (other.data, other.says) == (code.data, code.says)
    assert other.about != code.about
    for changed in ({"text": "In 40 patients it snows."}, {"direction": "lower"}, {"why": "few"}):
        said = Code.of(dataclasses.replace(ONE, **changed), "abc", {})
        assert (said.data, said.about) == (code.data, code.about)
        assert said.says != code.says


@pytest.mark.parametrize("typed", ["7k2mq9d3faw8xc", " 7K2MQ9 – D3FA — W8XC ", "7K2MQ9-D3FA-W8XC."])
def test_a_code_is_read_as_it_is_typed(typed: str) -> None:
    assert str(Code.read(typed)) == "7K2MQ9-D3FA-W8XC"


def test_letters_that_no_code_has_are_read_as_those_they_look_like() -> None:
    assert Code.read("O1L2I3-UOOO-0000") == Code.read("011213-V000-0000")


@pytest.mark.parametrize("typed", ["", "7K2MQ9-D3FA-W8X", "7K2MQ9-D3FA-W8XCC", "7K2MQ9-D3FA-W8X!"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(CodeError, match="14 letters and digits"):
        Code.read(typed)
