"""Typed reading of a TOML table: a missing, wrongly typed or unknown value becomes a fault.

It knows no instrument. A neutral value replaces one that cannot be read, so that reading goes on and all
faults of a file come out together.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from surveys.instruments.faults import Faults


class TomlTable:
    """One table of a definition and the names that were read; `open_*` refuse all other names."""

    def __init__(self, data: dict[str, object], where: str, faults: Faults) -> None:
        self.where = where
        self.faults = faults
        self._data = data
        self._asked: set[str] = set()

    def __contains__(self, name: str) -> bool:
        """Whether the name exists. The test makes it a known name."""
        self._asked.add(name)
        return name in self._data

    def at(self, name: str) -> str:
        """The path of a value of this table."""
        return f"{self.where}.{name}" if self.where else name

    def names(self) -> tuple[str, ...]:
        return tuple(self._data)

    def text(self, name: str) -> str:
        value = self._required(name, "text")
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip():
            self._refuse(name, f"must be text that is not empty, but is {value!r}.", f'Write {name} = "…".')
            return ""
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self else None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; none if the name is absent."""
        self._asked.add(name)
        value = self._data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
            self._refuse(name, "must be a list of texts.", f'Write {name} = ["…", "…"].')
            return ()
        return tuple(value)

    def whole(self, name: str) -> int:
        value = self._required(name, "a whole number")
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool):
            self._refuse(name, f"must be a whole number, but is {value!r}.", f"Write {name} = 1, say.")
            return 0
        return value

    def wholes(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers, at least one."""
        value = self._required(name, "a list of whole numbers")
        if value is None:
            return ()
        numbers = value if isinstance(value, list) else []
        if not numbers or not all(isinstance(one, int) and not isinstance(one, bool) for one in numbers):
            self._refuse(
                name, f"must be a list of whole numbers, but is {value!r}.", f"Write {name} = [1, 2]."
            )
            return ()
        return tuple(numbers)

    def number(self, name: str) -> float:
        value = self._required(name, "a number")
        if value is None:
            return math.nan
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            self._refuse(name, f"must be a number, but is {value!r}.", f"Write {name} = 1.5, say.")
            return math.nan
        return float(value)

    def optional_number(self, name: str) -> float | None:
        return self.number(name) if name in self else None

    def value(self, name: str) -> object:
        """The value, of any type; None if the name is absent."""
        self._asked.add(name)
        return self._data.get(name)

    def flag(self, name: str) -> bool:
        """True or false; false if the name is absent."""
        self._asked.add(name)
        value = self._data.get(name, False)
        if not isinstance(value, bool):
            self._refuse(name, f"must be true or false, but is {value!r}.", f"Write {name} = true.")
            return False
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self._required(name, " or ".join(allowed))
        if value is None:
            return allowed[0]
        if value not in allowed:
            self._refuse(name, f"is {value!r}.", f"It must be one of: {', '.join(allowed)}.")
            return allowed[0]
        return str(value)

    @contextmanager
    def open_table(self, name: str) -> Iterator["TomlTable"]:
        """A table inside this one. A missing table is one fault, not one for each of its names."""
        value = self._required(name, "a table")
        if not isinstance(value, dict):
            if value is not None:
                self._refuse(name, "must be a table.", f"Write it as [{self.at(name)}].")
            yield TomlTable({}, self.at(name), Faults(self.faults.file))
            return
        inner = TomlTable(value, self.at(name), self.faults)
        yield inner
        inner.refuse_unknown()

    def each(self, name: str, named_by: str) -> Iterator["TomlTable"]:
        """The tables of a list, none if absent; each is closed when the next is taken.

        Faults name a table by its value of `named_by` if it has one, otherwise by its position from 1.
        """
        self._asked.add(name)
        value = self._data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._refuse(name, "must be a list of tables.", f"Write each as [[{self.at(name)}]].")
            return
        for position, entry in enumerate(value, start=1):
            label = entry.get(named_by, position)
            inner = TomlTable(entry, f"{self.at(name)}.{label}", self.faults)
            yield inner
            inner.refuse_unknown()

    def refuse_unknown(self) -> None:
        for name in self._data:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked))
                self._refuse(name, "is not a name that is known here.", f"Known here: {known}.")

    def _required(self, name: str, kind: str) -> object:
        self._asked.add(name)
        if name not in self._data:
            self._refuse(name, "is missing.", f"Add it: {kind}.")
        return self._data.get(name)

    def _refuse(self, name: str, problem: str, mend: str) -> None:
        self.faults.add(self.at(name), problem, mend)
