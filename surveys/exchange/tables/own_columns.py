"""Which of a study's own forms a form of another program became, and which columns are their items.

Where a form was made of that very form it is known by the names there, whatever it is called here now; what
those do not tell is found by title and words.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.exchange.tables.foreign_form import ForeignField, ForeignForm, parts
from surveys.exchange.tables.mapping import InstrumentColumns
from surveys.instruments.instrument import Instrument
from surveys.instruments.origin import OriginChoice
from surveys.instruments.own import OwnField, form_of


@dataclass(frozen=True)
class OwnColumns:
    """An own form with the columns of its items. `unsure` are those whose words are others than they were."""

    instrument: Instrument
    columns: InstrumentColumns
    unsure: tuple[str, ...] = ()

    def only(self, names: Container[str]) -> OwnColumns:
        """With these columns alone."""
        items = {key: name for key, name in self.columns.items.items() if name in names}
        tables = {key: table for key, table in self.columns.values_of.items() if key in items}
        unsure = tuple(name for name in self.unsure if name in names)
        columns = replace(self.columns, items=items, values_of=tables, confirmed=not unsure)
        return OwnColumns(self.instrument, columns, unsure)


def found(form: ForeignForm, mine: Sequence[Instrument]) -> list[OwnColumns]:
    """The forms of `mine` that ask what `form` asks; each of its fields is asked by one of them.

    Forms of one name in several projects may each have become one here: the one that suits best comes first.
    """
    looking = [_Looking(one) for one in mine]
    taken: set[str] = set()
    came = [one for one in looking if one.came_from(form)]
    for one in sorted(came, key=lambda one: -suits(form, one.instrument)):
        taken |= one.take_by_name([field for field in form.fields if field.name not in taken])
    for one in looking:
        left = form.fields if one.came_from(form) else _of_title(form, titles_of(one.instrument))
        taken |= one.take_by_words([field for field in left if field.name not in taken])
    return [one.made() for one in looking if one.items]


def suits(form: ForeignForm, instrument: Instrument) -> int:
    """How many of the fields that the own form was made of `form` has in the same words."""
    there = {(one.name, one.label) for one in form.fields}
    kept = instrument.origin.items if instrument.origin else ()
    return sum((one.name, one.words) in there for one in kept)


def titles_of(instrument: Instrument) -> Collection[str]:
    """Its titles in all its languages."""
    return {text.title for text in instrument.wording.texts.values()}


def _of_title(form: ForeignForm, titles: Collection[str]) -> Sequence[ForeignField]:
    return [field for part in parts(form) if part.title in titles for field in part.fields]


class _Looking:
    """Collects the columns of one own form."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.items: dict[str, str] = {}
        self._tables: dict[str, Mapping[str, int]] = {}
        self._unsure: list[str] = []
        self._own = {f"q{field.number}": field for field in form_of(instrument).fields}

    def came_from(self, form: ForeignForm) -> bool:
        """Whether the own form was made of `form`."""
        origin = self.instrument.origin
        return origin is not None and origin.is_of(form.program, form.address)

    def take_by_name(self, fields: Sequence[ForeignField]) -> set[str]:
        """Take the fields that it was made of; returns their names."""
        there = {one.name: one for one in fields}
        for kept in self.instrument.origin.items if self.instrument.origin else ():
            one, mine = there.get(kept.name), self._own[kept.item]
            if one is None or one.kind != mine.kind:
                continue
            told = _worth_of_codes(one, kept.choices, mine)
            if told is None:
                continue
            table, reworded = told
            self._take(kept.item, one, table)
            if reworded or one.label not in (kept.words, *mine.labels.values()):
                self._unsure.append(one.name)
        return set(self.items.values())

    def take_by_words(self, fields: Sequence[ForeignField]) -> set[str]:
        """Take the fields that are asked in the same words; returns the names of all that it has."""
        for one in fields:
            for key, mine in self._own.items():
                if key not in self.items and (table := _worth_of_words(one, mine)) is not None:
                    self._take(key, one, table)
                    break
        return set(self.items.values())

    def made(self) -> OwnColumns:
        """What was found."""
        columns = InstrumentColumns(self.items, values_of=self._tables, confirmed=not self._unsure)
        return OwnColumns(self.instrument, columns, tuple(self._unsure))

    def _take(self, key: str, one: ForeignField, table: Mapping[str, int]) -> None:
        self.items[key] = one.name
        if table:
            self._tables[key] = table


def _worth_of_words(one: ForeignField, mine: OwnField) -> dict[str, int] | None:
    """The value of each code where both ask the same; None where they do not. Own choices may be more."""
    if one.kind != mine.kind or one.label not in mine.labels.values():
        return None
    if not one.choices:
        return {}
    for words in mine.choices.values():
        if set(one.choices.values()) <= set(words):
            return {code: words.index(text) + 1 for code, text in one.choices.items()}
    return None


def _worth_of_codes(
    one: ForeignField, kept: Sequence[OriginChoice], mine: OwnField
) -> tuple[dict[str, int], bool] | None:
    """The value of each code, and whether one rests on the code alone. None where a choice is not known."""
    worth: dict[str, int] = {}
    by_code = {choice.code: choice.value for choice in kept}
    reworded = False
    for code, said in one.choices.items():
        value = next(_worth_of_choice(said, kept, mine), None)
        if value is None:
            value, reworded = by_code.get(code), True
        if value is None or value in worth.values():
            return None
        worth[code] = value
    return worth, reworded


def _worth_of_choice(said: str, kept: Sequence[OriginChoice], mine: OwnField) -> Iterator[int]:
    """By the words that it had there, then by those that it has here: codes may be given anew."""
    yield from (choice.value for choice in kept if choice.words == said)
    yield from (words.index(said) + 1 for words in mine.choices.values() if said in words)
