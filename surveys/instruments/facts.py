"""Facts of instruments besides items and scoring: their subject, shared content, and when they fit.

A definition states them under [facts]. A missing fact comes from another version of the same instrument, or
follows from items and words, so that a file without [facts] is treated with the same care.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from analysis.data.cutoffs import BAD_END
from surveys.instruments.instrument import Answer, Facts, Instrument, NotBefore, SharedContent, Subject
from surveys.instruments.library import Library
from surveys.instruments.scale import Scale

THE_SAME_ITEMS = "they ask the same questions"
_TURNED = {"higher_better": "higher_worse", "higher_worse": "higher_better"}
_OF_MOOD = re.compile(r"depress|anxi|mood|worr|stress|panic|well-?being|suicid|self-harm", re.IGNORECASE)


def known(instrument: Instrument, library: Library) -> Facts:
    """The facts of its file; without any, those of its newest other version."""
    if instrument.facts == Facts() and instrument.key in library:
        others = [one.facts for one in library.versions(instrument.key) if one.facts != Facts()]
        return others[-1] if others else instrument.facts
    return instrument.facts


def asks_of(instrument: Instrument, library: Library) -> Subject | None:
    """The subject that the file states; otherwise mood, if it looks like that.

    It looks like mood if another instrument must follow it, an answer raises a crisis, its title or purpose
    names mood, or it has an item of an instrument on mood.
    """
    said = known(instrument, library).asks_of
    if said is not None or instrument.answered_by == "staff":
        return said
    if _looks_like_mood(instrument):
        return "mood"
    of_mood = [one for one in library if one.key != instrument.key and one.facts.asks_of == "mood"]
    return "mood" if any(_marks(instrument) & _marks(one) for one in of_mood) else None


def only_by_patient(instrument: Instrument, library: Library) -> bool:
    """Whether answers that another person chose do not count; true of mood unless the file says no."""
    said = known(instrument, library).only_by_patient
    return asks_of(instrument, library) == "mood" if said is None else said


def not_before(library: Library) -> dict[str, NotBefore]:
    """When after onset an instrument makes sense, by key, if it says so."""
    said = ((one.key, known(one, library).not_before) for one in library)
    return {key: found for key, found in said if found is not None}


def headlines(library: Library) -> tuple[tuple[str, str], ...]:
    """The scales that pages show first, as (instrument, scale) in their order; equal places go by key."""
    placed = [
        (known(one, library).headlines[scale.key], one.key, scale.key)
        for one in library
        for scale in one.scales
        if scale.key in known(one, library).headlines
    ]
    return tuple((key, scale) for _, key, scale in sorted(placed))


def scales_of_mood(library: Library) -> tuple[tuple[str, str], ...]:
    """The scales of instruments on mood: first the headlines among them, then the others by key."""
    found = [
        (one.key, scale.key) for one in library if asks_of(one, library) == "mood" for scale in one.scales
    ]
    first = [key for key in headlines(library) if key in found]
    return (*first, *(key for key in found if key not in first))


@lru_cache(maxsize=8)
def shared_content(library: Library) -> Mapping[str, Mapping[str, str]]:
    """By full scale key the scales of other instruments that share content with it, and why.

    It holds in both directions, whichever of the two files says it. Scales with a common item (one LOINC
    code, or the same words in one language) share it, even if no file says so.
    """
    scales = [_Known.of(one, scale, library) for one in library for scale in one.scales]
    found: dict[str, dict[str, str]] = {}
    for one, other in combinations(scales, 2):
        why = None
        if one.instrument.key != other.instrument.key:
            why = one.says_of(other) or other.says_of(one)
            if why is None and one.marks & other.marks:
                why = THE_SAME_ITEMS
        if why is not None:
            found.setdefault(one.key, {})[other.key] = why
            found.setdefault(other.key, {})[one.key] = why
    return found


def without_crisis_item(instrument: Instrument, library: Library) -> Instrument | None:
    """The instrument that asks the same without the item that raises a crisis, if there is one."""
    key = known(instrument, library).without_crisis_item
    return library.get(key) if key is not None and key in library else None


def tells_of_the_eye(instrument: Instrument, item: str, value: Answer, library: Library) -> bool:
    """Whether this answer is one after which a patient reads when an eye needs a doctor."""
    return value in known(instrument, library).eye_safety.get(item, ())


def asks_of_the_eye(instrument: Instrument, library: Library) -> bool:
    """Whether it has such an answer."""
    return bool(known(instrument, library).eye_safety)


def shown_to_patients(instrument: Instrument, library: Library) -> Mapping[str, Mapping[str, str]]:
    """The scales that a patient may see of her own, with their words by language; never one on mood."""
    return {} if asks_of(instrument, library) == "mood" else known(instrument, library).shown_to_patients


def bad_end(instrument: Instrument, item: str) -> str | None:
    """Which answers to a numeric item are bad, `at_least` or `at_most` a number, as all its scales say.

    None where no scale uses it, or where they differ.
    """
    ends = {
        BAD_END[scale.direction if item not in scale.reverse else _TURNED[scale.direction]]
        for scale in instrument.scales
        if item in scale.items
    }
    return ends.pop() if len(ends) == 1 and instrument.item(item).numeric else None


def result(instrument: Instrument, library: Library) -> Scale:
    """The scale of the whole instrument, if it is used for that one value."""
    return instrument.scale(known(instrument, library).result or instrument.scales[0].key)


@dataclass(frozen=True)
class _Known:
    """A scale with the marks of its items and its subject."""

    instrument: Instrument
    scale: Scale
    shares: tuple[SharedContent, ...]
    subject: Subject | None
    marks: frozenset[str]

    @classmethod
    def of(cls, instrument: Instrument, scale: Scale, library: Library) -> "_Known":
        shares = known(instrument, library).shares
        return cls(instrument, scale, shares, asks_of(instrument, library), _marks(instrument, scale.items))

    @property
    def key(self) -> str:
        return f"{self.instrument.key}.{self.scale.key}"

    def says_of(self, other: "_Known") -> str | None:
        """The file's reason why it shares content with the other."""
        for said in self.shares:
            named = {other.instrument.key, other.key} & set(said.instruments)
            meant = said.subject is not None and said.subject == other.subject
            if said.scale in (None, self.scale.key) and (named or meant):
                return said.because
        return None


def _looks_like_mood(instrument: Instrument) -> bool:
    crisis = any(alert.crisis for alert in instrument.alerts)
    told = " ".join((instrument.title, instrument.short_title, instrument.purpose))
    return instrument.never_last or crisis or _OF_MOOD.search(told) is not None


def _marks(instrument: Instrument, keys: Iterable[str] | None = None) -> frozenset[str]:
    """The marks of these items, or of all that scales use: LOINC codes, and the words of each language."""
    meant = {key for scale in instrument.scales for key in scale.items} if keys is None else set(keys)
    codes = {code for key in meant if (code := instrument.item(key).loinc)}
    words = {
        f"{locale} {_plain(text.items[key])}"
        for locale, text in instrument.wording.texts.items()
        for key in meant & text.items.keys()
    }
    return frozenset(codes | words)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
