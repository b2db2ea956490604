"""A file of FHIR R4 on its way in: its resources, refused where they say something that is not read."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.zips import DAMAGED

Resource = Mapping[str, Any]
NDJSON = ".ndjson"
LARGEST_BYTES = 200 * 1024**2  # unpacked: what a zip file says of itself may be a trap
DEEPEST = 60  # levels of items and of JSON, in which a file may be a trap
TYPES = ("QuestionnaireResponse", "Questionnaire", "Patient", "ValueSet", "CodeSystem", "Observation")
LISTS = frozenset({"item", "answer", "answerOption", "extension", "entry"})
OBJECTS = frozenset({"valueCoding", "valueQuantity", "subject", "resource"})
TEXTS = frozenset(
    {"linkId", "url", "authored", "language", "system", "questionnaire", "reference", "definition"}
)
NUMBERS = frozenset({"valueDecimal", "valueInteger"})
READ = frozenset({"QuestionnaireResponse", "Questionnaire", "Patient"})
_XML = _("This is FHIR as XML. Save it as JSON.")
_R5 = _("%(place)s: its type is ‘coding’: this is FHIR R5; save it as R4.")


@dataclass(frozen=True)
class Resources:
    """The resources of a file: responses, questionnaires by address, codes of patients by reference.

    `options` are its ValueSets by their addresses. `others` counts what is of another type, and is not read.
    """

    responses: tuple[Resource, ...]
    questionnaires: Mapping[str, Resource]
    patients: Mapping[str, str]
    others: Mapping[str, int]
    options: Mapping[str, Resource]


def is_fhir(content: bytes) -> bool:
    """Whether a file is JSON (or XML) of FHIR, or a zip file of such."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return any(one.endswith(NDJSON) for one in archive.namelist())
        except DAMAGED:
            return False
    beginning = content[:20_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if beginning.startswith(b"<"):
        return b"http://hl7.org/fhir" in beginning
    return beginning.startswith((b"{", b"[")) and b'"resourceType"' in content


@dataclass(frozen=True)
class Questionnaires:
    """The Questionnaires of a file, and its ValueSets by their addresses."""

    forms: tuple[Resource, ...]
    options: Mapping[str, Resource]


def questionnaires(content: bytes) -> Questionnaires:
    """The Questionnaires of a file.

    Raises:
        FileRefused: it is XML, R5, no JSON, has a `modifierExtension`, or holds none.
    """
    found = _checked(content)
    forms = tuple(one for one in found if one["resourceType"] == "Questionnaire")
    if not forms:
        raise FileRefused([Fault(_("This file of FHIR holds no Questionnaire."))])
    return Questionnaires(forms, _options(found))


def read(content: bytes) -> Resources:
    """The resources of a bundle, of lines of them (NDJSON), or of one alone.

    Raises:
        FileRefused: it is XML, R5, no JSON, has a `modifierExtension`, or holds no answers.
    """
    found = _checked(content)
    responses = tuple(one for one in found if one["resourceType"] == "QuestionnaireResponse")
    if not responses:
        raise FileRefused([Fault(_("This file of FHIR holds no QuestionnaireResponse: nobody's answers."))])
    others: dict[str, int] = {}
    for one in found:
        if one["resourceType"] not in TYPES:
            others[one["resourceType"]] = others.get(one["resourceType"], 0) + 1
    forms = (one for one in found if one["resourceType"] == "Questionnaire")
    return Resources(
        responses,
        {name: one for one in forms for name in _names(one)},
        {f"Patient/{one.get('id')}": _code(one) for one in found if one["resourceType"] == "Patient"},
        others,
        _options(found),
    )


def items(resource: Resource) -> Iterator[Resource]:
    """The items of a questionnaire or response, also those within others."""
    for one in listed(resource, "item"):
        yield one
        yield from items(one)
        for answer in listed(one, "answer"):
            yield from items(answer)


def _options(found: Sequence[Resource]) -> dict[str, Resource]:
    sets = (one for one in found if one["resourceType"] == "ValueSet" and isinstance(one.get("url"), str))
    return {one["url"]: one for one in sets}


def _checked(content: bytes) -> list[Resource]:
    """Every resource. Raises FileRefused where those that are read say what is not understood."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FileRefused([Fault(_XML)])
    found = list(_each(content))
    read_ones = [one for one in found if one["resourceType"] in READ]
    faults = [Fault(problem) for one in read_ones for problem in _refused(one, one["resourceType"], 0)]
    if faults:
        raise FileRefused(faults)
    return found


def _members(content: bytes) -> Iterator[bytes]:
    """The files of FHIR in a zip file, as servers export a type each; or the file itself.

    Where there are lines of resources these are read alone: a bundle beside them holds the same once more.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        yield content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            lines = [one for one in archive.infolist() if one.filename.endswith(NDJSON)]
            if sum(one.file_size for one in lines) > LARGEST_BYTES:
                raise FileRefused([Fault(_("Unpacked, this file is too large: send its files one by one."))])
            yield from map(archive.read, lines)
    except DAMAGED:
        raise FileRefused([Fault(_("The zip file is damaged or encrypted."))]) from None


def _each(content: bytes) -> Iterator[Resource]:
    for member in _members(content):
        yield from _of_file(member)


def _of_file(content: bytes) -> Iterator[Resource]:
    try:
        text = content.decode("utf-8-sig")
        try:
            parts = [json.loads(text)]
        except ValueError:
            parts = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise FileRefused([Fault(_("This is not whole JSON of FHIR."))]) from None
    for part in parts:
        for one in part if isinstance(part, list) else [part]:
            yield from _unpacked(one)


def _unpacked(one: Any) -> Iterator[Resource]:
    if not isinstance(one, dict) or not isinstance(one.get("resourceType"), str):
        raise FileRefused([Fault(_("This is JSON, but not of FHIR: something has no resourceType."))])
    if one["resourceType"] != "Bundle":
        yield one
        return
    for entry in listed(one, "entry"):
        if isinstance(entry.get("resource"), dict):
            yield from _unpacked(entry["resource"])


def _refused(value: Any, place: str, level: int) -> Iterator[str]:
    """What in a resource changes the meaning of the rest, or is of another release."""
    if level > DEEPEST:
        yield _("%(place)s…: deeper than %(deepest)s levels.", place=place[:60], deepest=DEEPEST)
        return
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _refused(one, f"{place}[{number}]", level + 1)
    elif isinstance(value, dict):
        if "modifierExtension" in value:
            yield _(
                "%(place)s: it has a modifierExtension, which may turn its meaning round. It is not read.",
                place=place,
            )
        if value.get("type") == "coding" and "linkId" in value:
            yield _(_R5, place=place)
        for name, one in value.items():
            if not _is_shaped(name, one):
                yield _(
                    "%(place)s.%(name)s is of another kind than FHIR R4 has there.", place=place, name=name
                )
            elif isinstance(one, list | dict):
                yield from _refused(one, f"{place}.{name}", level + 1)


def _is_shaped(name: str, value: Any) -> bool:
    """Whether what stands under a name is of its kind; names that are not read may hold anything."""
    if name in LISTS:
        return isinstance(value, list) and all(isinstance(one, dict) for one in value)
    if name in OBJECTS:
        coded = name != "valueCoding" or (isinstance(value, dict) and isinstance(value.get("code", ""), str))
        return isinstance(value, dict) and coded
    if name in TEXTS:
        return isinstance(value, str)
    if name in NUMBERS:
        return type(value) in (int, float) and math.isfinite(value)
    if name == "code":  # of an item, or of a coding
        return isinstance(value, str | dict) or (
            isinstance(value, list) and all(isinstance(one, dict) for one in value)
        )
    return True


def listed(resource: Resource, name: str) -> Sequence[Resource]:
    """The objects in a list of a resource; none where it has no such list."""
    found = resource.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def options_of(form: Resource, options: Mapping[str, Resource]) -> dict[str, Resource]:
    """The ValueSets that its items may name: `options`, those of its file, and its own."""
    own = {
        name: one for one in listed(form, "contained") for name in (f"#{one.get('id')}", str(one.get("url")))
    }
    return {**options, **own}


def concepts(options: Resource) -> Sequence[Resource]:
    """The codes of a ValueSet, as far as it lists them."""
    compose, expansion = options.get("compose"), options.get("expansion")
    lists = listed(compose, "include") if isinstance(compose, dict) else []
    codes = [code for one in lists for code in listed(one, "concept")]
    codes = codes or (list(listed(expansion, "contains")) if isinstance(expansion, dict) else [])
    return [one for one in codes if isinstance(one.get("code"), str)]


def _names(form: Resource) -> Iterator[str]:
    if isinstance(form.get("url"), str):
        yield form["url"]
    if isinstance(form.get("id"), str):
        yield f"Questionnaire/{form['id']}"


def _code(patient: Resource) -> str:
    """The study code of a patient: the value of an identifier, else the id."""
    values = (one.get("value") for one in listed(patient, "identifier"))
    return next((value for value in values if isinstance(value, str)), str(patient.get("id")))
