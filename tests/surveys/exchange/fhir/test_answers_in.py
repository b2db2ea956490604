"""Responses of FHIR as rows of an import."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange.faults import FileRefused
from surveys.exchange.fhir import answers_in
from surveys.exchange.foreign import taking
from surveys.exchange.tables.foreign_form import own_form
from surveys.instruments.definition import parse
from surveys.instruments.library import Library
from surveys.instruments.own import definition, form_of
from surveys.models import Patient, Response, Visit
from tests.support import fhir, nasty
from tests.support.desk import LIBRARY
from tests.support.study import library
from tests.support.tables import KNOWN, OPTIONS, QUESTIONS

PHQ9 = {f"q{number}": value for number, value in enumerate(fhir.VALUES, start=1)}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


@pytest.mark.parametrize(
    "content", [fhir.packed(fhir.response()), fhir.packed(fhir.questionnaire(), fhir.of_clinic())]
)
def test_answers_are_found_by_codes(content: bytes) -> None:
    """Items in any order, options weighed by their Questionnaire; the visit is named by its day."""
    [row] = answers_in.read("r.json", content, LIBRARY).rows
    assert row.answers == {"phq9": PHQ9}
    assert (row.patient, row.visit, row.occurrence) == ("P1", "2025-03-01", 1)
    assert row.completed == datetime(2025, 3, 1, 10, 0, 0, 123000, UTC)


def test_what_leaves_comes_back(app: Flask) -> None:
    """Each response with its visit, its occurrence, and why answers are missing."""
    nasty.make(app)
    files = nasty.leave(app, "fhir", exact_dates="We leave")
    rows = answers_in.read("bundle.json", files["bundle.json"], library(app)).rows
    came = {
        (row.patient, row.visit, row.occurrence, key): (dict(answers), dict(row.circumstances(key).not_given))
        for row in rows
        for key, answers in row.answers.items()
    }
    columns = (Patient.code, Visit.name, Visit.occurrence, Response.instrument)
    query = select(*columns, Response.answers, Response.not_given).join(Response.visit).join(Visit.patient)
    with app.app_context():
        stored = {
            tuple(row[:4]): (row[4], row[5]) for row in db.session.execute(query.where(Response.stands))
        }
    assert came == stored


def test_states_are_kept() -> None:
    """Not sent is partial; entered in error stays outside and is told."""
    partial = fhir.response(status="in-progress", id="r2", subject={"reference": "Patient/P2"})
    wrong = fhir.response(status="entered-in-error", id="r3")
    file = answers_in.read("r.json", fhir.packed(fhir.response(), partial, wrong), LIBRARY)
    assert [row.circumstances("phq9").partial for row in file.rows] == [False, True]
    assert file.left_out == ("1 response left out: it was entered in error.",)


def test_what_the_instrument_has_not_is_told() -> None:
    """Nothing is dropped in silence."""
    more = {"linkId": "blood", "answer": [{"valueDecimal": 5.1}]}
    found = fhir.response()
    content = fhir.packed({**found, "item": [*found["item"], more]}, {"resourceType": "Device"})
    file = answers_in.read("r.json", content, LIBRARY)
    assert file.left_out == ("1 Device left out.", "Item blood left out (1 answer).")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"item": fhir.response()["item"][:1] * 2}, "the linkId g?/?.* stands twice"),
        ({"status": "bogus"}, "its status is 'bogus'"),
        ({"authored": "2025"}, "neither a date"),
        ({"subject": {}}, "it has no subject"),
        ({"subject": {"reference": "Patient/=1+1"}}, "cannot be a study code"),
        (
            {
                "item": [
                    *fhir.response()["item"][:1],
                    {"linkId": "/44261-6", "answer": [{"valueDecimal": 11}]},
                ]
            },
            "the response says 11; its answers give 12",
        ),
    ],
)
def test_what_is_wrong_is_told(changes: dict[str, Any], said: str) -> None:
    """With the response's id."""
    with pytest.raises(FileRefused, match=f"QuestionnaireResponse r1: .*{said}"):
        answers_in.read("r.json", fhir.packed(fhir.response(**changes)), LIBRARY)


def test_one_questionnaire_twice_at_a_visit_is_refused() -> None:
    """Two of one day cannot both be that day's."""
    with pytest.raises(FileRefused, match="P1 has phq9 at 2025-03-01 twice"):
        answers_in.read("r.json", fhir.packed(fhir.response(), fhir.response(id="r2")), LIBRARY)


def test_one_that_was_opened_again_and_left_empty_changes_nothing() -> None:
    """Nor is what was sent before it partial, or of its instant."""
    first = fhir.response()
    empty = [{"linkId": one["linkId"]} for one in first["item"]]
    again = fhir.response(id="r2", status="in-progress", authored="2025-03-01T15:00:00Z", item=empty)
    [row] = answers_in.read("r.json", fhir.packed(first, again), LIBRARY).rows
    told = row.circumstances("phq9")
    assert (row.answers, told.partial, told.completed) == ({"phq9": PHQ9}, False, row.completed)


