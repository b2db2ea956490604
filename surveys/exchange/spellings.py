"""Texts of a file and of the database that read the same."""

from __future__ import annotations

from collections.abc import Iterable

from surveys import same


class Spellings:
    """Texts as they were spelt first, by what they are compared by."""

    def __init__(self, stored: Iterable[str]) -> None:
        self.others: dict[str, str] = {}
        self._exact: set[str] = set()
        self._alike: dict[str, list[str]] = {}
        for text in stored:
            if text not in self._exact:
                self._exact.add(text)
                self._alike.setdefault(same.folded(text), []).append(text)

    def of(self, text: str) -> list[str]:
        """The text itself where it is stored; else all that read the same, or from now on `text`."""
        if text in self._exact:
            return [text]
        alike = self._alike.setdefault(same.folded(text), [text])
        if text not in alike:
            self.others[text] = alike[0]
        return alike
