"""Files of FHIR on their way in."""

from __future__ import annotations

import json

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.fhir import incoming
from tests.support import fhir, moved


def test_a_bundle_its_lines_and_one_alone_are_the_same() -> None:
    """Other resources are counted; a patient's code is the identifier's."""
    patient = {"resourceType": "Patient", "id": "x1", "identifier": [{"value": "0012"}]}
    every = (fhir.response(), patient, {"resourceType": "Device"})
    lines = b"\n".join(json.dumps(one).encode() for one in every)
    for content in (fhir.packed(*every), lines, json.dumps(every).encode()):
        assert incoming.is_fhir(content)
        found = incoming.read(content)
        assert [one["id"] for one in found.responses] == ["r1"]
        assert (found.patients, found.others) == ({"Patient/x1": "0012"}, {"Device": 1})
    assert not incoming.is_fhir(b"patient,visit\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "Save it as JSON"),
        (b'{"resourceType": "Bundle"', "not whole JSON"),
        (b'[{"resourceType": "Bundle"}, 3]', "something has no resourceType"),
        (fhir.packed(fhir.questionnaire()), "holds no QuestionnaireResponse"),
        (
            fhir.packed(fhir.response(item=[{"linkId": "/44250-9", "modifierExtension": []}])),
            r"QuestionnaireResponse.item\[0\]: it has a modifierExtension",
        ),
        (
            fhir.packed(fhir.response(), fhir.questionnaire(item=[{"linkId": "a", "type": "coding"}])),
            "this is FHIR R5; save it as R4",
        ),
        (
            b'{"resourceType": "QuestionnaireResponse", "contained": ' + b"[" * 90 + b"]" * 90 + b"}",
            "deeper than",
        ),
    ],
)
def test_what_is_not_read_is_refused_in_words(content: bytes, said: str) -> None:
    """With its place."""
    with pytest.raises(FileRefused, match=said):
        incoming.read(content)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("item", {"linkId": "a"}),
        ("item", ["a"]),
        ("subject", "Patient/P1"),
        ("authored", 2025),
        ("item", [{"linkId": "a", "answer": [{"valueCoding": {"code": ["LA6568-5"]}}]}]),
        ("item", [{"linkId": "a", "answer": [{"valueDecimal": float("inf")}]}]),
        ("item", [{"linkId": "a", "answer": [{"valueInteger": True}]}]),
    ],
)
def test_what_has_another_shape_than_in_r4_is_refused(name: str, value: object) -> None:
    """Once, where the file comes in: nothing behind has to ask again."""
    with pytest.raises(
        FileRefused, match=rf"QuestionnaireResponse\.{name}.* is of another kind than FHIR R4"
    ):
        incoming.read(fhir.packed(fhir.response(**{name: value})))


def test_an_identifier_is_what_each_resource_has() -> None:
    """A patient has several, a response one, and the expansion of a value set an address."""
    options = {"resourceType": "ValueSet", "expansion": {"identifier": "urn:uuid:1", "contains": []}}
    named = fhir.response(identifier={"value": "r-1"}, contained=[options])
    assert len(incoming.read(fhir.packed(named)).responses) == 1


def test_a_zip_file_of_lines_is_one_file() -> None:
    """As servers export it, a file for each type; a bundle beside them would be the same again."""
    lines = {
        "Questionnaire.ndjson": fhir.packed(fhir.questionnaire()),
        "QuestionnaireResponse.ndjson": fhir.packed(fhir.of_clinic()) + b"\n",
        "bundle.json": fhir.packed(fhir.questionnaire(), fhir.of_clinic()),
    }
    content = moved.packed(lines)
    assert incoming.is_fhir(content)
    found = incoming.read(content)
    assert (len(found.responses), len(found.questionnaires)) == (1, 1)
    assert not incoming.is_fhir(moved.packed({"a.csv": b"patient,visit"}))
    with pytest.raises(FileRefused, match="damaged"):
        incoming.read(content.replace(b"resourceType", b"ResourceType"))
