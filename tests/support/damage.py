"""Damage by chance to files, and what must come of it."""

from __future__ import annotations

import random
from collections.abc import Callable

from surveys.store.errors import Refused

SEED = 17
SHORT, LONG = 40, 20_000
STRANGE = (
    *("", "0", "-1", "1e999", "NaN", "null", "[]", "{}", '"', "\x00", "é\udcff", "=1+1"),
    *("9" * 40, "a" * 3000),
)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The file with some bytes cut, doubled, moved or written over."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) or 1)
        length = chance.choice((1, 2, 8, 60, 400))
        match chance.randrange(5):
            case 0:
                del found[at : at + length]
            case 1:
                found[at:at] = found[at : at + length]
            case 2:
                found[at : at + length] = chance.choice(STRANGE).encode("utf-8", "surrogateescape")
            case 3:
                found[at:at] = bytes(chance.randrange(256) for _ in range(min(length, 8)))
            case _:
                found = found[: chance.randrange(len(found) or 1)] if chance.random() < 0.2 else found
    return bytes(found)


def tried(what: Callable[[], object]) -> None:
    """Done, or refused in words."""
    try:
        what()
    except Refused as refused:
        said = str(refused).strip()
    else:
        return
    assert said