EYE = "http://clinic.example/eye"


def eye() -> dict[str, Any]:
    """A clinic's own Questionnaire: options with and without codes, yes or no, a number and a quantity."""
    unit = {
        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
        "valueCoding": {"code": "mm"},
    }
    coded = [
        {"valueCoding": {"code": code, "display": text}} for code, text in (("R", "Red"), ("W", "White"))
    ]
    plain = [{"valueCoding": {"display": text}} for text in ("Drops", "Ointment", "Tape")]
    items = [
        {"linkId": "look", "type": "choice", "text": "How does it look?", "answerOption": coded},
        {"linkId": "use", "type": "choice", "repeats": True, "text": "Used", "answerOption": plain},
        {
            "linkId": "stage",
            "type": "choice",
            "text": "Stage",
            "answerOption": [{"valueInteger": n} for n in (4, 2)],
        },
        {"linkId": "shut", "type": "boolean", "text": "Does it shut?"},
        {"linkId": "times", "type": "integer", "text": "How often?"},
        {"linkId": "gap", "type": "quantity", "text": "Gap", "extension": [unit]},
        {"linkId": "note", "type": "string", "text": "Note"},
    ]
    return {"resourceType": "Questionnaire", "url": EYE, "title": "Eye", "item": items[::-1]}


def of_eye(**changes: Any) -> dict[str, Any]:
    """A response to it."""
    answers: dict[str, list[dict[str, Any]]] = {
        "look": [{"valueCoding": {"code": "W"}}],
        "use": [{"valueCoding": {"display": "Tape"}}, {"valueCoding": {"display": "Drops"}}],
        "stage": [{"valueInteger": 2}],
        "shut": [{"valueBoolean": False}],
        "times": [{"valueInteger": 3}],
        "gap": [{"valueQuantity": {"value": 2.5, "code": "mm"}}],
        "note": [{"valueString": "seen"}],
        **changes,
    }
    items = [{"linkId": link, "answer": answer} for link, answer in answers.items()]
    return fhir.response(questionnaire=f"{EYE}|2", item=items)


def with_own(questionnaire: dict[str, Any]) -> Library:
    """The site's library with the forms that study S1 made of a Questionnaire."""
    forms, _ = taking.read(fhir.packed(questionnaire), KNOWN)
    facts: dict[str, Any] = {"version": 1, "study": "S1", "holder": "S", "year": 2026}
    texts = [
        definition(own_form(part, ("en",)), key=f"s1_form{number}", **facts)
        for number, part in enumerate(forms)
    ]
    return LIBRARY.with_forms([parse(text, "x") for text in texts])


def test_a_questionnaire_that_became_an_own_form_brings_its_answers() -> None:
    """By linkId and code, whatever the order; what the form does not ask is told."""
    content = fhir.packed(eye(), of_eye())
    file = answers_in.read("r.json", content, with_own(eye()), "S1")
    [row] = file.rows
    form = {one.labels["en"]: one.number for one in form_of(with_own(eye()).get("s1_form0")).fields}
    given = {label: row.answers["s1_form0"][f"q{number}"] for label, number in form.items()}
    assert given == {
        "How does it look?": 2,
        "Used": [1, 3],
        "Stage": 2,
        "Does it shut?": 2,
        "How often?": 3,
        "Gap": 2.5,
    }
    assert file.left_out == ("Item note left out (1 answer).",)
    with pytest.raises(FileRefused, match=r"Eye is none of Seventh's .*\. Make a form of the study's own of"):
        answers_in.read("r.json", content, with_own(eye()), "S2")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"look": [{"valueCoding": {"code": "G", "display": "Green"}}]},
            "item look of this Eye offers G ‘Green’",
        ),
        ({"gap": [{"valueQuantity": {"value": 1, "unit": "cm"}}]}, "item gap is in cm, and is asked in mm"),
        (
            {"gap": [{"valueQuantity": {"value": 1, "code": "mm", "comparator": "<"}}]},
            "item gap has no number",
        ),
        ({"shut": [{"valueBoolean": "no"}]}, "item shut of this Eye offers None"),
    ],
)
def test_what_an_own_form_does_not_offer_is_refused(changes: dict[str, Any], said: str) -> None:
    """As of every questionnaire: no answer is guessed."""
    with pytest.raises(FileRefused, match=said):
        answers_in.read("r.json", fhir.packed(eye(), of_eye(**changes)), with_own(eye()), "S1")


