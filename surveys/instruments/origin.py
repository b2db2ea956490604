"""Where a form came from: the form of another program that it was made of, in that program's names.

What a study calls its own form and asks in it may change; the other program's data keep its names.
"""

from dataclasses import dataclass
from typing import Literal, get_args

Program = Literal["redcap", "fhir"]
PROGRAMS: tuple[Program, ...] = get_args(Program)


@dataclass(frozen=True)
class OriginChoice:
    """The code and the words there of the choice that has `value` here."""

    value: int
    code: str
    words: str


@dataclass(frozen=True)
class OriginItem:
    """The name (a field, or a linkId) and the words there of the item with the key `item` here."""

    item: str
    name: str
    words: str
    choices: tuple[OriginChoice, ...] = ()


@dataclass(frozen=True)
class Origin:
    """A form of `program`: `form` is its name, or its address where it has one."""

    program: Program
    form: str
    items: tuple[OriginItem, ...]

    def is_of(self, program: Program, form: str) -> bool:
        """Whether it is that form of that program."""
        return (self.program, self.form) == (program, form)
