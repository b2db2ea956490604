"""The part of what multiplies that the suite takes; the proofs take the rest.

A digest of the names chooses: spread over all, the same each time, and nobody's favourites.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeVar

import pytest

T = TypeVar("T")


def sample(number: int, things: Sequence[T], *, name: Callable[[T], str] = str) -> list[T]:
    """`number` of the things, in their order."""
    chosen = sorted(things, key=lambda one: sha256(name(one).encode()).hexdigest())[:number]
    return [one for one in things if one in chosen]


def sampled(number: int, values: Sequence[T], *, name: Callable[[T], str] = str) -> list[pytest.ParameterSet]:
    """The values of a parametrized test, all but `number` of them marked `long`; their ids stay."""
    chosen = sample(number, values, name=name)
    return [
        pytest.param(
            *(one if isinstance(one, tuple) else (one,)),
            marks=() if one in chosen else pytest.mark.long,
        )
        for one in values
    ]
