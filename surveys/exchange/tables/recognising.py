"""Which of our instruments a table holds, told by its items: by their texts, or by a name with a number.

Never by the name of a form alone. A questionnaire in another language is found by names only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from surveys import same
from surveys.exchange.tables import words
from surveys.exchange.tables.table import Column
from surveys.instruments.instrument import Instrument, Item, LocaleText

SHARE = 0.5  # of the scored items, from which an instrument is named at all
FEWEST = 2


@dataclass(frozen=True)
class Known:
    """An instrument with all texts of it that a site knows: the definition's, and those it loaded itself."""

    instrument: Instrument
    texts: tuple[LocaleText, ...]

    def item_texts(self, item: str) -> tuple[str, ...]:
        """The item's bare texts in all languages."""
        return tuple(
            dict.fromkeys(words.bare(text.items[item]) for text in self.texts if text.items.get(item))
        )


@dataclass(frozen=True)
class Found:
    """An instrument in a table: the column of each item, and how it was found (`text` or `name`)."""

    known: Known
    columns: Mapping[str, str]
    by: Mapping[str, str]

    @property
    def instrument(self) -> Instrument:
        """The instrument."""
        return self.known.instrument

    @property
    def lacking(self) -> tuple[Item, ...]:
        """The scored items without a column."""
        return tuple(item for item in scored(self.instrument) if item.key not in self.columns)


def scored(instrument: Instrument) -> tuple[Item, ...]:
    """The items that a scale uses; all that are asked where there is none."""
    used = {key for scale in instrument.scales for key in scale.items}
    return tuple(item for item in instrument.items if item.key in used) or instrument.asked()


def found(columns: Sequence[Column], known: Iterable[Known]) -> list[Found]:
    """The instruments whose items the columns hold, each column once. Forms are looked at one by one."""
    forms: dict[str, list[Column]] = defaultdict(list)
    for column in columns:
        if not (column.computed or column.identity):
            forms[column.form].append(column)
    among = [one for one in known if len(scored(one.instrument)) >= FEWEST and one.texts]
    result = []
    for of_form in forms.values():
        left = list(of_form)
        texts = {column.name: words.readings(column.text) for column in left}
        while best := _best(left, texts, among):
            result.append(best)
            taken = set(best.columns.values())
            left = [column for column in left if column.name not in taken]
    return result


def _best(
    columns: Sequence[Column], texts: Mapping[str, tuple[str, ...]], among: Iterable[Known]
) -> Found | None:
    """The instrument of which the columns hold most scored items; of equals the one that is whole."""
    best: tuple[tuple[int, bool, int], Found] | None = None
    for one in among:
        candidate = _matched(columns, texts, one)
        needed = scored(one.instrument)
        have = len(needed) - len(candidate.lacking)
        if have < max(FEWEST, SHARE * len(needed)):
            continue
        points = sum({"text": 3, "name": 1}[how] for how in candidate.by.values())
        rank = (have, not candidate.lacking, points)
        if best is None or rank > best[0]:
            best = rank, candidate
    return best[1] if best else None


def _matched(columns: Sequence[Column], texts: Mapping[str, tuple[str, ...]], one: Known) -> Found:
    pairs = sorted(_by_text(columns, texts, one), key=lambda pair: -pair[0])
    taken: dict[str, str] = {}
    by: dict[str, str] = {}
    for _, item, column in pairs:
        if item not in taken and column not in taken.values():
            taken[item], by[item] = column, "text"
    for item, column in _by_name(columns, one.instrument).items():
        if item not in taken and column not in taken.values():
            taken[item], by[item] = column, "name"
    order = [item.key for item in one.instrument.items if item.key in taken]
    return Found(one, {key: taken[key] for key in order}, {key: by[key] for key in order})


def _by_text(
    columns: Sequence[Column], texts: Mapping[str, tuple[str, ...]], one: Known
) -> Iterator[tuple[float, str, str]]:
    for item in one.instrument.items:
        ours = one.item_texts(item.key)
        for column in columns:
            ratio = max((words.nearest(texts[column.name], text) for text in ours), default=0.0)
            if ratio:
                yield ratio, item.key, column.name


def _by_name(columns: Sequence[Column], instrument: Instrument) -> dict[str, str]:
    """The columns whose names are one of the instrument's and the numbers of all its scored items."""
    runs: dict[str, dict[int, str]] = defaultdict(dict)
    for column in columns:
        for name, number in _numbered(column.name):
            runs[name].setdefault(number, column.name)
    needed = [item.number for item in scored(instrument)]
    for name in aliases(instrument):
        run = runs.get(name, {})
        if all(number in run for number in needed):
            return {item.key: run[item.number] for item in instrument.items if item.number in run}
    return {}


def _numbered(name: str) -> Iterator[tuple[str, int]]:
    """The readings of a name as another name and a number: phq9_q1 and phq_1, but also PHQ9[SQ001]."""
    text = same.folded(name).rstrip("]")
    digits = re.search(r"0*([0-9]{1,3})$", text)
    if not digits:
        return
    number = int(digits[1])
    before = text[: digits.start()]
    readings: dict[str, None] = {}
    for name in (before, re.sub(r"(?:sq|q|item|i)$", "", before)):
        stripped = name.strip("_[-./: ")
        last = re.split(r"[^a-z0-9_]", stripped)[-1]
        for reading in (stripped, last, last.rsplit("_", 1)[-1]):
            readings[re.sub("[^a-z0-9]", "", reading)] = None
    yield from ((reading, number) for reading in readings if reading)


def aliases(instrument: Instrument) -> tuple[str, ...]:
    """The names by which columns of other programs name the instrument, in small letters and digits."""
    key = re.sub("[^a-z0-9]", "", same.folded(instrument.key))
    short = re.sub("[^a-z0-9]", "", same.folded(instrument.short_title))
    return tuple(dict.fromkeys((key, short, key.rstrip("0123456789"))))
