"""A study's own form as it is made in the browser, and as the definition that it is. Unscored; no branching.

A field keeps its number through all versions, so that a column of an export means one thing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from analysis.words import words as _
from surveys.instruments.instrument import AnsweredBy, Instrument, ItemKind
from surveys.instruments.origin import Origin, OriginItem

KINDS: tuple[ItemKind, ...] = ("text", "whole", "decimal", "date", "choice", "choices")
LONGEST_KEY = 20  # so that `<key>_answered_by` is a name that Stata takes
WORDING = "own"
MOST_FIELDS = 40


@dataclass(frozen=True)
class OwnField:
    """One question; `labels` and `choices` by language. Numbers lie between `low` and `high`."""

    number: int
    kind: ItemKind
    labels: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    low: float | None = None
    high: float | None = None
    unit: str | None = None

    @property
    def chosen(self) -> bool:
        """Whether it is answered by its choices."""
        return self.kind in ("choice", "choices")

    @property
    def name(self) -> str:
        """What staff call it: its words in the first language."""
        return next(iter(self.labels.values()))


@dataclass(frozen=True)
class OwnForm:
    """A form: who answers it, whether `once` for each patient or at each visit, its fields by number.

    `origin` is the form of another program that it was made of.
    """

    titles: Mapping[str, str]
    answered_by: AnsweredBy
    once: bool
    fields: tuple[OwnField, ...]
    origin: Origin | None = None


def faults(form: OwnForm) -> Iterator[str]:
    """Why it cannot be asked, a sentence each."""
    if not form.fields:
        yield _("Add at least one field.")
    for field in form.fields:
        if field.chosen:
            counts = {len(words) for words in field.choices.values()}
            if len(counts) > 1:
                yield _(
                    "%(name)s: give the same number of choices in every language, in the same order.",
                    name=field.name,
                )
            elif min(counts) < 2:
                yield _("%(name)s: write at least two choices, a line each.", name=field.name)
            if any(len(set(words)) < len(words) for words in field.choices.values()):
                yield _("%(name)s: a choice stands twice.", name=field.name)
        elif field.kind in ("whole", "decimal"):
            if field.low is None or field.high is None:
                yield _("%(name)s: say between which numbers the answer lies.", name=field.name)
            elif field.low >= field.high:
                yield _("%(name)s: the lowest number must be below the highest.", name=field.name)
            elif field.low < -96:
                yield _(
                    "%(name)s: numbers begin at -96; -99 to -97 say in SPSS that there is no answer.",
                    name=field.name,
                )
            elif field.kind == "whole" and not (field.low.is_integer() and field.high.is_integer()):
                yield _(
                    "%(name)s: the lowest and highest of whole numbers are whole numbers.", name=field.name
                )


def faults_of_change(before: OwnForm, after: OwnForm) -> Iterator[str]:
    """Why `after` cannot be the next version where answers to `before` are stored, a sentence each."""
    if (before.answered_by, before.once) != (after.answered_by, after.once):
        yield _("Answers are stored: who answers it, and how often, stays. Make another form.")
    known = {field.number: field for field in after.fields}
    for was in before.fields:
        now = known.get(was.number)
        if now is None:
            continue
        if now.kind != was.kind or now.unit != was.unit:
            yield (
                _(
                    "%(name)s: answers are stored, so its kind and unit stay. Remove this field and add "
                    "another.",
                    name=was.name,
                )
            )
        for locale, words in was.choices.items():
            if any(_moved(words, now.choices.get(locale, ()), place) for place in range(len(words))):
                yield (
                    _(
                        "%(name)s: answers are stored by the places of the choices. Add new choices at the "
                        "end; the others stay in their places.",
                        name=was.name,
                    )
                )
                break


def _moved(before: tuple[str, ...], after: tuple[str, ...], place: int) -> bool:
    """Whether the choice at `place` went, or stands at another place; other words for it are allowed."""
    if place >= len(after):
        return True
    if before[place] == after[place]:
        return False
    return before[place] in after or after[place] in before


def definition(form: OwnForm, *, key: str, version: int, study: str, holder: str, year: int) -> str:
    """The definition of the form as TOML; a study with the code `study` alone asks it."""
    title = next(iter(form.titles.values()))
    lines = [
        f"key = {_text(key)}",
        f'version = "{version}"',
        f"title = {_text(title)}",
        f"short_title = {_text(title)}",
        f"purpose = {_text(f'A form of the study {study}, made in the browser.')}",
        'recall = "None."',
        "minutes = 1",
        f'answered_by = "{form.answered_by}"',
        f"study = {_text(study)}",
        f"once = {'true' if form.once else 'false'}",
        "[citation]",
        f"authors = {_text(holder)}",
        f"title = {_text(title)}",
        f"publisher = {_text(holder)}",
        f"year = {year}",
        "[licence]",
        'status = "own"',
        'shippable = "no"',
        f"holder = {_text(holder)}",
        'statement = "The study made it for itself."',
        'source = "The study."',
    ]
    for field in form.fields:
        lines += ["[[sections]]", f'key = "s{field.number}"']
        if field.chosen:
            count = len(next(iter(field.choices.values())))
            values = ", ".join(f"{{ value = {value} }}" for value in range(1, count + 1))
            lines.append(f"choices = [{values}]")
        lines += [
            "[[items]]",
            f'key = "q{field.number}"',
            f"number = {field.number}",
            f"label = {_text(field.name)}",
            f'section = "s{field.number}"',
            f'kind = "{field.kind}"',
        ]
        if field.kind in ("whole", "decimal"):
            lines += [f"low = {field.low!r}", f"high = {field.high!r}"]
            if field.unit:
                lines.append(f"unit = {_text(field.unit)}")
    lines += ["[wording]", f'name = "{WORDING}"', 'status = "verbatim"']
    for locale in form.titles:
        lines += _texts(form, locale)
    if form.origin:
        lines += _origin(form.origin)
    return "\n".join(lines) + "\n"


def _texts(form: OwnForm, locale: str) -> Iterator[str]:
    where = f"wording.texts.{_text(locale)}"
    yield f"[{where}]"
    yield f"title = {_text(form.titles[locale])}"
    yield f"[{where}.items]"
    yield from (f"q{field.number} = {_text(field.labels[locale])}" for field in form.fields)
    for field in form.fields:
        yield f"[{where}.sections.s{field.number}]"
        if field.chosen:
            yield f"[{where}.sections.s{field.number}.choices]"
            words = enumerate(field.choices[locale], start=1)
            yield from (f"{value} = {_text(label)}" for value, label in words)


def _origin(origin: Origin) -> Iterator[str]:
    yield from ("[origin]", f"program = {_text(origin.program)}", f"form = {_text(origin.form)}")
    for one in origin.items:
        yield from ("[[origin.items]]", f"item = {_text(one.item)}")
        yield from (f"name = {_text(one.name)}", f"words = {_text(one.words)}")
        choices = (
            f"{{ value = {choice.value}, code = {_text(choice.code)}, words = {_text(choice.words)} }}"
            for choice in one.choices
        )
        if one.choices:
            yield f"choices = [{', '.join(choices)}]"


def _text(value: str) -> str:
    """A TOML string: what JSON escapes is escaped alike."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def form_of(instrument: Instrument) -> OwnForm:
    """The form that a definition made in the browser says."""
    texts = instrument.wording.texts
    return OwnForm(
        titles={locale: text.title for locale, text in texts.items()},
        answered_by=instrument.answered_by,
        once=instrument.once,
        fields=tuple(
            OwnField(
                number=item.number,
                kind=item.kind,
                labels={locale: text.items[item.key] for locale, text in texts.items()},
                choices={
                    locale: tuple(
                        text.sections[item.section].choices[one] for one in instrument.values(item.key)
                    )
                    for locale, text in texts.items()
                }
                if item.chosen
                else {},
                low=item.low,
                high=item.high,
                unit=item.unit,
            )
            for item in instrument.items
        ),
        origin=instrument.origin,
    )


def still_from(form: OwnForm, before: OwnForm) -> OwnForm:
    """`form`, made from `before`, with what is left of its origin: who edits a form is not asked for it."""
    if before.origin is None:
        return form
    was, now = ({f"q{field.number}": field for field in one.fields} for one in (before, form))
    items = tuple(_kept(one, was[one.item], now[one.item]) for one in before.origin.items if one.item in now)
    return replace(form, origin=replace(before.origin, items=items))


def _kept(item: OriginItem, was: OwnField, now: OwnField) -> OriginItem:
    """Its choices where they stand now; without those that there are no more."""
    shared = next((one for one in was.choices if one in now.choices), None)
    before, after = (field.choices[shared] if shared else () for field in (was, now))
    places = ((one, _place(before, after, one.value - 1)) for one in item.choices)
    return replace(
        item, choices=tuple(replace(one, value=place + 1) for one, place in places if place is not None)
    )


def _place(before: tuple[str, ...], after: tuple[str, ...], place: int) -> int | None:
    """Where the choice at `place` stands now; None where it went. Other words at its place are its own."""
    if place < len(before) and before[place] in after:
        return after.index(before[place])
    return None if _moved(before, after, place) else place
