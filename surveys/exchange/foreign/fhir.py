"""Flat Questionnaires of FHIR R4 that are none of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.fhir import coded, incoming
from surveys.exchange.fhir.incoming import Resource
from surveys.exchange.tables import own_columns, recognising, words
from surveys.exchange.tables.foreign_form import (
    HIGHEST,
    LOWEST,
    ForeignField,
    ForeignForm,
    asked,
    title_of,
)
from surveys.exchange.tables.own_columns import OwnColumns
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_dictionary import YES_NO
from surveys.exchange.tables.table import Column
from surveys.instruments.instrument import Instrument, ItemKind, LocaleText

DEEPEST = 2  # groups within each other
_KINDS: Mapping[str, ItemKind] = {
    "choice": "choice",
    "boolean": "choice",
    "integer": "whole",
    "decimal": "decimal",
    "quantity": "decimal",
    "date": "date",
}
BOOLEAN = YES_NO["yesno"]
_SILENT = frozenset({"display", "group"})
_LIMITS = {"minValue": "low", "maxValue": "high"}
_COMPUTED = ("calculatedExpression", "initialExpression")


@dataclass(frozen=True)
class Ours:
    """An instrument of ours within a Questionnaire: `items` and `scales` by linkId.

    `words` has the value of each option, by linkId and code, whose words are ours. It is not `certain` where
    linkIds alone tell of it.
    """

    instrument: Instrument
    items: Mapping[str, str]
    scales: Mapping[str, str]
    words: Mapping[tuple[str, Any], int]
    certain: bool


@dataclass(frozen=True)
class Parted:
    """A Questionnaire: what of it is ours, and the other items that ask something."""

    title: str
    ours: tuple[Ours, ...]
    others: tuple[Resource, ...]


def forms(content: bytes, known: Sequence[Known]) -> tuple[list[ForeignForm], list[str]]:
    """The Questionnaires of a file, without what is ours, and what is to be known of them, a sentence each.

    Raises:
        FileRefused: one contradicts itself, nests deeper, or its options are not in the file.
    """
    found: list[ForeignForm] = []
    told: list[str] = []
    resources = incoming.questionnaires(content)
    for form in resources.forms:
        split = parted(form, resources.options, known)
        made = rest(form, split, resources.options)
        for ours in split.ours:
            name = ours.instrument.short_title
            told.append(
                _(
                    "%(ours)s in %(title)s stays %(ours)s: ask it beside the rest.",
                    ours=name,
                    title=split.title,
                )
                if made.fields
                else _(
                    "%(title)s is %(ours)s, which Seventh has: ask that one.", title=split.title, ours=name
                )
            )
        if not made.fields and not split.ours:
            raise FileRefused([Fault(_("%(name)s has no question that Seventh can ask.", name=made.name))])
        if made.fields:
            told += _conditions(form, made)
            found.append(made)
    return found, told


def parted(form: Resource, options: Mapping[str, Resource], known: Sequence[Known]) -> Parted:
    """What of a Questionnaire is ours, told by codes or by the words of its questions, and what is not."""
    options = incoming.options_of(form, options)
    asking = [one for one in incoming.items(form) if str(one.get("type")) not in _SILENT]
    general = [one for one in known if one.instrument.study is None]
    ours = list(_coded(form, general))
    taken = {link for one in ours for link in (*one.items, *one.scales)}
    columns = [
        Column(str(one.get("linkId")), one["text"] if isinstance(one.get("text"), str) else "")
        for one in asking
        if one.get("linkId") not in taken and not _is_computed(one)
    ]
    codes = dict(coded.of_links(form))
    for one in recognising.found(columns, general):
        if not one.lacking:
            items = {link: key for key, link in one.columns.items()}
            by_text = set(one.by.values()) == {"text"}
            scales = coded.scales(one.instrument, codes)
            ours.append(Ours(one.instrument, items, scales, {}, certain=by_text))
            taken |= {*items, *scales}
    texts = {one.instrument.key: one.texts for one in general}
    in_words = [
        replace(one, words=dict(_in_our_words(one, texts[one.instrument.key], asking, options)))
        for one in ours
    ]
    others = tuple(one for one in asking if str(one.get("linkId")) not in taken)
    return Parted(title_of(_name(form)), tuple(in_words), others)


def own(made: ForeignForm, mine: Sequence[Instrument]) -> Iterator[OwnColumns]:
    """The study's own forms that ask it; columns are its linkIds.

    Nobody is asked about a response, so an item whose words are others than they were is none of theirs.
    """
    for one in own_columns.found(made, mine):
        sure = one.only(set(one.columns.items.values()) - set(one.unsure))
        if sure.columns.items:
            yield sure


def _coded(form: Resource, known: Sequence[Known]) -> Iterator[Ours]:
    codes = dict(coded.of_links(form))
    try:
        named = coded.named(codes, coded.of_item(form), [one.instrument for one in known])
    except coded.Unrecognised:
        return
    for one in named:
        if items := coded.items(one, codes):
            yield Ours(one, items, coded.scales(one, codes), {}, certain=True)


def _in_our_words(
    one: Ours, texts: Sequence[LocaleText], asking: Iterable[Resource], options: Mapping[str, Resource]
) -> Iterator[tuple[tuple[str, Any], int]]:
    """The values of the options that say what ours say."""
    for item in asking:
        key = one.items.get(str(item.get("linkId")))
        if key is None or not one.instrument.item(key).chosen:
            continue
        section = one.instrument.item(key).section
        said = {
            words.bare(told): value
            for text in texts
            for value, told in text.sections[section].choices.items()
        }
        try:
            offered = list(_options(item, options))
        except _NotHereError:
            continue
        for code, told in offered:
            if words.bare(told) in said:
                yield (str(item.get("linkId")), code), said[words.bare(told)]


def _conditions(form: Resource, made: ForeignForm) -> Iterator[str]:
    taken = {one.name for one in made.fields}
    held = (one.get("linkId") for one in incoming.items(form) if one.get("enableWhen"))
    some = [str(link) for link in held if link in taken]
    if some:
        yield _(
            "%(title)s: %(questions)s have conditions there; here they are always asked.",
            title=made.title,
            questions=", ".join(some),
        )


def _name(form: Resource) -> str:
    return next((form[key] for key in ("title", "name", "id") if isinstance(form.get(key), str)), "Form")


def _address(form: Resource) -> str:
    """By which responses name it, of whatever version; its name where it has none."""
    url = form.get("url")
    return url.split("|")[0] if isinstance(url, str) and url else _name(form)


def rest(form: Resource, split: Parted, options: Mapping[str, Resource]) -> ForeignForm:
    """The form of what is not ours; it may have no field.

    Raises:
        FileRefused: it contradicts itself, nests deeper, or its options are not in the file.
    """
    name, options = _name(form), incoming.options_of(form, options)
    fields: list[ForeignField] = []
    left: dict[str, str] = {}
    faults = []
    for item in split.others:
        try:
            made = _field(item, options)
        except _NotHereError as error:
            faults.append(str(error))
            continue
        if isinstance(made, str):
            left[str(item.get("linkId"))] = made
        else:
            fields.append(made)
    if fields or faults:
        faults = [*_faults(form), *faults]
    if faults:
        raise FileRefused([Fault(f"{name}: {problem}") for problem in faults])
    return ForeignForm("fhir", _address(form), name, split.title, "patient", tuple(fields), left)


def _faults(form: Resource) -> Iterator[str]:
    every = list(incoming.items(form))
    links = Counter(str(one.get("linkId")) for one in every)
    yield from (
        _("the linkId %(link)s stands %(times)s times.", link=link, times=times)
        for link, times in links.items()
        if times > 1
    )
    for one in every:
        for rule in incoming.listed(one, "enableWhen"):
            if str(rule.get("question")) not in links:
                yield _(
                    "%(link)s depends on %(other)s, which is not in it.",
                    link=one.get("linkId"),
                    other=rule.get("question"),
                )
    if _deep(form) > DEEPEST:
        yield _("its groups lie in each other more than %(most)s deep.", most=DEEPEST)


def _deep(item: Resource) -> int:
    inner = [one for one in incoming.listed(item, "item") if one.get("type") == "group"]
    return max((1 + _deep(one) for one in inner), default=0)


class _NotHereError(ValueError):
    """The options of an item are not in the file; the message says which."""


def _field(item: Resource, options: Mapping[str, Resource]) -> ForeignField | str:
    told, link = str(item.get("type")), str(item.get("linkId"))
    if _is_computed(item):
        return _("is computed")
    kind = _KINDS.get(told)
    if kind is None:
        return _("is of the type ‘%(kind)s’", kind=told)
    choices: Mapping[str, str] = {}
    if told == "boolean":
        choices = BOOLEAN
    elif kind == "choice":
        choices = dict(_options(item, options))
        kind = "choices" if item.get("repeats") is True else "choice"
    text = item.get("text")
    made = asked(link, kind, text if isinstance(text, str) else "", choices)
    if isinstance(made, str) or kind not in ("whole", "decimal"):
        return made
    return _measured(made, item)


def _is_computed(item: Resource) -> bool:
    return item.get("readOnly") is True or any(name in _COMPUTED for name, __ in _extensions(item))


def _measured(made: ForeignField, item: Resource) -> ForeignField:
    """With the limits and the unit that the item has; limits of FHIR are kept by its programs."""
    found: dict[str, Any] = {}
    for name, extension in _extensions(item):
        limit = extension.get("valueInteger", extension.get("valueDecimal"))
        if name in _LIMITS and isinstance(limit, int | float) and limit >= LOWEST:
            found[_LIMITS[name]] = float(limit)
        if name == "questionnaire-unit" and isinstance(extension.get("valueCoding"), dict):
            unit = extension["valueCoding"].get("display") or extension["valueCoding"].get("code")
            found["unit"] = unit[:20] if isinstance(unit, str) and unit else None
    low, high = found.get("low", LOWEST), found.get("high", HIGHEST)
    return replace(made, **found) if low < high else made


def _extensions(item: Resource) -> Iterator[tuple[str, Resource]]:
    for one in incoming.listed(item, "extension"):
        yield str(one.get("url")).rsplit("/", 1)[-1].removeprefix("sdc-questionnaire-"), one


def _options(item: Resource, options: Mapping[str, Resource]) -> Iterator[tuple[str, str]]:
    """The words of each code."""
    address = item.get("answerValueSet")
    if isinstance(address, str):
        found = options.get(address.split("|")[0])
        if found is None:
            raise _NotHereError(
                _(
                    "the options of %(link)s are in a ValueSet that is not in this file: %(address)s. Add "
                    "it.",
                    link=item.get("linkId"),
                    address=address,
                )
            )
        yield from _of_set(found)
    for option in incoming.listed(item, "answerOption"):
        coding = option.get("valueCoding")
        if isinstance(coding, dict):
            code, display = coding.get("code"), coding.get("display")
            told = display if isinstance(display, str) and display else code
            if isinstance(told, str) and told:
                yield (code if isinstance(code, str) and code else told), told
        else:
            value = option.get("valueInteger", option.get("valueString", option.get("valueDate")))
            if isinstance(value, int | str):
                yield str(value), str(value)


def _of_set(found: Resource) -> Iterator[tuple[str, str]]:
    for one in incoming.concepts(found):
        told = one.get("display")
        yield one["code"], told if isinstance(told, str) and told else one["code"]
