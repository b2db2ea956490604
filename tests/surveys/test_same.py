"""When two are the same: what is folded, what is not, and that folding twice changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surveys import same
from surveys.same import NoAddressError


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("P-1", "p-1"),
        ("P-1", "P–1"),
        ("P-1", "P\u22121"),
        ("P-1", "P\u20111"),
        ("Hn-9b", "hN-9B"),
        ("First visit", "FIRST  VISIT"),
        ("Visit 1", " Visit\u00a01\t"),
        ("Kontrolle Müller", unicodedata.normalize("NFD", "Kontrolle Müller")),
        ("ÖZDEMIR", "özdemir"),
        ("Weiß", "WEISS"),
        ("O'Neil", "O\u2019Neil"),
        ("O'NEIL-1", "o\u02bcneil\u20131"),
        ("D`Or", "d\u00b4or"),
        ("Berlin", "Ber\u00adlin\u200b"),
        (None, ""),
    ],
)
def test_what_reads_the_same_is_the_same(one: str | None, other: str | None) -> None:
    """Capitals, dashes, spaces, encoded accents and signs without width do not matter."""
    assert same.alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("P-1", "P1"), ("José", "Jose"), ("1", "01"), ("A B", "AB")])
def test_what_reads_otherwise_is_not(one: str, other: str) -> None:
    """Accents, leading zeros, and whether there is a dash or a space at all, do."""
    assert not same.alike(one, other)


@given(st.text())
@example("O\u1ffdNeil")
@example("O\u1fefNeil")
def test_folding_twice_changes_nothing(text: str) -> None:
    """So that what is stored folded and what is folded to compare can meet, in either Unicode form."""
    folded = same.folded(text)
    assert same.folded(folded) == folded
    assert same.folded(unicodedata.normalize("NFD", text)) == folded
    searched = same.searched(text)
    assert same.searched(searched) == searched == same.searched(folded)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("jose", "José"),
        ("ozdemir", "ÖZDEMİR"),
        ("lukasz", "Łukasz"),
        ("weiss", "Weiß"),
        ("obrien", "O’Brien"),
        ("Änne Jäger", "Jäger, Änne"),
        ("Jäger Änne", "Änne Jäger"),
        ("Jäger; Änne", "Jäger, Änne"),
        ("Jäger,Änne", "Änne Jäger"),
    ],
)
def test_a_search_finds_without_accents_and_in_any_order(typed: str, stored: str) -> None:
    """Each word stands somewhere in what is stored."""
    assert all(word in same.searched(stored) for word in same.words(typed))


@pytest.mark.parametrize(
    "typed",
    ["a@xn--mller-kva.de", "<A@M\u00dcLLER.de>", "mailto:a@mu\u0308ller.de", "Anna <a@m\u00fcller.de>;"],
)
def test_a_search_finds_an_address_as_it_is_kept(typed: str) -> None:
    """However a mail program spells it."""
    stored = same.searched(f"Anna\n{same.email_address('a@müller.de')}")
    assert all(word in stored for word in same.words(typed))


@pytest.mark.parametrize("stored", ["+49 176 1234567", "0176/1234567", "0049 (0) 176-123 45 67"])
@pytest.mark.parametrize("typed", ["+49 176 1234567", "00491761234567", "0176 1234567", "176 123", "1234567"])
def test_a_telephone_number_is_found_with_its_country_or_without(typed: str, stored: str) -> None:
    """Digits are compared, without the zero in front."""
    digits = same.telephone_searched(typed)
    assert digits is not None
    assert digits in same.telephone(stored)


@pytest.mark.parametrize("text", ["", "7302", "Jäger", "FP-12345"])
def test_few_digits_and_words_are_no_telephone_number(text: str) -> None:
    """They are part of too many."""
    assert same.telephone_searched(text) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna@example.org\u200b", "anna@example.org"),
        ("anna@example.org;", "anna@example.org"),
        ("<anna@example.org>", "anna@example.org"),
        ("<mailto:anna@example.org>, ", "anna@example.org"),
        ("MAILTO:anna@example.org", "anna@example.org"),
        ("anna@example.org.", "anna@example.org"),
        ("Anna@EXAMPLE.org", "Anna@example.org"),
        ("dora@bücher.example", "dora@bücher.example"),
        ("dora@xn--bcher-kva.example", "dora@bücher.example"),
    ],
)
def test_an_address_is_kept_without_what_programs_put_around_it(typed: str, kept: str) -> None:
    """Its domain is spelt one way, what stands before the @ as typed."""
    assert same.email_address(typed) == kept
    assert same.email(typed) == same.email(kept) == kept.lower()


@pytest.mark.parametrize(
    "typed",
    ["", "anna", "anna@example,org", "a..b@example.org", "an\nna@example.org", "Anna <a@example.org>"],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    """In words that say what one looks like."""
    with pytest.raises(NoAddressError, match=r"is not an e-mail address such as name@example\.org"):
        same.email_address(typed)


def test_letters_before_the_at_that_servers_do_not_take_are_refused() -> None:
    """When it is typed, not when the invitation fails."""
    with pytest.raises(NoAddressError, match="before the @ that many mail servers do not take"):
        same.email_address("jörg@example.org")


def test_on_the_wire_an_address_is_ascii() -> None:
    """A domain with umlauts has a form for that; what stands before the @ has none."""
    assert same.email_on_the_wire("dora@bücher.example") == "dora@xn--bcher-kva.example"
    assert same.email_on_the_wire("anna@localhost") == "anna@localhost"
    with pytest.raises(NoAddressError):
        same.email_on_the_wire("jörg@example.org")


@given(st.text())
def test_any_text_has_a_form_to_be_compared_by(text: str) -> None:
    """A sign-in form takes any text for an address."""
    assert same.email(same.email(text)) == same.email(text)
