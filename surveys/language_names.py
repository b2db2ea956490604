"""The names of languages. Pure."""

from __future__ import annotations

from babel import Locale

from analysis.words import Words, words


def name(code: str, said_in: str | None = None) -> str:
    """The name of the language `code` in `said_in`, by default in the language itself."""
    said = Locale.parse(code, sep="-").get_display_name(said_in or code.replace("-", "_")) or code
    return said[:1].upper() + said[1:]


def territories(said_in: str) -> dict[str, str]:
    """The names of countries in the language `said_in`, by their two letters."""
    return dict(Locale.parse(said_in, sep="-").territories)


class _Read(Words):
    """The name of a language: in English, or in the reader's own language where it is shown."""

    def __str__(self) -> str:
        """The name in the reader's language."""
        return name(self._values["code"], str(_CODE))


_CODE = words("en")  # the code of the language that a catalogue speaks


def in_english(code: str) -> str:
    """The name of the language `code` as staff read it."""
    return _Read(name(code, "en"), code=code)
