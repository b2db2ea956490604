"""Answers drawn at random, for every instrument that is scored."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from surveys.instruments.definition import Answer, Instrument, Item, parse
from surveys.instruments.library import Library

from .conftest import SMALL, WIDE

Answers = dict[str, Answer]
BUILT_IN = Library.load()
SMALL_ONE, WIDE_ONE = parse(SMALL, "small.toml"), parse(WIDE, "wide.toml")
FACE, SAQ, PHQ9 = BUILT_IN.get("face"), BUILT_IN.get("saq"), BUILT_IN.get("phq9")
ALL = [*(instrument for instrument in BUILT_IN if instrument.scales), SMALL_ONE, WIDE_ONE]
every_instrument = pytest.mark.parametrize("instrument", ALL, ids=lambda instrument: instrument.key)


def answers_to(instrument: Instrument, gaps: bool = True) -> st.SearchStrategy[Answers]:
    """Answers to all items; with gaps, about one in ten is missing, so that all rules are met."""

    def answer(item: Item) -> st.SearchStrategy[Answer]:
        given = possible(instrument, item)
        return st.integers(0, 9).flatmap(lambda n: st.none() if gaps and n == 9 else given)

    return st.fixed_dictionaries({item.key: answer(item) for item in instrument.items})


def possible(instrument: Instrument, item: Item) -> st.SearchStrategy[Answer]:
    """All answers to an item; decimals in eighths, which sums keep exactly."""
    match item.kind:
        case "choice":
            return st.sampled_from(instrument.values(item.key))
        case "choices":
            return st.lists(st.sampled_from(instrument.values(item.key)), min_size=1, unique=True)
        case "date":
            return st.dates().map(date.isoformat)
    low, high = instrument.extent(item.key)
    if item.kind == "whole":
        return st.integers(int(low), int(high))
    return st.integers(int(low * 8), int(high * 8)).map(lambda eighths: eighths / 8)


def columns_of(instrument: Instrument, responses: list[Answers]) -> dict[str, NDArray[np.float64]]:
    return {
        item.key: np.array([math.nan if (v := r[item.key]) is None else v for r in responses])
        for item in instrument.items
        if item.numeric
    }
