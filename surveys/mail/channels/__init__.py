"""The ways to reach a patient: a folder each, found by being there.

A folder's `CHANNEL` says whether a person is reachable, writes the message and hands it over. No other list
names the channels, so that a further one is one more folder.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from surveys.mail.channels.channel import Channel

USUAL = "email"  # where nothing else was chosen, and there is an address
NOT_AT_ALL = "visits"  # a person who is asked at visits only


@cache
def channels() -> Mapping[str, Channel]:
    """All channels, by key, in order of their keys."""
    found = (one.name for one in pkgutil.iter_modules(__path__) if one.ispkg)
    made = (import_module(f"{__name__}.{name}").CHANNEL for name in sorted(found))
    return {one.key: one for one in made}


def by_hand() -> tuple[str, ...]:
    """The channels that wait for a person."""
    return tuple(key for key, one in channels().items() if one.by_hand)


def by_machine() -> tuple[str, ...]:
    """The channels that go by themselves."""
    return tuple(key for key, one in channels().items() if not one.by_hand)


def templates() -> dict[str, str]:
    """What a study may write in its own words, by kind: what staff call it."""
    return {kind: name for one in channels().values() for kind, name in one.templates.items()}
