"""Every action of the audit trail has a sentence."""

from __future__ import annotations

from surveys.forms.event_words import ACTIONS
from surveys.lists import figures


def test_every_action_is_told_in_a_sentence() -> None:
    """Each in words of its own, so that two kinds are never taken for one."""
    known = figures.WITHOUT_EFFECT | figures.ADDING | figures.TAKING
    assert known - ACTIONS.keys() == set()
    assert ACTIONS.keys() - known <= {"facts.adopted"}, "of a migration"
    assert len(set(ACTIONS.values())) == len(ACTIONS)
    assert not any("." in words or "_" in words for words in ACTIONS.values())
