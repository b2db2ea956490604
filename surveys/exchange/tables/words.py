"""When two texts of questionnaires are the same, as different programs write them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

from surveys import same

ALIKE = 0.80
"""On four dictionaries and three questionnaires of others every true pair lay at 0.84 or above, and the
highest false one at 0.67."""
LONGEST = 400  # letters: comparing takes the square of them
_TAG = re.compile(r"<[^<>]*>")
_NUMBER = re.compile(r"^\s*\d{1,3}\s*[.):]\s*")
_RECALL = re.compile(r"\b(?:over|in|during) the (?:last|past) (?:2|two) weeks\b,?")
_BRACKET = re.compile(r"\[([^\[\]]+)\]\s*$")
_DASH = re.compile(r"\s[-–—]\s")


@lru_cache(maxsize=20_000)
def bare(text: str) -> str:
    """Letters and digits alone, without markup, a leading number or the usual recall period."""
    plain = same.folded(_TAG.sub(" ", html.unescape(text)))
    plain = _RECALL.sub(" ", _NUMBER.sub("", plain))
    return "".join(sign for sign in plain if sign.isalnum())[:LONGEST]


def readings(text: str) -> tuple[str, ...]:
    """What a column's text may ask: all of it, what follows a dash, what stands in brackets at its end."""
    told = [text]
    if bracket := _BRACKET.search(text):
        told.append(bracket[1])
    dashes = list(_DASH.finditer(text))
    told += [text[dash.end() :] for dash in dashes]
    return tuple(dict.fromkeys(filter(None, map(bare, told))))


def likeness(one: str, other: str) -> float:
    """How alike two bare texts are, from 0 to 1; 0 for all that is not alike enough to count."""
    if one == other:
        return 1.0
    shorter, longer = sorted((len(one), len(other)))
    if 2 * shorter < ALIKE * (shorter + longer):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.quick_ratio() < ALIKE:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= ALIKE else 0.0


def nearest(texts: Iterable[str], wanted: str) -> float:
    """How alike the nearest of bare `texts` is to the bare text `wanted`."""
    return max((likeness(text, wanted) for text in texts), default=0.0)
