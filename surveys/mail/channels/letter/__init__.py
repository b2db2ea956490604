"""Letters: written here, printed and posted by a person."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.words import words as _
from surveys.mail.channels.channel import Channel, Draft
from surveys.mail.words import Words


@dataclass(frozen=True)
class Letter(Channel):
    """The way by post."""

    def template(self, wording: str) -> str:
        """One text for every kind of message."""
        return "letter"

    def write(self, draft: Draft) -> Words:
        """What is printed."""
        return draft.filled()


CHANNEL = Letter(
    "letter", _("By letter"), "letter", column="address", by_hand=True, templates={"letter": _("Letter")}
)
