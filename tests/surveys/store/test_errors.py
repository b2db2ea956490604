"""A refusal says what happened, and where it can be mended."""

from __future__ import annotations

from surveys.store.errors import Refused


def test_a_refusal_is_its_sentence() -> None:
    """The field is for forms; a command shows the sentence alone."""
    assert (str(Refused("Say why.", "reason")), Refused("Say why.", "reason").field) == ("Say why.", "reason")
    assert Refused("The study is closed.").field is None
