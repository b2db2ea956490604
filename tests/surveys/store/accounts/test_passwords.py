"""Passwords that others would guess."""

from __future__ import annotations

import secrets
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.store.accounts import passwords
from surveys.store.errors import Refused

KNOWN = ("ann.abel@palsy-clinic.example", "Ann Abel", "BELL1", "Recovery after Bell's palsy")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("x1" * 150, "at most 200"),
        ("aaaaaaaaaaaa", "repeats or counts"),
        ("            ", "repeats or counts"),
        ("123456789012", "repeats or counts"),
        ("abcdefghijklmnop", "repeats or counts"),
        ("fedcba987654", "repeats or counts"),
        ("xyzaxyzaxyzaxyza", "repeats or counts"),
        ("qwertzuiopasdfgh", "repeats or counts"),
        ("QWERTY123456", "commonest"),
        ("1q2w3e4r5t6y", "commonest"),
        ("administrator", "commonest"),
        ("ann.abel@palsy-clinic.example", "your address"),
        ("Palsy-Clinic-1", "your address"),
        ("AnnAbel123456", "your address"),
        ("seventh-seventh-1", "your address"),
        ("Recovery2026!", "your address"),
    ],
)
def test_what_others_would_guess_is_refused(password: str, why: str) -> None:
    """With what to do instead, at the box of the password."""
    with pytest.raises(Refused, match=why) as refused:
        passwords.check(password, KNOWN)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "another long password",
        "Abel likes tea at five",
        "kaffee am abend 1999",
        "日本語のパスワードを選ぶ",
        "7up+4you=11things",
    ],
)
def test_other_passwords_pass(password: str) -> None:
    """Without a capital, digit or sign, in any script, also with a known word in it."""
    passwords.check(password, KNOWN)


@given(st.text(min_size=0, max_size=300))
def test_whatever_is_typed_is_taken_or_refused_in_words(password: str) -> None:
    """Never an error."""
    with suppress(Refused):
        passwords.check(password, KNOWN)


def test_made_passwords_pass() -> None:
    """Those that `seventh staff add` prints."""
    for _ in range(50):
        passwords.check(secrets.token_urlsafe(12), KNOWN)


def test_the_list_is_what_it_says() -> None:
    """Of twelve signs and more, sorted, small letters, each once."""
    listed = sorted(passwords._commonest())
    assert len(listed) > 150
    assert all(len(one) >= passwords.SHORTEST and set(one) <= set(string.printable) for one in listed)
    lines = passwords._COMMON.read_text(encoding="utf-8").splitlines()
    assert [one for one in lines if not one.startswith("# ")] == listed
