"""The part of what multiplies that the suite takes; the proofs take the rest.

A digest of the names chooses: spread over all, the same each time, and nobody's favourites.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TypeVar

import pytest

from tests.support.examples import proving

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


def taken(case: str, one_in: int) -> bool:
    """Whether a case of this name is looked at: in the suite about one in so many, in the proofs each.

    For a walk in one test: mark it `sampled`, so that the proofs run it too.
    """
    return proving() or int(sha256(case.encode()).hexdigest(), 16) % one_in == 0
