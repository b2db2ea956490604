"""A form of another program as a study's own form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analysis.words import words as _
from surveys.instruments.instrument import AnsweredBy, ItemKind
from surveys.instruments.origin import Origin, OriginChoice, OriginItem, Program
from surveys.instruments.own import MOST_FIELDS, OwnField, OwnForm

LONGEST_TITLE, LONGEST_LABEL = 60, 300
# Limits of other programs warn, and answers lie outside them; below -96 SPSS takes numbers for missing.
LOWEST, HIGHEST = -96.0, 1_000_000.0


@dataclass(frozen=True)
class ForeignField:
    """A question. `name` is its column; `choices` has the words of each code, in the order shown."""

    name: str
    kind: ItemKind
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class ForeignForm:
    """A form of `program`, known there by `address`, which may be its name.

    `left` says of each field that cannot come in why.
    """

    program: Program
    address: str
    name: str
    title: str
    answered_by: AnsweredBy
    fields: tuple[ForeignField, ...]
    left: Mapping[str, str] = field(default_factory=dict)


def title_of(name: str) -> str:
    """A title for a form of that name, or with that title."""
    text = " ".join(name.replace("_", " ").split())[:LONGEST_TITLE].strip() or "Form"
    return text[:1].capitalize() + text[1:]


def label_of(name: str, text: str) -> str:
    """The words of a question, or its name where it has none."""
    return " ".join(text.split())[:LONGEST_LABEL] or name


def asked(
    name: str, kind: ItemKind, label: str, choices: Mapping[str, str] | None = None
) -> ForeignField | str:
    """The question that can be asked like that, or why none can."""
    words = {code: " ".join(text.split()) or code for code, text in (choices or {}).items()}
    if kind in ("choice", "choices"):
        if len(words) < 2:
            return _("has no two choices")
        if len(set(words.values())) < len(words):
            return _("has two choices of the same words")
    numbers = kind in ("whole", "decimal")
    return ForeignField(
        name,
        kind,
        label_of(name, label),
        words if kind in ("choice", "choices") else {},
        LOWEST if numbers else None,
        HIGHEST if numbers else None,
    )


def told(form: ForeignForm) -> Iterator[str]:
    """What of a form cannot come in, a sentence for each reason."""
    reasons: dict[str, list[str]] = {}
    for name, why in form.left.items():
        reasons.setdefault(why, []).append(name)
    yield from (
        _("Left out of %(title)s: %(names)s (%(why)s).", title=form.title, names=", ".join(names), why=why)
        for why, names in reasons.items()
    )


def parts(form: ForeignForm) -> Iterator[ForeignForm]:
    """The form, in several where it is longer than one may be."""
    count = -(-len(form.fields) // MOST_FIELDS)
    for number in range(count):
        some = form.fields[number * MOST_FIELDS : (number + 1) * MOST_FIELDS]
        suffix = f" {number + 1}" if count > 1 else ""
        title = form.title[: LONGEST_TITLE - len(suffix)] + suffix
        yield replace(form, title=title, fields=some)


def own_form(form: ForeignForm, locales: Sequence[str]) -> OwnForm:
    """It as a form of a study in these languages; the words are the file's in each."""
    return OwnForm(
        titles=dict.fromkeys(locales, form.title),
        answered_by=form.answered_by,
        once=False,
        fields=tuple(
            OwnField(
                number,
                one.kind,
                dict.fromkeys(locales, one.label),
                dict.fromkeys(locales, tuple(one.choices.values())) if one.choices else {},
                one.low,
                one.high,
                one.unit,
            )
            for number, one in enumerate(form.fields, start=1)
        ),
        origin=Origin(form.program, form.address, tuple(_origin_items(form))),
    )


def _origin_items(form: ForeignForm) -> Iterator[OriginItem]:
    for number, one in enumerate(form.fields, start=1):
        choices = enumerate(one.choices.items(), start=1)
        told = tuple(OriginChoice(value, code, words) for value, (code, words) in choices)
        yield OriginItem(f"q{number}", one.name, one.label, told)
