"""Code lists: every coded column has one, it names all codes that occur, and words leave only by right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Patient
from tests.support.simulated import populate
from tests.support.study import changing
from tests.surveys.exchange.tidy.test_package import export, rows


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


# Columns of texts that are no codes of a closed list.
FREE = {
    "patient",
    "site",
    "age_band",
    "product",
    "unit",
    "missed_reason",
    "parts",
    "battery",
    "feedback_shown",
    "reference",
} | {
    *("version", "wording", "locale", "instrument", "item", "scale", "value", "freeze"),
    *("freeze_sha256", "digest", "value_text"),
    *("protocol", "reason", "ethics_reference", "consent_version", "added", "ended", "changed"),
}


@pytest.fixture
def simulated(app: Flask) -> Flask:
    """Thirty patients, three with codes that spreadsheets and readers spoil."""
    populate(app, 30)
    with changing(app) as session:
        patients = session.scalars(select(Patient).order_by(Patient.id).limit(3)).all()
        for patient, code in zip(patients, ("0012", "NA", "1E5"), strict=True):
            patient.code = code
    return app


def test_every_coded_column_has_its_list(simulated: Flask, tmp_path: Path) -> None:
    """In the descriptor and the codebook alike; what the files hold is in it."""
    files = export(simulated, tmp_path / "s1.zip")
    book = {(line["file"], line["column"]): line for line in rows(files, "codebook.csv")}
    found = set()
    for resource in json.loads(files["datapackage.json"])["resources"]:
        if "schema" not in resource:
            continue
        lines = rows(files, resource["path"])
        for field in resource["schema"]["fields"]:
            if "categories" not in field:
                assert field["type"] != "string" or field["name"] in FREE or field["name"].endswith("_on")
                continue
            assert field["type"] != "boolean"  # its two values are the type's own
            values = [one["value"] for one in field["categories"]]
            assert field["constraints"]["enum"] == values
            assert {line[field["name"]] for line in lines} - {""} <= {str(value) for value in values}
            assert book[resource["path"], field["name"]]["values"].startswith(f"{values[0]}")
            found.add(field["name"])
    assert {"cause", "side", "kind", "state", "status", "answered_by", "not_given", "visit"} <= found
    assert {"onset_precision", "source", "wording_status", "phq9_q9", "face_q1", "decision"} <= found
    told = {one["name"]: one for one in json.loads(files["datapackage.json"])["resources"]}
    [item] = [one for one in told["answers_phq9"]["schema"]["fields"] if one["name"] == "phq9_q1"]
    assert item["categories"][3] == {"value": 3, "label": "Nearly every day"}
    assert book["consents.csv", "research"]["values"] == "true=Yes;false=No"
