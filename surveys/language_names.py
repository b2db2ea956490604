"""The names of languages. Pure."""

from __future__ import annotations

from babel import Locale


def name(code: str, said_in: str | None = None) -> str:
    """The name of the language `code` in `said_in`, by default in the language itself."""
    said = Locale.parse(code, sep="-").get_display_name(said_in or code.replace("-", "_")) or code
    return said[:1].upper() + said[1:]


def territories(said_in: str) -> dict[str, str]:
    """The names of countries in the language `said_in`, by their two letters."""
    return dict(Locale.parse(said_in, sep="-").territories)


def in_english(code: str) -> str:
    """The name of the language `code` as staff read it."""
    return name(code, "en")
