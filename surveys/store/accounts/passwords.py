"""What makes a password too easy to guess: NIST SP 800-63B, 5.1.1.2. Pure, but for the list beside it.

No rule asks for capitals, digits or signs: those make passwords harder to remember, not to guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

from analysis.words import words as _
from surveys import same
from surveys.models.staff import LONGEST_PASSWORD
from surveys.store.errors import Refused

SHORTEST = 12
ENOUGH = 8  # signs that must be left once runs, repetitions and known words count as little as they are worth
PRODUCT = "seventh"
_COMMON = Path(__file__).with_name("common_passwords").with_suffix(".txt")
_ROWS = ("1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
_BESIDE = frozenset(pair for row in _ROWS for way in (row, row[::-1]) for pair in pairwise(way))
_SHORTEST_WORD = 4


def check(password: str, known: Iterable[str]) -> None:
    """Let a password pass that others would not guess; `known` is what they know of its owner.

    Raises:
        Refused: it is too short, too long, one of the commonest, or made of known words, repetitions or runs.
    """
    if len(password) < SHORTEST:
        raise Refused(
            _("Choose a password of at least %(shortest)s characters.", shortest=SHORTEST), "password"
        )
    if len(password) > LONGEST_PASSWORD:
        raise Refused(
            _(
                "Choose a password of at most %(longest_password)s characters.",
                longest_password=LONGEST_PASSWORD,
            ),
            "password",
        )
    folded = same.folded(password)
    if folded in _commonest():
        raise Refused(
            _("This is one of the commonest passwords. Choose several words that belong to nobody."),
            "password",
        )
    if _length(folded) < ENOUGH:
        raise Refused(_("This repeats or counts up. Choose several words that do not."), "password")
    if _length(_without(folded, known)) < ENOUGH:
        raise Refused(
            _("This is mostly your address, your name, or the name of a study. Choose other words."),
            "password",
        )


def _without(folded: str, known: Iterable[str]) -> str:
    """`folded` with each known word, whole or in parts, as one sign."""
    words = {PRODUCT}
    for text in known:
        whole = same.folded(text)
        words |= {whole, *re.split(r"[\W_]+", whole), *whole.split("@")}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _SHORTEST_WORD:
            folded = folded.replace(word, "\0")
    return folded


def _length(folded: str) -> int:
    """How many signs are to be guessed: of a run (`abcd`, `4321`, `qwert`, `aa`) two, of a repetition one."""
    size = len(folded)
    if not size:
        return 0
    period = next(step for step in range(1, size + 1) if folded.startswith(folded[step:]))
    if period * 2 <= size:
        folded = folded[:period] + "\0"
    return len(re.sub(r"r{2,}", "r", "".join(_steps(folded)))) + 1


def _steps(folded: str) -> Iterable[str]:
    """Of each sign after the first: `r` where it runs on from the one before, else another sign."""
    for before, after in pairwise(folded):
        runs_on = abs(ord(after) - ord(before)) <= 1 or (before, after) in _BESIDE
        yield "r" if runs_on else "."


@cache
def _commonest() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))
