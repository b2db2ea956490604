"""The valid answers to an item, and how a typed or posted text is read as one.

An answer is JSON: the value of a choice, a list of such values, a number, an ISO date, or a text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from analysis.words import words as _
from surveys.instruments.instrument import Answer, Instrument, Item, UnknownPart
from surveys.typed import NoNumberError, is_possible_year, number

LONGEST_TEXT = 2000
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class AnswerError(ValueError):
    """An answer that the instrument does not allow.

    `allowed` has the values of the choices, or the lowest and highest number; it is empty for a date or a
    text, and holds the items if there is no such item.
    """

    def __init__(
        self,
        instrument: str,
        item: str,
        value: object,
        allowed: Collection[object],
        problem: str,
        row: int | None = None,
    ) -> None:
        self.instrument = instrument
        self.item = item
        self.value = value
        self.allowed = tuple(allowed)
        self.row = row
        super().__init__(problem)


def check_answers(instrument: Instrument, answers: Mapping[str, Answer]) -> None:
    """Refuses (AnswerError) unknown items and invalid answers. None is "not answered".

    Types are exact: True, 2.0 and "2" are not choices.
    """
    for item, value in answers.items():
        check_answer(instrument, item, value)


def check_answer(instrument: Instrument, item: str, value: Answer) -> None:
    """The same for one item."""
    asked = known_item(instrument, item)
    if value is not None and not _allowed(instrument, asked, value):
        raise not_allowed(instrument, asked, value)


def read_answer(instrument: Instrument, item: str, texts: Sequence[str]) -> Answer:
    """The answer that texts spell: one text, or one per choice if several may be chosen.

    No text, or an empty one, means not answered. Numbers may have a decimal comma. Raises AnswerError.
    """
    asked = known_item(instrument, item)
    given = [text.strip() for text in texts if text.strip()]
    if not given:
        return None
    value = _read(asked, given)
    if value is None:
        raise not_allowed(instrument, asked, ", ".join(given))
    check_answer(instrument, item, value)
    return value


def known_item(instrument: Instrument, item: str) -> Item:
    """The item. Raises AnswerError, which names the existing items."""
    try:
        return instrument.item(item)
    except UnknownPart as error:
        known = [known.key for known in instrument.items]
        raise AnswerError(instrument.key, item, None, known, str(error)) from None


def not_allowed(instrument: Instrument, item: Item, value: object, row: int | None = None) -> AnswerError:
    """The error for a value that is not an answer to the item; `row` is its place in a table, from 0."""
    place = f"{instrument.key} {item.key}" if row is None else f"{instrument.key} {item.key}, row {row}"
    allowed: tuple[float, ...] = instrument.values(item.key)
    choices = ", ".join(map(str, allowed))
    match item.kind:
        case "choice":
            wanted = _("one of the choices %(choices)s", choices=choices)
        case "choices":
            wanted = _("a list of different choices out of %(choices)s", choices=choices)
        case "date":
            wanted = _("a date such as 2026-03-14")
        case "text":
            wanted = _("a text of at most %(longest_text)s characters", longest_text=LONGEST_TEXT)
        case kind:
            allowed = instrument.extent(item.key)
            number = _("a whole number") if kind == "whole" else _("a number")
            wanted = _(
                "%(number)s from %(allowed)s to %(allowed_2)s",
                number=number,
                allowed=format(allowed[0], "g"),
                allowed_2=format(allowed[1], "g"),
            )
    return AnswerError(
        instrument.key,
        item.key,
        value,
        allowed,
        _("%(place)s: %(value)s is not %(wanted)s.", place=place, value=repr(value), wanted=wanted),
        row,
    )


def _allowed(instrument: Instrument, item: Item, value: object) -> bool:
    match item.kind:
        case "choice":
            return type(value) is int and value in instrument.values(item.key)
        case "choices":
            return isinstance(value, list | tuple) and _chosen(instrument.values(item.key), value)
        case "date":
            return isinstance(value, str) and _is_day(value)
        case "text":
            return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_TEXT
        case "whole":
            return isinstance(value, int) and type(value) is int and _within(instrument, item, value)
        case "decimal":
            return (
                isinstance(value, int | float)
                and type(value) is not bool
                and _within(instrument, item, value)
            )


def _chosen(values: Sequence[int], chosen: Sequence[object]) -> bool:
    known = all(type(value) is int and value in values for value in chosen)
    return known and 0 < len(chosen) == len(set(chosen))


def _within(instrument: Instrument, item: Item, value: float) -> bool:
    low, high = instrument.extent(item.key)
    return low <= value <= high


def _is_day(text: str) -> bool:
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read(item: Item, texts: Sequence[str]) -> Answer:
    """The spelt value, allowed or not; None if the text is not of this kind."""
    if item.kind == "choices":
        return [int(text) for text in texts] if all(map(_WHOLE.fullmatch, texts)) else None
    if len(texts) > 1:
        return None
    (text,) = texts
    match item.kind:
        case "date":
            return text if _is_day(text) and is_possible_year(int(text[:4])) else None
        case "text":
            return text
        case "decimal":
            return _number(text)
        case _:
            return int(text) if _WHOLE.fullmatch(text) else None


def _number(text: str) -> float | None:
    try:
        return number(text)
    except NoNumberError:
        return None
