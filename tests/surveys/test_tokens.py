"""Secret parts of links: no sign in them that mail programs cut off, and read as people copy them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from surveys import tokens


def test_new_ones_are_letters_and_digits() -> None:
    """And never the same twice."""
    made = {tokens.new() for _ in range(500)}
    assert len(made) == 500
    assert all(len(one) == tokens.LENGTH and one.isascii() and one.isalnum() for one in made)


@pytest.mark.parametrize(
    "behind",
    [
        *".,;:!?)>]}'\"=-_/|*",
        *"–—‐‑−…”“’‘»«›。",
        *" \t\n\u00a0\u200b\u200d\u2060\ufeff\u00ad",
        ").",
        '">',
        " .",
        "=\n",
        "/>",
    ],
)
def test_what_copying_adds_is_left_out(behind: str) -> None:
    """Punctuation, dashes, quotes and blanks of any script; also escaped once more on the way."""
    assert tokens.cleaned("aB3" + behind) == "aB3"
    assert tokens.cleaned("aB3" + quote(behind)) == "aB3"
    assert "aB3" in tokens.readings("aB3" + behind)


def test_unseen_signs_within_are_left_out_too() -> None:
    """A word processor breaks long words with them; the dashes of earlier tokens stay."""
    assert tokens.cleaned("\u200ba-B\u00ad_\u200b3\n d") == "a-B_3d"


@pytest.mark.parametrize(
    "copied",
    [
        *("<{}>", "*{}*", "_{}_", "{}](http", "{}&amp;x=1", "{}%3Fopened%3D1", "{};jsessionid=1", "{}'s"),
        *("{}https://example.org/s/{}", "Your link: {} Thank you"),
    ],
)
def test_a_token_is_found_in_what_was_copied_with_it(copied: str) -> None:
    """Signs before it, words behind it, the address twice; and a line that mail broke in two."""
    token = tokens.new()
    assert token in tokens.readings(copied.format(token, token))
    assert token in tokens.readings(f"{token[:9]}=\n{token[9:]}")


@given(st.text())
def test_anything_can_be_read(text: str) -> None:
    """Cleaned once is cleaned; only what looks like a token cut short has its end put back."""
    found = list(tokens.readings(text))
    assert found[:2] == [text, tokens.cleaned(text)]
    assert len(found) in {2, 3, 4, 6}
    assert tokens.cleaned(found[1]) == found[1] or "%" in found[1]


def test_a_signed_text_is_spelled_in_letters_and_digits() -> None:
    """Whatever its length; it is read in capitals and as copied too."""
    signer = URLSafeTimedSerializer("secret " * 6)
    for number in range(12):
        signed = str(signer.dumps([10**number, "stamp"]))
        spelled = tokens.spelled(signed)
        assert spelled.isascii()
        assert spelled.isalnum()
        for given_back in (spelled, spelled.upper(), spelled + ".", f" {spelled}%20", signed, signed + ")."):
            assert tokens.signed(given_back) == signed
