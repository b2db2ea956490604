"""What is signed is good for its purpose and its time, also where two servers' clocks differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from itsdangerous import BadSignature

from surveys import signing

KEY, WEEK = "secret " * 6, timedelta(days=7)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def signed_at(moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        return signing.signed([1, "a"], KEY, "purpose")


@pytest.mark.parametrize("ahead", [-WEEK, timedelta(0), signing.CLOCKS_APART])
def test_it_is_read(ahead: timedelta) -> None:
    """From now, a week old, and from a server whose clock is ahead."""
    assert signing.read(signed_at(NOW + ahead), KEY, "purpose", WEEK, at=NOW) == [1, "a"]


@pytest.mark.parametrize("ahead", [-WEEK - timedelta(seconds=1), signing.CLOCKS_APART + timedelta(seconds=1)])
def test_it_ends(ahead: timedelta) -> None:
    """After its time, and a clock may not be further ahead."""
    with pytest.raises(BadSignature):
        signing.read(signed_at(NOW + ahead), KEY, "purpose", WEEK, at=NOW)


def test_another_key_or_purpose_reads_nothing() -> None:
    """So that an invitation is no session."""
    text = signed_at(NOW)
    for key, salt in ((KEY, "another"), ("other " * 6, "purpose")):
        with pytest.raises(BadSignature):
            signing.read(text, key, salt, WEEK, at=NOW)
