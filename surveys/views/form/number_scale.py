"""A scale of numbers: answers that are bare numbers but for a few that say what theirs means.

Eleven rows of one sign each are taller than a telephone. Numbers stand in cells of one size instead, below
the words that explain some of them; each cell keeps its whole label for who hears the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FEWEST = 8  # fewer fit one below the other
LONGEST = 3  # signs of a number
MOST_EXPLAINED = 3  # both ends and one between

_NUMBER = re.compile(r"\s*([+\-−]?\d+)(?!\w)(.*)", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A choice: its number, and what else its label says; together they are the label."""

    number: str
    words: str


@dataclass(frozen=True)
class NumberScale:
    """The cells by the choices' values, and the labels that explain a number, in their order."""

    cells: Mapping[int, Cell]
    explained: tuple[str, ...]


def number_scale(labels: Mapping[int, str]) -> NumberScale | None:
    """The choices as a scale of numbers; None where they are words, or few."""
    cells = {value: _cell(label) for value, label in labels.items()}
    known = {value: cell for value, cell in cells.items() if cell is not None}
    explained = tuple(labels[value].strip() for value, cell in known.items() if cell.words)
    if len(labels) < FEWEST or len(known) < len(labels) or len(explained) > MOST_EXPLAINED:
        return None
    return (
        NumberScale(known, explained) if len({cell.number for cell in known.values()}) == len(known) else None
    )


def _cell(label: str) -> Cell | None:
    found = _NUMBER.fullmatch(label)
    if found is None:
        return None
    number, words = found[1], found[2].rstrip()
    # "3.5" and "10 %" are no number with words after it.
    explains = any(letter.isalpha() for letter in words) and not re.match(r"[.,]\d", words)
    return Cell(number, words) if len(number) <= LONGEST and (not words or explains) else None
