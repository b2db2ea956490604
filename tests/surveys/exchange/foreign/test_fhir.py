"""Flat Questionnaires of FHIR as forms."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.foreign.fhir import forms
from tests.support import fhir
from tests.support.tables import KNOWN, OPTIONS, QUESTIONS

EXTENSION = "http://hl7.org/fhir/StructureDefinition"
YES = {"valueCoding": {"code": "y", "display": "Yes"}}
NO = {"valueCoding": {"display": "No"}}
SET = {
    "resourceType": "ValueSet",
    "url": "http://x.example/v",
    "compose": {"include": [{"concept": [{"code": "a", "display": "A little"}, {"code": "b"}]}]},
}


def item(link: str, kind: str, **more: Any) -> dict[str, Any]:
    """An item with its question."""
    return {"linkId": link, "type": kind, "text": f"About {link}", **more}


def form(*items: dict[str, Any]) -> dict[str, Any]:
    """A questionnaire of them."""
    return fhir.questionnaire(title="Eye care", item=list(items))


def said(*items: dict[str, Any]) -> str:
    """Why it is refused."""
    with pytest.raises(FileRefused) as refused:
        forms(fhir.packed(form(*items)), KNOWN)
    return str(refused.value)


def test_items_become_questions() -> None:
    """Groups are flattened; options stand in the item, in the file, or in the questionnaire."""
    limits = [
        {"url": f"{EXTENSION}/minValue", "valueInteger": 1},
        {"url": f"{EXTENSION}/maxValue", "valueInteger": 9},
        {"url": f"{EXTENSION}/questionnaire-unit", "valueCoding": {"code": "mm"}},
    ]
    inner = item("g", "group", item=[item("size", "integer", extension=limits), item("on", "date")])
    content = fhir.packed(
        form(
            item("dry", "choice", answerOption=[YES, NO], repeats=True),
            item("how", "choice", answerValueSet="http://x.example/v|1"),
            item("gone", "boolean", enableWhen=[{"question": "dry", "operator": "exists"}]),
            inner,
            item("why", "string"),
            item("sum", "decimal", readOnly=True),
        ),
        SET,
    )
    [found], told = forms(content, KNOWN)
    assert [(one.name, one.kind) for one in found.fields] == [
        ("dry", "choices"),
        ("how", "choice"),
        ("gone", "choice"),
        ("size", "whole"),
        ("on", "date"),
    ]
    assert found.fields[0].choices == {"y": "Yes", "No": "No"}
    assert found.fields[1].choices == {"a": "A little", "b": "b"}
    assert (found.fields[3].low, found.fields[3].high, found.fields[3].unit) == (1.0, 9.0, "mm")
    assert found.left == {"why": "is of the type ‘string’", "sum": "is computed"}
    assert told == ["Eye care: gone have conditions there; here they are always asked."]


def test_one_of_ours_stays_ours() -> None:
    """It is told by its questions."""
    options = [{"valueCoding": {"code": str(n), "display": text}} for n, text in enumerate(OPTIONS)]
    items = [
        {"linkId": str(n), "type": "choice", "text": text, "answerOption": options}
        for n, text in enumerate(QUESTIONS)
    ]
    found, told = forms(fhir.packed(form(*items)), KNOWN)
    assert (found, told) == ([], ["Eye care is PHQ-9, which Seventh has: ask that one."])


def test_a_form_with_one_of_ours_in_it_keeps_the_rest() -> None:
    """By codes or words; what is ours is asked as such, its total too, so that nobody answers it twice."""
    coded = fhir.questionnaire()["item"]
    total = item("sum", "decimal", code=[{"system": fhir.LOINC, "code": "44261-6"}])
    for ours in ([*coded, total], [item(f"w{n}", "boolean", text=text) for n, text in enumerate(QUESTIONS)]):
        [found], told = forms(fhir.packed(form(*ours, item("size", "integer"))), KNOWN)
        assert [one.name for one in found.fields] == ["size"]
        assert told == ["PHQ-9 in Eye care stays PHQ-9: ask it beside the rest."]


def test_what_contradicts_itself_or_is_not_there_is_refused() -> None:
    """With its place."""
    elsewhere = "the options of how are in a ValueSet that is not in this file: http://x.example/v. Add it."
    assert elsewhere in said(item("how", "choice", answerValueSet="http://x.example/v"))
    assert "the linkId a stands 2 times." in said(item("a", "date"), item("a", "date"))
    gone = item("a", "date", enableWhen=[{"question": "b"}])
    assert "a depends on b, which is not in it." in said(gone)
    deep = item("g", "group", item=[item("h", "group", item=[item("i", "group", item=[item("a", "date")])])])
    assert "more than 2 deep" in said(deep)
    assert "Eye care has no question that Seventh can ask." in said(item("a", "string"))
    with pytest.raises(FileRefused, match="holds no Questionnaire"):
        forms(fhir.packed(fhir.response()), KNOWN)
