"""A Questionnaire of FHIR for an instrument, and the codes that have no LOINC. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.exchange.fhir.coded import LOINC
from surveys.exchange.fhir.expressions import ORDINAL, expression, variable, variables
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.instruments.instrument import Instrument, Item
from surveys.instruments.scale import Scale

SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition"
CORE = "http://hl7.org/fhir/StructureDefinition"
TYPES: Mapping[str, str] = {
    "choice": "choice",
    "choices": "choice",
    "whole": "integer",
    "decimal": "decimal",
    "date": "date",
    "text": "text",
}

Resource = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """The addresses under which an installation names its own things; `base` has no slash at its end."""

    base: str

    def questionnaire(self, key: str) -> str:
        """The canonical address of an instrument."""
        return f"{self.base}/Questionnaire/{key}"

    def system(self, name: str) -> str:
        """A code system of its own."""
        return f"{self.base}/CodeSystem/{name}"

    def extension(self, name: str) -> str:
        """An extension of its own."""
        return f"{self.base}/StructureDefinition/{name}"

    def option(self, instrument: Instrument, item: Item, value: int, display: str) -> Resource:
        """The code of one choice."""
        choice = next(one for one in instrument.choices(item.key) if one.value == value)
        if choice.loinc:
            return {"system": LOINC, "code": choice.loinc, "display": display}
        return {
            "system": self.system(f"{instrument.key}-answers"),
            "code": f"{item.section}-{value}",
            "display": display,
        }

    def score(self, instrument: Instrument, scale: Scale) -> Resource:
        """The code of a score, which is never that of the panel."""
        name = f"{instrument.short_title}: {scale.title}"
        if scale.loinc:
            return {"system": LOINC, "code": scale.loinc, "display": name}
        return {"system": self.system("scores"), "code": f"{instrument.key}.{scale.key}", "display": name}


def version_of(one: AnsweredInstrument, several: bool) -> str:
    """The version of its Questionnaire: that of the definition, with the wording's name where several are."""
    return f"{one.instrument.version}-{one.wording}" if several else one.instrument.version


def questionnaire(one: AnsweredInstrument, names: Names, *, version: str) -> Resource:
    """The resource. Scores are read-only items that compute themselves."""
    instrument = one.instrument
    made: Resource = {
        "resourceType": "Questionnaire",
        "id": identifier(f"{instrument.key}-{version}"),
        "extension": [_variable(name, found) for name, found in variables(instrument)],
        "url": names.questionnaire(instrument.key),
        "version": version,
        "name": "".join(part.capitalize() for part in instrument.key.split("_")),
        "title": one.text.title if one.text else instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": (one.text and one.text.notice) or str(instrument.licence),
        "item": [*_items(one, names), *_scores(instrument, names)],
    }
    if instrument.loinc and instrument.loinc.panel:
        made["code"] = [{"system": LOINC, "code": instrument.loinc.panel, "display": instrument.title}]
    if not made["extension"]:
        del made["extension"]
    return made


def identifier(text: str) -> str:
    """`text` as an id of FHIR, which has no underscores."""
    return text.replace("_", "-")[:64]


def _variable(name: str, found: str) -> Resource:
    told = {"name": name, "language": "text/fhirpath", "expression": found}
    return {"url": f"{CORE}/variable", "valueExpression": told}


def _items(one: AnsweredInstrument, names: Names) -> Iterator[Resource]:
    instrument, sections = one.instrument, set()
    for item in instrument.asked(optional=True):
        if item.section not in sections and one.text:
            section = one.text.sections[item.section]
            words = " ".join(part for part in (section.recall, section.instruction) if part)
            if words:
                yield {"linkId": f"s-{item.section}", "type": "display", "text": words}
        sections.add(item.section)
        yield _item(one, item, names)


def _item(one: AnsweredInstrument, item: Item, names: Names) -> Resource:
    instrument, words = one.instrument, one.words(item)
    made: Resource = {
        "linkId": item.key,
        "prefix": str(item.number),
        "text": one.text.items[item.key] if one.text else item.label,
        "type": TYPES[item.kind],
        "required": False,
    }
    if item.loinc:
        made["code"] = [{"system": LOINC, "code": item.loinc}]
    if item.kind == "choices":
        made["repeats"] = True
    if item.chosen:
        control = "check-box" if item.kind == "choices" else "radio-button"
        coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": control}
        made["extension"] = [
            {"url": f"{CORE}/questionnaire-itemControl", "valueCodeableConcept": {"coding": [coding]}}
        ]
        made["answerOption"] = [
            {
                "extension": [{"url": ORDINAL, "valueDecimal": value}],
                "valueCoding": names.option(instrument, item, value, words.get(value, str(value))),
            }
            for value in instrument.values(item.key)
        ]
    elif item.low is not None and item.high is not None:
        kind = "valueInteger" if item.kind == "whole" else "valueDecimal"
        low, high = (int(end) if item.kind == "whole" else end for end in (item.low, item.high))
        made["extension"] = [
            {"url": f"{CORE}/minValue", kind: low},
            {"url": f"{CORE}/maxValue", kind: high},
        ]
    return made


def _scores(instrument: Instrument, names: Names) -> Iterator[Resource]:
    for scale in instrument.scales:
        made: Resource = {
            "linkId": f"score-{scale.key}",
            "text": f"{instrument.short_title}: {scale.title}",
            "type": "decimal",
            "readOnly": True,
            "code": [names.score(instrument, scale)],
        }
        if expression(instrument, scale) is not None:
            told = {"language": "text/fhirpath", "expression": f"%{variable(scale)}"}
            made["extension"] = [
                {"url": f"{SDC}/sdc-questionnaire-calculatedExpression", "valueExpression": told}
            ]
        yield made


def code_systems(asked: Sequence[AnsweredInstrument], names: Names) -> Iterator[Resource]:
    """The codes that are not LOINC's: scores, and the answers of each instrument."""
    scores: dict[str, str] = {}
    answers: dict[str, dict[str, str]] = {}
    for one in asked:
        for scale in one.instrument.scales:
            code = names.score(one.instrument, scale)
            if code["system"] != LOINC:
                scores[code["code"]] = code["display"]
        for item in one.instrument.items:
            words = one.words(item)
            for value in one.instrument.values(item.key):
                code = names.option(one.instrument, item, value, words.get(value, str(value)))
                if code["system"] != LOINC:
                    answers.setdefault(one.instrument.key, {})[code["code"]] = code["display"]
    if scores:
        yield _system("scores", "Scores", scores, names)
    for key, told in answers.items():
        yield _system(f"{key}-answers", f"Answers to {key}", told, names)


def _system(name: str, title: str, codes: Mapping[str, str], names: Names) -> Resource:
    return {
        "resourceType": "CodeSystem",
        "id": identifier(name),
        "url": names.system(name),
        "name": "".join(part.capitalize() for part in name.replace("-", "_").split("_")),
        "title": title,
        "status": "active",
        "content": "complete",
        "concept": [{"code": code, "display": display} for code, display in codes.items()],
    }
