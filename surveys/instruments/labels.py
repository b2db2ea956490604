"""The texts of definitions that staff read in their own language: names of scales, bands and items."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import IO, Any

from analysis.words import words
from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import Scale

LABELLED = ("bands", "cutoffs", "items")


def scale_title(instrument: Instrument, scale: Scale) -> str:
    """A scale's title after its instrument's short one, each once: FaCE total."""
    if scale.title.startswith(instrument.short_title):
        return scale.title
    inner = words(_inside(scale.title))
    return words("%(instrument)s %(scale)s", instrument=instrument.short_title, scale=inner)


def _inside(title: str) -> str:
    return f"{title[:1].lower()}{title[1:]}"


def extract(
    file: IO[bytes], keywords: object, comments: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """The texts of a definition, as Babel takes them from a file."""
    definition = tomllib.load(file)
    for text in dict.fromkeys(_texts(definition, definition["short_title"])):
        yield 1, "_", text, []


def _texts(part: Mapping[str, Any], short_title: str, within: str = "") -> Iterator[str]:
    if within in LABELLED and "label" in part:
        yield part["label"]
    if within == "scales" and "title" in part:
        yield part["title"]
        if not part["title"].startswith(short_title):
            yield _inside(part["title"])
    if "because" in part:
        yield part["because"]
    for name, value in part.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield from _texts(one, short_title, name)
