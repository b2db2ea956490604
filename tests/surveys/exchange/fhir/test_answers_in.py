"""Responses of FHIR as rows of an import."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange.faults import FileRefused
from surveys.exchange.fhir import answers_in
from surveys.models import Patient, Response, Visit
from tests.support import fhir, nasty
from tests.support.desk import LIBRARY
from tests.support.study import library

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
    assert file.left_out == ("1 responses left out: they were entered in error.",)


def test_what_the_instrument_has_not_is_told() -> None:
    """Nothing is dropped in silence."""
    more = {"linkId": "blood", "answer": [{"valueDecimal": 5.1}]}
    found = fhir.response()
    content = fhir.packed({**found, "item": [*found["item"], more]}, {"resourceType": "Device"})
    file = answers_in.read("r.json", content, LIBRARY)
    assert file.left_out == ("1 Device left out.", "Item blood left out (1 answers).")


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
