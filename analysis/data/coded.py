"""Text of few words as numbers: a column of categories."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def coded(place: NDArray[Any], words: Sequence[str]) -> "pd.Categorical[str]":
    """The word at each place, missing at -1. Categories are sorted: groups come as those of text do."""
    order = sorted(range(len(words)), key=lambda number: words[number])
    code = np.full(len(words) + 1, -1, np.int32)  # the last is that of -1
    code[order] = range(len(words))
    categories = pd.Index([words[number] for number in order], dtype="str")
    made = pd.Categorical.from_codes(cast("Any", code[place]), categories=categories)
    return cast("pd.Categorical[str]", made)
