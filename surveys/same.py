"""When two are the same: codes, names, hospital numbers, sites, visit names, e-mail addresses, telephones.

Every comparison of typed text uses this module, and it computes the columns that the database compares. Two
texts that read the same are one, in any spelling; stored and shown texts stay as they were typed.
"""

from __future__ import annotations

import re
import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email

SHORTEST_TELEPHONE = 5  # digits: fewer occur in too many numbers

_DASHES = re.compile("[\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")
# Copies from a page or a word processor keep these signs.
_WITHOUT_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Programs and countries type one and the same sign so; the word processor's is U+2019.
_APOSTROPHES = re.compile("[`\u00b4\u02b9\u02bc\u02c8\u2018\u2019\u201b\u2032\uff07]")
_QUOTES = re.compile("['\"`\u00b4\u02bc\u2018-\u201f]")
# Unicode treats these as letters of their own, not as letters with an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ŧ": "t"}
)
_TELEPHONE = re.compile(r"\+?[0-9 ()/.-]+")
_TRUNK = re.compile(r"\(0+\)")
# ITU-T E.164: the codes of one and of two digits; all others have three.
_COUNTRY = re.compile("1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}")
_BEFORE_ADDRESS = re.compile(r"(?:[\s<]|mailto:)+", re.IGNORECASE)
_AFTER_ADDRESS = " \t\r\n\v\f>;,."
_LONGEST_DOMAIN = 253


class NoAddressError(ValueError):
    """A text that is not a usable e-mail address; the message is a sentence that says why."""


def plain(text: str) -> str:
    """`text` as most keyboards make it: each accent joined to its letter, and one kind of space."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text))


def folded(text: str) -> str:
    """The form in which codes, names, hospital numbers, sites and visit names are compared.

    Capitals, kinds of dashes, of spaces and of apostrophes, the way accents are encoded, and signs without
    width do not matter. Accents do.
    """
    # Greek has signs of its own that are one and the same as ´ and `.
    joined = unicodedata.normalize("NFC", _WITHOUT_WIDTH.sub("", text))
    bare = _APOSTROPHES.sub("'", _DASHES.sub("-", joined))
    # Letters such as ΐ come apart when their case is folded.
    return " ".join(plain(unicodedata.normalize("NFD", bare).casefold()).split())


def alike(one: str | None, other: str | None) -> bool:
    """Whether two such texts read the same; an empty text equals None."""
    return folded(one or "") == folded(other or "")


def searched(text: str) -> str:
    """The form in which a search compares: folded, and without accents and quotes."""
    parts = unicodedata.normalize("NFKD", folded(text))
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return folded(_QUOTES.sub("", bare).translate(_LETTERS))


def words(text: str) -> list[str]:
    """The words of a search, each found anywhere and in any order. A comma separates words too."""
    parts = plain(text.replace(",", " ").replace(";", " ")).split()
    return searched(" ".join(email(part) if "@" in part else part for part in parts)).split()


def telephone(text: str) -> str:
    """The digits of a telephone number without leading zeros, with the country code."""
    return re.sub("[^0-9]", "", _TRUNK.sub("", searched(text))).lstrip("0")


def telephone_searched(text: str) -> str | None:
    """The digits that find that number, with or without a country code; None if it is not a number."""
    number = _TRUNK.sub("", searched(text))
    if not _TELEPHONE.fullmatch(number):
        return None
    digits = telephone(number)
    if number.startswith(("+", "00")) and (code := _COUNTRY.match(digits)):
        digits = digits[code.end() :]
    return digits if len(digits) >= SHORTEST_TELEPHONE else None


def email(text: str) -> str:
    """The form in which e-mail addresses are compared, also invalid ones. Capitals do not matter."""
    local, at, domain = _bare(text).rpartition("@")
    return plain(local).lower() + at + _spelt(domain)


def email_address(text: str) -> str:
    """The address as it is stored: without additions of mail programs, and with one spelling of the domain.

    Raises:
        NoAddressError: it is invalid, or mail servers may refuse it. Delivery is not tested.
    """
    bare = _bare(text)
    local, _, domain = bare.rpartition("@")
    if not local.isascii() and domain:
        raise NoAddressError(
            f"{bare!r} has a letter before the @ that many mail servers do not take. "
            "Ask for an address in plain letters."
        )
    try:
        checked = validate_email(
            bare, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise NoAddressError(f"{bare!r} is not an e-mail address such as name@example.org.") from None
    return checked.normalized


def email_on_the_wire(address: str) -> str:
    """The address as mail servers take it: in ASCII, a domain with umlauts as `xn--…`.

    Raises:
        NoAddressError: mail servers refuse it.
    """
    local, at, domain = address.rpartition("@")
    try:
        spelt = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        spelt = domain
    wire = local + at + spelt
    if not wire.isascii():
        raise NoAddressError(f"{address!r} cannot be written in ASCII.")
    return wire


def _bare(text: str) -> str:
    """`text` without the additions of mail programs and lists around an address."""
    bare = plain(_WITHOUT_WIDTH.sub("", text)).rstrip(_AFTER_ADDRESS)
    before = _BEFORE_ADDRESS.match(bare)
    return bare[before.end() :] if before else bare


def _spelt(domain: str) -> str:
    lower = plain(domain).lower()
    if len(lower) > _LONGEST_DOMAIN:
        return lower
    try:
        return idna.decode(lower, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return lower
