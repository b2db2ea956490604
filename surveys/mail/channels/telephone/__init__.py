"""Telephone: a person calls, in words of their own."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.words import words as _
from surveys.mail.channels.channel import Channel, Draft


@dataclass(frozen=True)
class Telephone(Channel):
    """The way by a call."""

    def write(self, draft: Draft) -> None:
        """Nothing: whoever calls finds the words."""


CHANNEL = Telephone("telephone", _("By telephone"), "telephone", column="telephone", by_hand=True)
