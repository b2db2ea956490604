"""Tables by REST: the rows of the tidy package, page by page, as its description says; refusals in JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.exchange.api.tables import NAMES
from surveys.models import Patient
from tests.support import nasty
from tests.support.sample import sampled
from tests.support.study import changing, one_table
from tests.surveys.views.api.test_redcap import key_of

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def get(app: Flask, path: str, key: str = "", **headers: str) -> Any:
    """The answer to a request with that key."""
    told = {"Authorization": f"Bearer {key}", **headers} if key else headers
    return app.test_client().get(path, headers=told)


@pytest.mark.parametrize("dates", sampled(1, ["none", "exact"]))
def test_pages_make_the_tidy_table(app: Flask, dates: str) -> None:
    """Whatever their size; in JSON as the description says, in CSV cell by cell."""
    nasty.make(app)
    key = key_of(app, dates=dates)
    tidy = nasty.leave(app, "tidy", exact_dates="x" if dates == "exact" else None)
    schemas = json.loads(get(app, "/api/v1/openapi.json").text)["components"]["schemas"]
    for name, table in NAMES.items():
        expected = list(csv.DictReader(io.StringIO(tidy[f"{table}.csv"].decode(), newline="")))
        rows: list[dict[str, Any]] = []
        path = f"/api/v1/studies/S1/{name}?limit=4"
        after: str | None = ""
        while after is not None:
            page = get(app, f"{path}&after={after}", key).get_json()
            assert 0 < len(page["rows"]) <= 4
            rows += page["rows"]
            after = page["next"]
        told = get(app, f"/api/v1/studies/S1/{name}", key, Accept="text/csv")
        assert told.content_type == "text/csv; charset=utf-8"
        assert list(csv.DictReader(io.StringIO(told.text, newline=""))) == expected
        assert len(rows) == len(expected)
        properties = schemas[name]["properties"]
        for row, line in zip(rows, expected, strict=True):
            assert list(row) == list(line) == list(properties)
            for column, value in row.items():
                kinds = properties[column]["type"]
                assert isinstance(value, tuple(TYPES[kind] for kind in kinds)), (column, value)
                assert value is None or value in properties[column].get("enum", [value])
                assert (value is None) == (line[column] == "")
    events = {one["facts"]["what"] for one in one_table(app, "event") if one["action"] == "study.read"}
    assert events == {f"rest {name}" for name in NAMES}


def test_a_page_may_end_within_a_patient(app: Flask) -> None:
    """One row at a time gives every row once; the link of a CSV page leads on."""
    nasty.make(app)
    key = key_of(app, "analyst", dates="none")
    whole = get(app, "/api/v1/studies/S1/answers", key).get_json()["rows"]
    path, seen = "/api/v1/studies/S1/answers?limit=7", []
    while path:
        page = get(app, path, key, Accept="text/csv")
        seen += list(csv.DictReader(io.StringIO(page.text, newline="")))
        link = page.headers.get("Link")
        path = link.partition(">")[0][1:] if link else ""
    assert [(row["patient"], row["visit"], row["item"]) for row in seen] == [
        (row["patient"], row["visit"], row["item"]) for row in whole
    ]


def test_a_key_sees_its_site_and_no_person(app: Flask) -> None:
    nasty.make(app)
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "NA").values(site="North", site_folded="north"))
    key = key_of(app, "analyst", site="North", dates="none")
    rows = get(app, "/api/v1/studies/S1/patients", key).get_json()["rows"]
    assert [(row["patient"], row["birth_year"], row["enrolled_on"]) for row in rows] == [("NA", None, None)]
    codebook = get(app, "/api/v1/studies/S1/codebook", key).get_json()
    assert {one["file"] for one in codebook["files"]} >= {"patients.csv", "scores.csv"}
    everything = "".join(get(app, f"/api/v1/studies/S1/{name}", key).text for name in NAMES)
    for word in (nasty.NAME, nasty.MAIL, nasty.PHONE, "0012"):
        assert word not in everything


def test_what_has_no_answer_is_a_problem(app: Flask) -> None:
    """With its status in the body too."""
    nasty.make(app)
    key = key_of(app, dates="none")
    for path, status, used in (
        ("/api/v1/studies/S1/scores", 401, ""),
        ("/api/v1/studies/S1/scores", 401, "0" * 32),
        ("/api/v1/studies/S2/scores", 404, key),
        ("/api/v1/studies/S1/contacts", 404, key),
        ("/api/v1/studies/S1/scores?limit=0", 400, key),
        ("/api/v1/studies/S1/scores?visit=baseline", 400, key),
        ("/api/v1/studies/S1/scores?limit=1001", 400, key),
        ("/api/v1/studies/S1/scores?limit=many", 400, key),
        ("/api/v1/studies/S1/scores?after=nonsense", 400, key),
        ("/api/v1/studies/S1/scores?after=w6k=", 400, key),
    ):
        answer = get(app, path, used)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), path
        assert answer.get_json(force=True)["status"] == status
        assert answer.get_json(force=True)["detail"]
