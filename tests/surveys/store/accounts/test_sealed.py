"""Words that the database holds and only the server reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.store.accounts import sealed

KEY = "secret " * 8


@given(st.text(max_size=8), st.integers(1, 10**6))
def test_what_is_sealed_opens_again(words: str, owner: int) -> None:
    """For its owner, with its key."""
    stored = sealed.seal(words, owner, KEY)
    assert sealed.is_sealed(stored)
    assert len(stored) <= 128
    assert sealed.opened(stored, owner, KEY) == words
    assert sealed.opened(stored, owner + 1, KEY) is None
    assert sealed.opened(stored, owner, KEY + "x") is None


def test_no_two_are_alike_and_no_changed_one_opens() -> None:
    """Nobody learns that two accounts share a secret, or changes a sign of one."""
    first, second = (sealed.seal("JBSWY3DPEHPK3PXP" * 2, 1, KEY) for _ in range(2))
    assert first != second
    for place in range(len(sealed.MARK), len(first) - 3):  # the last sign holds bits that count for nothing
        changed = first[:place] + ("A" if first[place] != "A" else "B") + first[place + 1 :]
        assert sealed.opened(changed, 1, KEY) is None
    for odd in ("", "v1.", "v1.x", "JBSWY3DPEHPK3PXP"):
        assert sealed.opened(odd, 1, KEY) is None


def test_more_than_one_digest_hides_is_refused() -> None:
    """It would be only half hidden."""
    with pytest.raises(ValueError, match="32 bytes"):
        sealed.seal("x" * 33, 1, KEY)
