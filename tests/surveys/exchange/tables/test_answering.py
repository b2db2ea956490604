"""The doubts of a mapping, answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.tables.answering import Answers, answered, lines, reused
from tests.support import tables

FOUND = tables.proposal(tables.plain()).mapping
SAID = Answers(patient="Patient_ID", completed_on="Date", order="dmy")


def test_what_was_said_stands_in_the_mapping() -> None:
    """Facts that nobody took are left out, and stay known."""
    values = {"phq9": "0 = 3\n1 = 2\n Not at all  = 0\n"}
    found = answered(
        FOUND,
        replace(
            SAID, values=values, confirmed=frozenset({"phq9"}), taken=frozenset({"sex"}), missing=("-9",)
        ),
    )
    assert found.instruments["phq9"].values == {"0": 3, "1": 2, "Not at all": 0}
    assert found.unconfirmed == ()
    assert set(found.facts) == {"sex"}
    assert "DOB" in found.left_out
    assert found.missing == ("-9",)
    assert answered(FOUND, SAID).unconfirmed == ("instruments.phq9",)
    assert lines({"1": 0, "a b": 2}) == "1 = 0\na b = 2"


def test_tables_of_single_items_stay() -> None:
    """No box holds them, so none empties them."""
    apart = {"q1": {"1": 3}, "q2": {"1": 0}}
    one = replace(FOUND.instruments["phq9"], values_of=apart)
    found = answered(replace(FOUND, instruments={"phq9": one}), SAID)
    assert found.instruments["phq9"].values_of == apart


def test_another_column_lets_the_first_one_go() -> None:
    """It is left out, so that the mapping still names every column."""
    assert "Patient_ID" in answered(FOUND, replace(SAID, patient="Surname")).left_out


def test_what_cannot_be_read_is_said() -> None:
    """Line by line."""
    with pytest.raises(FileRefused) as refused:
        answered(FOUND, replace(SAID, values={"phq9": "1 to 0\n2 = x"}, timezone="Mars"))
    said = str(refused.value)
    assert "'1 to 0' is not a cell" in said
    assert "'2 = x' is not a cell" in said
    assert "'Mars' is no time zone" in said
    with pytest.raises(FileRefused, match="phq9: 1 stands twice, as 0 and as 2"):
        answered(FOUND, replace(SAID, values={"phq9": "1 = 0\n1 = 0\n1 = 2"}))


def test_a_mapping_that_is_used_again_is_looked_at_again() -> None:
    """Unless texts prove it: the next file may count from another number."""
    before = answered(FOUND, replace(SAID, confirmed=frozenset({"phq9"})))
    assert reused(before, FOUND).unconfirmed == ("instruments.phq9",)
    texts = tables.proposal(tables.qualtrics(tables.OPTIONS)).mapping
    assert reused(texts, texts).unconfirmed == ()
