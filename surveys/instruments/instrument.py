"""An instrument as data: its items, words, scoring and sources.

Frozen dataclasses only. They know neither files (definition.py) nor arithmetic (scoring.py).
"""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from surveys.instruments.origin import Origin
from surveys.instruments.scale import ChangeThreshold, Outline, Scale

Answer: TypeAlias = int | float | str | Sequence[int] | None
"""A choice's value, a number, an ISO date, a text or the values of several choices; None: not answered."""

AnsweredBy = Literal["patient", "staff"]
ItemKind = Literal["choice", "choices", "whole", "decimal", "date", "text"]
WordingStatus = Literal["verbatim", "working", "absent"]
Subject = Literal["mood", "quality_of_life", "symptoms", "movement"]
Noted = Literal["synkinesis"]

_SENTENCE_END = re.compile(r"(?<=[.!?؟。？])\s+")
_LEADS_ON = ("?", "؟", "？", ":", "：", "…", "...")


class UnknownPart(KeyError):
    """An item or scale that the instrument does not have; the message names the existing ones."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Citation:
    """The publication that an instrument rests on."""

    authors: str
    title: str
    journal: str | None
    year: int
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    note: str | None = None
    publisher: str | None = None

    def __str__(self) -> str:
        place = ";".join(part for part in (str(self.year), self.volume) if part)
        pages = f":{self.pages}" if self.pages else ""
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{self.authors}. {self.title}. {self.journal or self.publisher} {place}{pages}.{doi}"


@dataclass(frozen=True)
class Licence:
    """The holder of the rights, what they allow and the source of that."""

    status: str
    shippable: str
    holder: str
    statement: str
    source: str
    obligation: str | None = None
    ask: str | None = None

    def __str__(self) -> str:
        return self.statement


@dataclass(frozen=True)
class Loinc:
    """LOINC codes of the whole instrument; scales, items, sections and choices carry their own."""

    panel: str | None
    note: str


@dataclass(frozen=True)
class Choice:
    value: int
    loinc: str | None = None


@dataclass(frozen=True)
class Section:
    """Items that share choices, recall period and instruction. `loinc` is the answer list's code.

    There are no choices if all items are numbers or dates.
    """

    key: str
    choices: tuple[Choice, ...]
    loinc: str | None = None


@dataclass(frozen=True)
class Item:
    """One question. `label` tells staff its content; `optional` items are asked on request only.

    Numbers lie between `low` and `high`, both included, and may have a `unit`; other kinds have none of
    these.
    """

    key: str
    number: int
    label: str
    section: str
    optional: bool = False
    loinc: str | None = None
    kind: ItemKind = "choice"
    low: float | None = None
    high: float | None = None
    unit: str | None = None

    @property
    def chosen(self) -> bool:
        """Whether an answer is chosen from the section's choices."""
        return self.kind in ("choice", "choices")

    @property
    def numeric(self) -> bool:
        """Whether an answer is one number, which a scale can use."""
        return self.kind in ("choice", "whole", "decimal")


@dataclass(frozen=True)
class Supply:
    """The facts of an instrument without items here, and what a site must add before it can be asked."""

    scoring: str
    needs: tuple[str, ...]
    scales: tuple[Outline, ...] = ()


@dataclass(frozen=True)
class Alert:
    """An answer to one item that a person must see, whatever the score. `crisis`: help is shown at once."""

    rule: str
    item: str
    at_least: int
    crisis: bool
    evidence: tuple[str, ...] = ()
    practice: tuple[str, ...] = ()

    def raised_by(self, value: Answer) -> bool:
        """Whether this raw answer to the item raises the alert."""
        return isinstance(value, int | float) and value >= self.at_least


@dataclass(frozen=True)
class WrongAnswer:
    """A value or band that a known mistake would give, and that must not come out."""

    name: str
    scale: str
    value: float | None
    band: str | None


@dataclass(frozen=True)
class Example:
    """Answers and what they must score. None in `answers` is not answered; in `expected`, no score."""

    name: str
    answers: Mapping[str, Answer]
    expected: Mapping[str, float | None]
    bands: Mapping[str, str]
    alerts: tuple[str, ...]
    wrong: Mapping[str, WrongAnswer]
    note: str | None = None


@dataclass(frozen=True)
class SectionText:
    """The words of a section. `instruction` is empty if the items are whole questions themselves.

    `choices` has the text of each choice by its value; it is empty if the items are numbers or dates.
    """

    recall: str
    instruction: str
    choices: Mapping[int, str]

    @property
    def instruction_again(self) -> str:
        """The instruction after the first item of a section: its last sentence if that asks or leads on.

        A telephone shows a question with all its options only if what was read once is not repeated.
        """
        last = _SENTENCE_END.split(self.instruction)[-1]
        if last.endswith(_LEADS_ON):
            return last
        return "" if self.recall else self.instruction


@dataclass(frozen=True)
class LocaleText:
    """All words of one language. The patient reads `title`; the questionnaire's pages show `notice`."""

    title: str
    notice: str | None
    sections: Mapping[str, SectionText]
    items: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """Texts by language, and whether they are the instrument's own (verbatim), ours (working) or a site's.

    Definitions never have `loaded`: those are texts in a site's database.
    """

    name: str
    status: WordingStatus | Literal["loaded"]
    texts: Mapping[str, LocaleText]

    @cached_property
    def sha256(self) -> str:
        """Digest of the texts alone: the same words under another name are the same words."""
        return canonical_sha256({locale: asdict(text) for locale, text in self.texts.items()})


