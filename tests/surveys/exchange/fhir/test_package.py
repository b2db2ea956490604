"""A study as FHIR: every reference leads somewhere, every answer is the stored one, every date has leave."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.support import nasty
from tests.support.study import one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


@pytest.fixture
def files(app: Flask) -> dict[str, bytes]:
    """The nasty study with its dates."""
    nasty.make(app)
    return nasty.leave(app, "fhir", exact_dates="A registry")


def lines(files: dict[str, bytes], kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[f"{kind}.ndjson"].splitlines()]


def test_the_bundle_holds_what_the_lines_hold(files: dict[str, bytes]) -> None:
    """Each resource once, each under its address, each reference to one that is there."""
    bundle = json.loads(files["bundle.json"])
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    found = [entry["resource"] for entry in bundle["entry"]]
    in_lines = [one for name in files if name.endswith(".ndjson") for one in lines(files, name[:-7])]
    assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, in_lines))
    ids = {f"{one['resourceType']}/{one['id']}" for one in found}
    assert len(ids) == len(found)
    known = {f"{one['url']}|{one['version']}" for one in lines(files, "Questionnaire")}
    for one in lines(files, "QuestionnaireResponse"):
        assert one["questionnaire"] in known
        assert one["subject"]["reference"] in ids
    for one in lines(files, "Observation"):
        assert {one["subject"]["reference"], one["derivedFrom"][0]["reference"]} <= ids
    assert "null" not in json.dumps(found)


def test_answers_and_scores_are_those_of_the_database(app: Flask, files: dict[str, bytes]) -> None:
    """What stands, unrounded; why an answer is missing; no Observation without a value."""
    stored = {row["id"]: row for row in one_table(app, "response")}
    standing = {
        number for number, row in stored.items() if not row["superseded_at"] and not row["annulled_at"]
    }
    found = {int(one["id"][1:]): one for one in lines(files, "QuestionnaireResponse")}
    assert set(found) == standing
    values = [
        row["value"]
        for row in one_table(app, "score")
        if row["response_id"] in standing and row["value"] is not None
    ]
    assert sorted(one["valueQuantity"]["value"] for one in lines(files, "Observation")) == sorted(values)
    [few] = [found[number] for number in standing if stored[number]["not_given"]]
    items = {item["linkId"]: item for item in few["item"]}
    why = [items[f"q{number}"]["extension"][0]["valueCode"] for number in (1, 2, 3)]
    assert why == ["asked-declined", "not-asked", "unknown"]
    assert items["q4"]["answer"][0]["valueCoding"]["code"] == "LA6568-5"  # not at all
    assert not {"q10", "score-total"} & set(items)
    assert "amended" in {one["status"] for one in found.values()}
    text = files["README.md"].decode()
    assert "1 were left out" in text


def test_a_patient_is_a_code(files: dict[str, bytes]) -> None:
    """With sex and year of birth alone."""
    patients = lines(files, "Patient")
    assert {one["identifier"][0]["value"] for one in patients} == {"0012", "NA", "1E5"}
    assert set(patients[1]) == {"resourceType", "id", "identifier", "gender", "birthDate"}
    assert patients[1]["birthDate"] == "1970"


def test_shifted_dates_are_not_the_true_ones(app: Flask, files: dict[str, bytes]) -> None:
    moved = nasty.leave(app, "fhir", shifted=True)
    for true, other in zip(
        lines(files, "QuestionnaireResponse"), lines(moved, "QuestionnaireResponse"), strict=True
    ):
        assert true["authored"][:10] > other["authored"][:10]
        assert true["item"] == other["item"]
