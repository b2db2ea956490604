"""The parameters of a request to REDCap's API, as its clients spell them. Pure.

PyCap writes lists as `fields[0]`, `fields[1]` and booleans as `True`; REDCapR writes lists with commas and
booleans as `false` and `FALSE` in one request.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_NUMBERED = re.compile(r"([a-z]+)\[(\d*)\]")
FORMATS = ("json", "csv")


class NotAnswered(Exception):
    """A request without an answer: `status` as REDCap gives it, and why in words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """The parameters of one request."""

    values: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Asked:
        """The parameters of these pairs, as a form has them."""
        values: dict[str, str] = {}
        lists: dict[str, list[str]] = {}
        for name, value in pairs:
            numbered = _NUMBERED.fullmatch(name)
            if numbered:
                lists.setdefault(numbered[1], []).append(value)
            else:
                values[name] = value
        return cls(values, lists)

    def value(self, name: str, default: str = "") -> str:
        """One value."""
        return self.values.get(name, default).strip()

    def flag(self, name: str) -> bool:
        """A boolean, however it is spelt."""
        return self.value(name).lower() in ("true", "1", "yes")

    def list(self, name: str) -> tuple[str, ...]:
        """A list, numbered or with commas; empty if it is not given."""
        numbered = [one.strip() for one in self.lists.get(name, ())]
        return tuple(one for one in (*numbered, *map(str.strip, self.value(name).split(","))) if one)

    @property
    def format(self) -> str:
        """The format of the answer.

        Raises:
            NotAnswered: it is XML, which is also meant where none is named.
        """
        found = self.value("format", "xml").lower()
        if found not in FORMATS:
            raise NotAnswered(400, "This server answers in JSON and CSV. Set format=json or format=csv.")
        return found

    @property
    def error_format(self) -> str:
        """The format of a refusal: as asked for, else XML as REDCap does."""
        return (self.value("returnFormat") or self.value("format") or "xml").lower()

    def known(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list whose values are all `allowed`.

        Raises:
            NotAnswered: it has others, which are named.
        """
        given = self.list(name)
        if wrong := [one for one in given if one not in allowed]:
            listed = ", ".join(f"'{one}'" for one in wrong)
            raise NotAnswered(400, f'The following values in the parameter "{name}" are not valid: {listed}')
        return given