@dataclass(frozen=True)
class SharedContent:
    """Content that a scale, or each of the instrument if None, has in common with others, and why.

    The others are `instruments`, by key (`phq9`) or by single scale (`fdi.social`), and all on `subject`.
    """

    instruments: tuple[str, ...]
    subject: Subject | None
    scale: str | None
    because: str


@dataclass(frozen=True)
class NotBefore:
    """The days after onset from which asking makes sense, or from a sign that staff have noted."""

    days_after_onset: int
    because: str
    unless_noted: Noted | None = None


@dataclass(frozen=True)
class Facts:
    """Further facts of an instrument. They are not frozen, because they change no answer and no score.

    None means not stated; facts.py then decides. `piles_up` names scales with many patients at the lowest
    value. `headlines` gives the places of scales that pages show first. `result` is the scale of the whole
    instrument. `eye_safety` gives, by item, the answers after which a patient reads when an eye needs a
    doctor. `shown_to_patients` has the words, by language, of each scale that a patient may see of her own.
    Items `without_period` are asked without the section's period, as in the original. `only_after` gives the
    items of which one must be answered above 0 for an item to be asked.
    """

    asks_of: Subject | None = None
    only_by_patient: bool | None = None
    piles_up: bool = False
    shares: tuple[SharedContent, ...] = ()
    not_before: NotBefore | None = None
    without_crisis_item: str | None = None
    headlines: Mapping[str, int] = field(default_factory=dict)
    result: str | None = None
    eye_safety: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    shown_to_patients: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    without_period: tuple[str, ...] = ()
    only_after: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Instrument:
    """One version of an instrument with one wording. It is hashable, so that pages can be cached by it.

    Only the study with the code `study` asks it, if it names one; `once`: of each patient, and not per visit.
    """

    key: str
    version: str
    title: str
    short_title: str
    purpose: str
    recall: str
    minutes: int
    never_last: bool
    answered_by: AnsweredBy
    not_to_be_confused_with: tuple[str, ...]
    citation: Citation
    licence: Licence
    loinc: Loinc | None
    traps: tuple[str, ...]
    evidence: tuple[str, ...]
    translations: tuple[str, ...]
    references: tuple[str, ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    alerts: tuple[Alert, ...]
    change_thresholds: tuple[ChangeThreshold, ...]
    examples: tuple[Example, ...]
    supply: Supply | None
    wording: Wording
    facts: Facts
    sha256: str
    source: str = field(repr=False)
    study: str | None = None
    once: bool = False
    origin: Origin | None = None

    def __hash__(self) -> int:
        return hash((self.key, self.version, self.sha256, self.wording.sha256))

    def item(self, key: str) -> Item:
        """The item with this key. Raises UnknownPart."""
        try:
            return self._items[key]
        except KeyError:
            raise UnknownPart(f"{self.key} has no item {key!r}; it has {', '.join(self._items)}.") from None

    def scale(self, key: str) -> Scale:
        """The scale with this key. Raises UnknownPart."""
        try:
            return self._scales[key]
        except KeyError:
            raise UnknownPart(f"{self.key} has no scale {key!r}; it has {', '.join(self._scales)}.") from None

    def asked(self, optional: bool | Collection[str] = False) -> tuple[Item, ...]:
        """The items in the order of their numbers; of optional ones all, none, or those given by key."""
        wanted = {item.key for item in self.items} if optional is True else set(optional or ())
        shown = (item for item in self.items if not item.optional or item.key in wanted)
        return tuple(sorted(shown, key=lambda item: item.number))

    def leaves_out(self, item_key: str, given: Mapping[str, Answer]) -> bool:
        """Whether the item is not asked after `given`: all it follows is dealt with, and nothing above 0.

        Without an answer to one of them it may still be asked.
        """
        before = self.facts.only_after.get(item_key, ())
        return bool(before) and all(key in given and not given[key] for key in before)

    def choices(self, item_key: str) -> tuple[Choice, ...]:
        """The choices of an item in the order shown; empty for a number or date. Raises UnknownPart."""
        item = self.item(item_key)
        return self._choices[item.section] if item.chosen else ()

    def values(self, item_key: str) -> tuple[int, ...]:
        """The values of the item's choices in the order shown. Raises UnknownPart."""
        item = self.item(item_key)
        return self._values[item.section] if item.chosen else ()

    def extent(self, item_key: str) -> tuple[float, float]:
        """The lowest and highest possible number of an answer to the item. Raises UnknownPart.

        Only items that are `numeric` have one; others raise ValueError.
        """
        item = self.item(item_key)
        if item.kind == "choice":
            values = self.values(item_key)
            return min(values), max(values)
        if item.low is None or item.high is None:
            raise ValueError(f"{self.key} {item_key} is answered by a {item.kind}, not by one number.")
        return item.low, item.high

    @property
    def askable(self) -> bool:
        """Whether it can be asked: it has items and words for them."""
        return bool(self.items and self.wording.texts)

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages in which it can be asked, in the definition's order."""
        return tuple(self.wording.texts)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.key: item for item in self.items}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return {scale.key: scale for scale in self.scales}

    @cached_property
    def _choices(self) -> dict[str, tuple[Choice, ...]]:
        return {section.key: section.choices for section in self.sections}

    @cached_property
    def _values(self) -> dict[str, tuple[int, ...]]:
        return {key: tuple(choice.value for choice in choices) for key, choices in self._choices.items()}


def canonical_sha256(data: object) -> str:
    """SHA-256 of JSON with sorted keys, so that layout and order of keys in a file do not count."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