def test_responses_alone_find_the_form_that_was_made_of_their_questionnaire() -> None:
    """By its address, linkIds and codes, which the form kept, whatever the form asks now."""
    library = with_own(eye())
    form = form_of(library.get("s1_form0"))
    titles = {"en": "Lids"}
    fields = tuple(replace(one, labels={"en": f"Our {one.number}"}) for one in form.fields)
    changed = definition(
        replace(form, titles=titles, fields=fields), key="lids", version=1, study="S1", holder="S", year=2026
    )
    renamed = LIBRARY.with_forms([parse(changed, "x")])
    [both] = answers_in.read("r.json", fhir.packed(eye(), of_eye()), renamed, "S1").rows
    [alone] = answers_in.read("r.json", fhir.packed(of_eye()), renamed, "S1").rows
    assert alone.answers == both.answers
    assert alone.answers["lids"].keys() == {f"q{one.number}" for one in form.fields}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"look": [{"valueCoding": {"code": "W", "display": "Wet"}}]},
            "item look of this Eye offers W ‘Wet’",
        ),
        ({"stage": [{"valueInteger": 3}]}, "item stage of this Eye offers 3"),
    ],
)
def test_responses_alone_say_nothing_else_than_was_asked(changes: dict[str, Any], said: str) -> None:
    """A code in other words is another version's, and so is a question."""
    with pytest.raises(FileRefused, match=said):
        answers_in.read("r.json", fhir.packed(of_eye(**changes)), with_own(eye()), "S1")
    response = of_eye()
    response["item"][0]["text"] = "How does the nose look?"
    with pytest.raises(FileRefused, match=r"and the form was made of ‘How does it look.’: another version"):
        answers_in.read("r.json", fhir.packed(response), with_own(eye()), "S1")


def test_an_item_in_other_words_is_left_out() -> None:
    """Nobody is asked about a file of FHIR: what its Questionnaire asks otherwise by now is told."""
    other = eye()
    [look] = [one for one in other["item"] if one["linkId"] == "look"]
    look["text"] = "How does the nose look?"
    file = answers_in.read("r.json", fhir.packed(other, of_eye()), with_own(eye()), "S1")
    assert set(file.left_out) == {"Item look left out (1 answer).", "Item note left out (1 answer)."}


def test_a_long_questionnaire_answers_several_own_forms() -> None:
    """One response, at one visit; why an answer is missing goes with its form."""
    items = [{"linkId": f"n{number}", "type": "integer", "text": f"Number {number}"} for number in range(45)]
    long = {"resourceType": "Questionnaire", "url": EYE, "title": "Long", "item": items}
    answered = [{"linkId": f"n{number}", "answer": [{"valueInteger": number}]} for number in (0, 44)]
    response = fhir.response(questionnaire=EYE, item=answered)
    [row] = answers_in.read("r.json", fhir.packed(long, response), with_own(long), "S1").rows
    assert row.answers == {"s1_form0": {"q1": 0}, "s1_form1": {"q5": 44}}


def in_words() -> dict[str, Any]:
    """A PHQ-9 with no code of LOINC, as HL7's example has it: options are in a ValueSet of its own."""
    concepts = [{"code": text[:3], "display": text} for text in OPTIONS]
    own = {"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts[::-1]}]}}
    items = [
        {"linkId": f"x{number}", "type": "choice", "text": f"{text}?", "answerValueSet": "#v"}
        for number, text in enumerate(QUESTIONS)
    ]
    return {
        "resourceType": "Questionnaire",
        "url": EYE,
        "title": "Mood",
        "contained": [own],
        "item": items[::-1],
    }


def test_questions_and_options_in_our_words_are_ours() -> None:
    """The file itself says what each code means; what a linkId looks like says nothing."""
    items = [
        {"linkId": f"x{number}", "answer": [{"valueCoding": {"code": OPTIONS[value][:3]}}]}
        for number, value in enumerate(fhir.VALUES)
    ]
    form = in_words()
    content = fhir.packed(form, fhir.response(questionnaire=EYE, item=items))
    assert answers_in.read("r.json", content, LIBRARY).rows[0].answers == {"phq9": PHQ9}
    form["item"] = [
        {**one, "linkId": f"phq9_q{int(one['linkId'][1:]) + 1}", "text": "Frage"} for one in form["item"]
    ]
    with pytest.raises(FileRefused, match=r"its items look like those of PHQ-9 by their linkIds alone"):
        answers_in.read("r.json", fhir.packed(form, fhir.response(questionnaire=EYE, item=items)), LIBRARY)


def test_a_value_set_of_the_file_may_weigh_its_options() -> None:
    """As an option of the Questionnaire itself may."""
    url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
    concepts = [{"code": f"o{n}", "extension": [{"url": url, "valueDecimal": n}]} for n in range(4)]
    options = {"resourceType": "ValueSet", "url": f"{EYE}/v", "compose": {"include": [{"concept": concepts}]}}
    items = [
        {name: told for name, told in one.items() if name != "answerOption"}
        | {"answerValueSet": f"{EYE}/v|1"}
        for one in fhir.questionnaire()["item"]
    ]
    content = fhir.packed(options, fhir.questionnaire(item=items), fhir.of_clinic())
    assert answers_in.read("r.json", content, LIBRARY).rows[0].answers == {"phq9": PHQ9}
