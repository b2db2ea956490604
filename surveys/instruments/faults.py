"""The faults of a definition: each with its place and its mend, all of a file together."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class Fault:
    """One contradiction. `where` is a path in the file, such as `scales.total.low`."""

    file: str
    where: str
    problem: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.where}" if self.where else self.file
        return f"{place}: {self.problem} {self.mend}"


class DefinitionError(ValueError):
    """A definition that was refused. The attributes tell the first fault; `faults` has all of them."""

    def __init__(self, file: str, where: str, problem: str, mend: str, more: Iterable[Fault] = ()) -> None:
        self.file = file
        self.where = where
        self.problem = problem
        self.mend = mend
        self.faults = (Fault(file, where, problem, mend), *more)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> "DefinitionError":
        """One error for at least one fault."""
        first, *more = faults
        return cls(first.file, first.where, first.problem, first.mend, more)


class Faults:
    """The faults found so far in one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Fault] = []

    def add(self, where: str, problem: str, mend: str) -> None:
        self._found.append(Fault(self.file, where, problem, mend))

    def about(self, *places: str) -> bool:
        """Whether a fault lies at or below one of these places; dependent parts are then not checked."""
        return any(
            fault.where == place or fault.where.startswith(f"{place}.")
            for fault in self._found
            for place in places
        )

    def at(self, *places: str) -> bool:
        """Whether a fault lies exactly at one of these places, so that it has no value."""
        return any(fault.where in places for fault in self._found)

    def all(self) -> tuple[Fault, ...]:
        return tuple(self._found)


def repeated(values: Iterable[T]) -> list[T]:
    """The repeated values, each once."""
    return [value for value, count in Counter(values).items() if count > 1]
