"""Which instrument a response of FHIR answers."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.fhir import answers_in
from surveys.exchange.fhir.incoming import Resources
from surveys.exchange.fhir.recognising import Recognising
from tests.support import fhir
from tests.support.desk import LIBRARY


def flat(response: dict[str, Any]) -> list[dict[str, Any]]:
    """The items with an answer of an option, by LOINC's order."""
    items: list[dict[str, Any]] = response["item"][0]["item"]
    return items[::-1]


def test_the_phq8_is_not_a_phq9_cut_short() -> None:
    """All items of one instrument and of no other: eight are the PHQ-8, two the PHQ-2, nine the PHQ-9."""
    items = flat(fhir.response())
    recognising = Recognising(Resources((), {}, {}, {}, {}), list(LIBRARY))
    for count, key in ((9, "phq9"), (8, "phq8"), (2, "phq2")):
        [asked] = recognising.of(fhir.response(item=items[:count]))
        assert asked.instrument.key == key
    panel = fhir.response(item=items[:7], questionnaire="http://loinc.org/q/44249-1")
    assert [one.instrument.key for one in recognising.of(panel)] == ["phq9"]


def changed(change: dict[str, Any], **form: Any) -> bytes:
    """The clinic's response and form with another first item."""
    items = fhir.questionnaire()["item"]
    return fhir.packed(
        fhir.questionnaire(item=[{**items[0], **change}, *items[1:]], **form), fhir.of_clinic()
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (fhir.packed(fhir.of_clinic()), "which questionnaire it answers cannot be told"),
        (fhir.packed(fhir.response(item=flat(fhir.response())[:7])), "cannot be told"),
        (
            changed({"answerOption": [], "answerValueSet": "http://clinic.example/options"}),
            "the options of m1 are in a ValueSet that is not in this file: http://clinic.example/opt",
        ),
        (
            fhir.packed(fhir.questionnaire(), fhir.of_clinic(item=[{"linkId": "x", "answer": [{}]}])),
            r"none of its items \(x\) is known",
        ),
        (
            changed({"answerOption": []}),
            "item m1 of this PHQ-9 offers o0, which Seventh's PHQ-9 does not have",
        ),
    ],
)
def test_what_nobody_can_know_is_refused(content: bytes, said: str) -> None:
    """Nothing is guessed by the place of an item or an option."""
    with pytest.raises(FileRefused, match=said):
        answers_in.read("r.json", content, LIBRARY)


def test_an_option_weighed_otherwise_is_another_version() -> None:
    """LOINC's code for “Several days” counts 1; a form that counts 2 asks something else."""
    option = {
        "valueCoding": {"system": fhir.LOINC, "code": "LA6569-3"},
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 2}],
    }
    answered = fhir.of_clinic()
    answered["item"][0]["answer"] = [{"valueCoding": option["valueCoding"]}]
    items = fhir.questionnaire()["item"]
    form = fhir.questionnaire(item=[{**items[0], "answerOption": [option]}, *items[1:]])
    with pytest.raises(FileRefused, match="item m1 weighs LA6569-3 as 2, which Seventh's PHQ-9 does not"):
        answers_in.read("r.json", fhir.packed(form, answered), LIBRARY)
