"""Words that the database holds and only the server reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from surveys.store.accounts import sealed

KEY = "secret " * 8
# Sealed for account 7 with KEY by the version before.
BEFORE = "v1.hQNvDLje9GVECkpnqFL47VrU5QbNv9lboR2sRJdOEc9j86TooLqMNG90tUKIyzRIZxE78bCgu4jQMSK1brTpQA=="


@given(st.text(max_size=8), st.integers(1, 10**6))
def test_what_is_sealed_opens_again(words: str, owner: int) -> None:
    """For its owner, with its key."""
    stored = sealed.seal(words, owner, KEY)
    assert len(stored) <= 128
    assert sealed.opened(stored, owner, KEY) == words
    assert sealed.opened(stored, owner + 1, KEY) is None
    assert sealed.opened(stored, owner, KEY + "x") is None


def test_what_is_sealed_for_one_purpose_opens_for_no_other() -> None:
    """A browser's cookie is never taken for a secret of an account."""
    stored = sealed.seal_bytes(b"typed", 1, KEY, "one")
    assert sealed.opened_bytes(stored, 1, KEY, "one") == b"typed"
    assert sealed.opened_bytes(stored, 1, KEY, "another") is None
    assert sealed.opened(sealed.MARK + stored, 1, KEY) is None


def test_no_two_are_alike_and_no_changed_one_opens() -> None:
    """Nobody learns that two accounts share a secret, or changes a sign of one."""
    first, second = (sealed.seal("JBSWY3DPEHPK3PXP" * 2, 1, KEY) for _ in range(2))
    assert first != second
    for place in range(len(sealed.MARK), len(first) - 3):  # the last sign holds bits that count for nothing
        changed = first[:place] + ("A" if first[place] != "A" else "B") + first[place + 1 :]
        assert sealed.opened(changed, 1, KEY) is None
    for odd in ("", "v2.", "v2.x", "v2.AAAA", BEFORE, "JBSWY3DPEHPK3PXP"):
        assert sealed.opened(odd, 1, KEY) is None


def test_what_earlier_versions_stored_is_read() -> None:
    """As it is, or hidden by their own means, for its owner alone; a changed one is not."""
    assert sealed.opened_before("JBSWY3DPEHPK3PXP", 7, KEY) == "JBSWY3DPEHPK3PXP"
    assert sealed.opened_before(BEFORE, 7, KEY) == "JBSWY3DPEHPK3PXP" * 2
    for stored, owner, key in (
        (BEFORE, 8, KEY),
        (BEFORE, 7, KEY + "x"),
        (BEFORE.replace(BEFORE[10], "_"), 7, KEY),
        ("v1.", 7, KEY),
        ("v1.x", 7, KEY),
    ):
        assert sealed.opened_before(stored, owner, key) is None
