"""Flat Questionnaires of FHIR R4 that are none of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.fhir import incoming
from surveys.exchange.fhir.incoming import Resource
from surveys.exchange.tables import recognising
from surveys.exchange.tables.foreign_form import HIGHEST, LOWEST, ForeignField, ForeignForm, asked, title_of
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_dictionary import YES_NO
from surveys.exchange.tables.table import Column
from surveys.instruments.instrument import ItemKind

DEEPEST = 2  # groups within each other
_KINDS: Mapping[str, ItemKind] = {
    "choice": "choice",
    "boolean": "choice",
    "integer": "whole",
    "decimal": "decimal",
    "quantity": "decimal",
    "date": "date",
}
_SILENT = frozenset({"display", "group"})
_LIMITS = {"minValue": "low", "maxValue": "high"}
_COMPUTED = ("calculatedExpression", "initialExpression")


def forms(content: bytes, known: Sequence[Known]) -> tuple[list[ForeignForm], list[str]]:
    """The Questionnaires of a file, and what is to be known of them, a sentence each.

    Raises:
        FileRefused: one contradicts itself, nests deeper, or its options are not in the file.
    """
    found: list[ForeignForm] = []
    told: list[str] = []
    resources = incoming.questionnaires(content)
    for form in resources.forms:
        made = _form(form, resources.options)
        if ours := _ours(made, known):
            told.append(
                _("%(title)s is %(ours)s, which Seventh has: ask that one.", title=made.title, ours=ours)
            )
            continue
        told += _conditions(form, made)
        found.append(made)
    return found, told


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


def _ours(form: ForeignForm, known: Sequence[Known]) -> str:
    """The name of our instrument that asks the same."""
    columns = [Column(one.name, one.label, one.choices) for one in form.fields]
    found = recognising.found(columns, known)
    return next((one.instrument.short_title for one in found if not one.lacking), "")


def _form(form: Resource, options: Mapping[str, Resource]) -> ForeignForm:
    name = next((form[key] for key in ("title", "name", "id") if isinstance(form.get(key), str)), "Form")
    faults = list(_faults(form))
    fields: list[ForeignField] = []
    left: dict[str, str] = {}
    contained = {
        name: one
        for one in incoming.listed(form, "contained")
        for name in (f"#{one.get('id')}", str(one.get("url")))
    }
    for item in incoming.items(form):
        if str(item.get("type")) in _SILENT:
            continue
        try:
            made = _field(item, {**options, **contained})
        except _NotHereError as error:
            faults.append(str(error))
            continue
        if isinstance(made, str):
            left[str(item.get("linkId"))] = made
        else:
            fields.append(made)
    if faults:
        raise FileRefused([Fault(f"{name}: {problem}") for problem in faults])
    if not fields:
        raise FileRefused([Fault(_("%(name)s has no question that Seventh can ask.", name=name))])
    return ForeignForm(name, title_of(name), "patient", tuple(fields), left)


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
    if item.get("readOnly") is True or any(name in _COMPUTED for name, _ in _extensions(item)):
        return _("is computed")
    kind = _KINDS.get(told)
    if kind is None:
        return _("is of the type ‘%(kind)s’", kind=told)
    choices: Mapping[str, str] = {}
    if told == "boolean":
        choices = YES_NO["yesno"]
    elif kind == "choice":
        choices = dict(_options(item, options))
        kind = "choices" if item.get("repeats") is True else "choice"
    text = item.get("text")
    made = asked(link, kind, text if isinstance(text, str) else "", choices)
    if isinstance(made, str) or kind not in ("whole", "decimal"):
        return made
    return _measured(made, item)


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
            code, words = coding.get("code"), coding.get("display")
            told = words if isinstance(words, str) and words else code
            if isinstance(told, str) and told:
                yield (code if isinstance(code, str) and code else told), told
        else:
            value = option.get("valueInteger", option.get("valueString", option.get("valueDate")))
            if isinstance(value, int | str):
                yield str(value), str(value)


def _of_set(found: Resource) -> Iterator[tuple[str, str]]:
    compose, expansion = found.get("compose"), found.get("expansion")
    lists = incoming.listed(compose, "include") if isinstance(compose, dict) else []
    codes = [code for one in lists for code in incoming.listed(one, "concept")]
    codes = codes or (list(incoming.listed(expansion, "contains")) if isinstance(expansion, dict) else [])
    for one in codes:
        if isinstance(one.get("code"), str):
            words = one.get("display")
            yield one["code"], words if isinstance(words, str) and words else one["code"]
