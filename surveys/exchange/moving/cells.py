"""The cells of a package's rows as values of the database; what is wrong is told with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from analysis.words import words as _
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tidy.columns import cell
from surveys.instruments.answers import AnswerError, check_answer
from surveys.instruments.instrument import Answer, Instrument

MOST_FAULTS = 200
LONGEST_TEXT = 2000
_FLAGS = {"true": True, "false": False}
_WHOLE = re.compile(r"-?[0-9]{1,9}")
T = TypeVar("T")


@dataclass
class Faults:
    """What is wrong with a package, so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, problem: str) -> None:
        """Note a fault. Raises FileRefused once there are too many to go on."""
        self.found.append(Fault(problem))
        if len(self.found) >= MOST_FAULTS:
            self.refuse()

    def refuse(self) -> None:
        """Raises FileRefused if anything is wrong."""
        if self.found:
            raise FileRefused(self.found)


@dataclass(frozen=True)
class Cells:
    """One row of a file. An empty cell is None; a cell that cannot be read is None and a fault."""

    file: str
    number: int
    record: Mapping[str, str]
    faults: Faults

    def text(self, name: str) -> str | None:
        """A text, letter for letter."""
        return self._take(name, _text)

    def needed(self, name: str, take: Callable[[str], T]) -> T:
        """What `take` reads of a cell that must not be empty; whatever comes of a fault is never stored."""
        if not self.record[name]:
            self.fault(name, _("This cell must not be empty."))
        found: Any = self._take(name, take)
        return found  # type: ignore[no-any-return]

    def code(self, name: str, allowed: Collection[str]) -> str | None:
        """One of the codes."""
        return self._take(name, lambda text: cells.one_of(text, allowed))

    def several(self, name: str) -> list[str]:
        """Codes that are separated by `;`."""
        return self.record[name].split(";") if self.record[name] else []

    def whole(self, name: str) -> int | None:
        """A whole number."""
        return self._take(name, whole)

    def number_of(self, name: str) -> float | None:
        """A number, whole if it is written so."""
        return self._take(name, _number)

    def day(self, name: str) -> date | None:
        """A calendar date."""
        return self._take(name, day)

    def period(self, name: str) -> tuple[date | None, str | None]:
        """A date as exactly as it is known: the period's first day, and its precision."""
        found = self._take(name, cells.partial_date)
        return (found.on, found.precision) if found else (None, None)

    def answer(self, instrument: Instrument, item: str, name: str) -> Answer:
        """The answer to an item."""
        return self._take(name, lambda text: _answer(instrument, item, text))

    def fault(self, name: str, problem: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.add(
            _(
                "%(file)s, row %(number)s, column %(name)s: %(problem)s",
                file=self.file,
                number=self.number,
                name=name,
                problem=problem,
            )
        )

    def _take(self, name: str, take: Callable[[str], T]) -> T | None:
        if not self.record[name]:
            return None
        try:
            return take(self.record[name])
        except CellError as error:
            self.fault(name, str(error))
            return None


def flag(text: str) -> bool:
    """True or false."""
    if text not in _FLAGS:
        raise CellError(_("%(text)s is neither true nor false.", text=repr(text)))
    return _FLAGS[text]


def day(text: str) -> date:
    """A calendar date."""
    found = cells.day_or_instant(text)
    if isinstance(found, datetime):
        raise CellError(_("%(text)s is not a date such as 2024-05-31.", text=repr(text)))
    return found


def instant(text: str) -> datetime:
    """An instant."""
    found = cells.day_or_instant(text)
    if not isinstance(found, datetime):
        raise CellError(_("%(text)s is not an instant such as 2024-05-31T14:30:00+00:00.", text=repr(text)))
    return found.astimezone(UTC)


def whole(text: str) -> int:
    """A whole number."""
    if not _WHOLE.fullmatch(text):
        raise CellError(_("%(text)s is not a whole number.", text=repr(text)))
    return int(text)


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT or "\0" in text:
        raise CellError(
            _(
                "This text is longer than %(longest_text)s characters, or holds a sign that none has.",
                longest_text=LONGEST_TEXT,
            )
        )
    return text


def _number(text: str) -> float:
    try:
        found: float = int(text) if _WHOLE.fullmatch(text) else float(text)
    except ValueError:
        raise CellError(_("%(text)s is not a number.", text=repr(text))) from None
    if cell(found) != text:
        raise CellError(_("%(text)s is not as Seventh writes a number.", text=repr(text)))
    return found


def _answer(instrument: Instrument, item: str, text: str) -> Answer:
    found: Answer
    match instrument.item(item).kind:
        case "choices":
            found = [whole(one) for one in text.split(";")]
        case "date" | "text":
            found = text
        case "decimal":
            found = _number(text)
        case _:
            found = whole(text)
    try:
        check_answer(instrument, item, found)
    except AnswerError as error:
        raise CellError(str(error).removeprefix(f"{instrument.key} {item}: ")) from None
    return found
