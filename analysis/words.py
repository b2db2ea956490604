"""Texts in English that each reader reads in their own language.

A text is marked where it stands in the code, `_("No patient has the code %(code)s.", code=code)`, and nothing
else needs to know of languages: compared, stored and in JSON it is the English one; shown, it is the
reader's. Who speaks to a reader says so with `read_by`; otherwise everything is English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations
from html import escape
from typing import Any

ENGLISH = NullTranslations()
_reader: ContextVar[Callable[[], NullTranslations]] = ContextVar("reader", default=lambda: ENGLISH)


class Words(str):
    """A text in English. `str()`, f-strings and pages show what the reader reads in its place.

    Values in a text are named, `%(code)s`; those that are such texts too are read in the same language.
    A text with `several` speaks of a number, and says it as `%(num)d`.
    """

    _english: str
    _several: str | None
    _values: dict[str, Any]

    def __new__(cls, english: str, several: str | None = None, /, **values: Any) -> Words:
        """The text for these values."""
        english = str.__str__(english)
        said = super().__new__(cls, _said(ENGLISH, english, several, values))
        said._english, said._several, said._values = english, several, values
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """What a copy is made of."""
        return (self._english, self._several) if self._several else (self._english,), self._values

    def __str__(self) -> str:
        """The text in the reader's language."""
        return _said(_reader.get()(), self._english, self._several, self._values)

    def __html__(self) -> str:
        """The text in the reader's language, as a page holds it."""
        return escape(str(self), quote=True).replace("&#x27;", "&#39;")

    def __format__(self, wanted: str) -> str:
        """The text in the reader's language."""
        return format(str(self), wanted)

    def capitalize(self) -> Words:
        """The text as the first of a line, in every language."""
        return First(self._english, *([self._several] if self._several else []), **self._values)

    def __mod__(self, values: Any) -> str:
        """The text with `values`, in the reader's language."""
        filled: str = str(self) % values
        return filled

    def __add__(self, other: str) -> str:
        """Both, in the reader's language."""
        return str(self) + str(other)

    def __radd__(self, other: str) -> str:
        """Both, in the reader's language."""
        return str(other) + str(self)


class First(Words):
    """A text that begins with a capital, in English and as each reader reads it."""

    def __new__(cls, english: str, several: str | None = None, /, **values: Any) -> First:
        """The text for these values."""
        said = str.__new__(cls, _capital(_said(ENGLISH, english, several, values)))
        said._english, said._several, said._values = english, several, values
        return said

    def __str__(self) -> str:
        """The text in the reader's language."""
        return _capital(super().__str__())


class Numeral(Words):
    """A number as text: `1,234.5` in English, with the reader's own signs where it is shown."""

    def __str__(self) -> str:
        """The number as the reader's language writes it."""
        return str.__str__(self).translate(str.maketrans(",.", separators()[::-1]))


def numeral(value: float, form: str = "g") -> Numeral:
    """A number in the format `form`, as each reader's language writes it."""
    return Numeral(format(value, form).replace("-", "−"))


def separators() -> str:
    """The reader's decimal sign, and the sign between thousands."""
    written = str(_WRITTEN)
    return written[-2] + written[1]


def words(english: str, /, **values: Any) -> Words:
    """A text in English, read by each reader in their own language."""
    return Words(english, **values)


def counted(one: str, several: str, num: int, /, **values: Any) -> Words:
    """A text about a number: `one` for 1, `several` for others."""
    return Words(one, several, num=num, **values)


def said(english: str, /, **values: Any) -> str:
    """A text in the language of who reads it now, where a library takes nothing but a plain string."""
    return str(Words(english, **values))


def joined(between: str, texts: Iterable[object]) -> str:
    """The texts one after the other, in the reader's language."""
    return str(between).join(str(one) for one in texts)


def read(tree: Any) -> Any:
    """`tree` of mappings and sequences, as it is kept or sent, with each text in the reader's language."""
    if isinstance(tree, Words):
        return str(tree)
    if isinstance(tree, Mapping):
        return {str(key): read(one) for key, one in tree.items()}
    if isinstance(tree, list | tuple):
        return [read(one) for one in tree]
    return tree


@contextmanager
def read_by(reader: Callable[[], NullTranslations]) -> Iterator[None]:
    """Speak the language of the catalogue that `reader` gives, in this block."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(catalogue: NullTranslations, english: str, several: str | None, values: dict[str, Any]) -> str:
    found = (
        catalogue.gettext(english) if several is None else catalogue.ngettext(english, several, values["num"])
    )
    if not values:
        return found
    if catalogue is ENGLISH:
        values = {name: str.__str__(one) if isinstance(one, Words) else one for name, one in values.items()}
    return found % values


_WRITTEN = words("1,000.5")  # how a language writes numbers
