"""The tidy package: its files and columns, what it must not hold, and that nothing is ever left out of it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from analysis.data.frame import scored
from surveys.db import db, snapshot
from surveys.exchange.places import place
from surveys.exchange.tidy import package
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import CutShortError, Selection
from surveys.frames import study_frames
from surveys.models import (
    Background,
    BackgroundCheck,
    Contact,
    Note,
    Palsy,
    Patient,
    Response,
    Study,
)
from surveys.store.errors import Refused
from surveys.store.study import exports
from surveys.store.study.exports import Order
from tests.support.patient import Patient as Walker
from tests.support.patient import in_process
from tests.support.simulated import populate
from tests.support.study import FACE, changing, invite, library, one_table
from tests.support.tidy_files import FILES

SCORES = [
    *(
        "patient",
        "visit",
        "days_since_enrolment",
        "days_since_onset",
        "submitted_at",
        "instrument",
        "version",
    ),
    *("wording", "scale", "value", "items_used", "items_missing", "prorated", "locale", "source"),
]

TABLE = {
    "profile": "tabular-data-resource",
    "format": "csv",
    "mediatype": "text/csv",
    "encoding": "utf-8",
}
PATIENT = {"resource": "patients", "fields": "patient"}


def is_table(name: str) -> bool:
    """Whether a file of the package is a table of data."""
    return name.endswith(".csv") and name != "codebook.csv"


def export(app: Flask, path: Path, code: str = "S1", **how: Any) -> dict[str, bytes]:
    """The files of the package of study `code`, by name."""
    site = how.pop("site", None)
    with app.app_context():
        study = db.session.scalars(select(Study).where(Study.code == code)).one()
        with place(path) as files, snapshot() as session:
            selection = Selection(session, study.id, site)
            package.write(files, selection, study, contents_of(selection, library(app)), **how)
    if path.suffix != ".zip":
        return {file.name: file.read_bytes() for file in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    """The lines of a table."""
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: that both give the same bytes is shown where a backup is restored."""
    return sqlite_url


@pytest.fixture
def simulated(app: Flask) -> Flask:
    """Study S1 with thirty patients of whom most have answered."""
    populate(app, 30)
    return app


def test_every_file_is_there_and_says_what_it_holds(simulated: Flask, tmp_path: Path) -> None:
    """Rows, bytes and SHA-256 of each are as told, the scores' columns as promised, and each is explained."""
    written: list[str] = []
    files = export(simulated, tmp_path / "s1.zip", progress=written.append)
    assert files.keys() == FILES
    assert " of 30 patients (" in files["README.md"].decode()
    assert sorted(written) == sorted(filter(is_table, FILES))
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "SHA256SUMS"
    }
    package = json.loads(files["datapackage.json"])
    assert (package["name"], package["title"]) == ("s1", "S1")
    assert package["$schema"] == "https://datapackage.org/profiles/1.0/datapackage.json"
    book = json.loads(files["codebook.json"])
    assert (book["study"], book["simulated"]) == ("S1", True)
    explained = {(line["file"], line["column"]) for line in rows(files, "codebook.csv")}
    for resource in package["resources"]:
        data = files[resource["path"]]
        assert (resource["bytes"], resource["hash"]) == (len(data), "sha256:" + sums[resource["path"]])
        assert ("schema" in resource) == is_table(resource["path"])
        if "schema" not in resource:
            assert resource.keys() == {"name", "path", "bytes", "hash"}
            continue
        assert TABLE.items() <= resource.items()
        assert (resource["name"], resource["title"] != "") == (resource["path"][:-4], True)
        assert resource["schema"].get("foreignKeys", []) == (
            []
            if resource["name"] in {"patients", "amendments"}
            else [{"fields": "patient", "reference": PATIENT}]
        )
        lines = rows(files, resource["path"])
        columns = [field["name"] for field in resource["schema"]["fields"]]
        assert resource["rows"] == len(lines)
        assert data.decode().splitlines()[0] == ",".join(columns)
        assert {(resource["path"], column) for column in columns} <= explained
        if key := resource["schema"].get("primaryKey"):
            assert len({tuple(line[name] for name in key) for line in lines}) == len(lines)
        assert resource["schema"]["missingValues"] == [""]
    assert list(rows(files, "scores.csv")[0])[: len(SCORES)] == SCORES
    named = {one["path"]: one["name"] for one in package["resources"]}
    assert (named["README.md"], named["codebook.csv"], named["codebook.json"]) == (
        *("readme_md", "codebook_csv", "codebook_json"),
    )
    kinds = {
        field["name"]: field
        for one in package["resources"]
        for field in one.get("schema", {"fields": []})["fields"]
    }
    assert kinds["submitted_at"]["format"] == "any"
    assert {field["type"] for field in kinds.values()} <= {
        *("string", "integer", "number", "boolean", "date", "datetime"),
    }
    assert "format" not in kinds["patient"]
    assert kinds["patient"]["description"] == "The patient's study code."


def test_nothing_stored_is_left_out(simulated: Flask, tmp_path: Path) -> None:
    """As many patients, treatments, gradings, visits, responses, answers and scores as the database has."""
    files = export(simulated, tmp_path / "s1.zip")
    assert len(rows(files, "palsies.csv")) == len(one_table(simulated, "palsy"))
    for table in ("patient", "treatment", "grading", "visit", "score"):
        assert len(rows(files, f"{table}s.csv")) == len(one_table(simulated, table)), table
    responses = one_table(simulated, "response")
    assert sum(len(rows(files, f"answers_{key}.csv")) for key in ("face", "phq9", "saq")) == len(responses)
    given = [line for line in rows(files, "answers_long.csv") if line["value"]]
    assert len(given) == sum(len(response["answers"]) for response in responses)
    values = [float(line["value"]) for line in rows(files, "scores.csv") if line["value"]]
    assert sorted(values) == sorted(
        row["value"] for row in one_table(simulated, "score") if row["value"] is not None
    )
    completed = [line for line in rows(files, "attendance.csv") if line["state"] == "completed"]
    assert len(completed) == len(responses)


def test_days_are_those_of_the_analysis(simulated: Flask, tmp_path: Path) -> None:
    """Whatever is known of an onset, days since it are counted in one way everywhere."""
    with changing(simulated) as session:
        for number, palsy in enumerate(session.scalars(select(Palsy).order_by(Palsy.id))):
            if palsy.onset_on and number % 3 == 0:
                palsy.onset_on, palsy.onset_precision = palsy.onset_on.replace(month=1, day=1), "year"
    files = export(simulated, tmp_path / "s1.zip")
    with simulated.app_context():
        study = db.session.scalars(select(Study)).one()
        table = scored(study_frames(db.session, study, library(simulated)))
    expected = {
        (row.patient, row.visit, row.scale): None
        if row.days_since_onset != row.days_since_onset
        else row.days_since_onset
        for row in table.itertuples()
    }
    told = {
        (line["patient"], line["visit"], f"{line['instrument']}.{line['scale']}"): float(days)
        if (days := line["days_since_onset"]) and float(days) > 0
        else None
        for line in rows(files, "scores.csv")
    }
    assert told == expected


def test_no_person_and_no_date_is_in_it(app: Flask, tmp_path: Path) -> None:
    """Neither contact nor note, and without a reason not one calendar date."""
    populate(app, 20)
    with changing(app) as session:
        patient = session.scalars(select(Patient).where(Patient.contact_id.is_(None))).first()
        assert patient is not None
        patient.contact = Contact(name="Anna Abel", email="anna@abel.example", hospital_number="H-777")
        session.add(Note(patient_id=patient.id, text="Secret", written_by="x", written_at=datetime.now(UTC)))
    files = export(app, tmp_path / "s1.zip")
    everything = b"".join(files.values()).decode()
    for word in ("Anna", "abel.example", "H-777", "Secret"):
        assert word not in everything
    for name, data in files.items():
        if name.endswith(".csv"):
            assert not re.search(r"\b(19|20)\d\d-\d\d", data.decode()), name
    assert {line["birth_year"] for line in rows(files, "patients.csv")} == {""}
    assert all(re.fullmatch(r"\d+-\d+|90\+", line["age_band"]) for line in rows(files, "patients.csv"))


def test_dates_are_filled_in_for_a_reason(simulated: Flask, tmp_path: Path) -> None:
    """The columns are the same; the reason stands in the package and in the audit."""
    without = export(simulated, tmp_path / "without.zip")
    files = export(simulated, tmp_path / "with.zip", exact_dates="Linkage approved 2026-03")
    assert "Linkage approved 2026-03" in files["README.md"].decode()
    for name in FILES - {"README.md", "codebook.csv", "codebook.json", "datapackage.json", "SHA256SUMS"}:
        assert files[name].splitlines()[0] == without[name].splitlines()[0]
    line = rows(files, "scores.csv")[0]
    response = next(row for row in one_table(simulated, "response"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\S+\+00:00", line["submitted_at"])
    assert response["submitted_at"].isoformat() in {one["submitted_at"] for one in rows(files, "scores.csv")}
    with changing(simulated) as session:
        study = session.scalars(select(Study)).one()
        at = datetime.now(UTC)
        with pytest.raises(Refused, match="Say why"):
            exports.note(session, study, Order(exact_dates=" "), at=at, actor="test")
        exports.note(session, study, Order(exact_dates="Linkage"), at=at, actor="test")
    event = one_table(simulated, "event")[-1]
    assert (event["action"], event["reason"], event["facts"]["exact_dates"]) == (
        "study.exported",
        "Linkage",
        True,
    )


def test_the_same_data_give_the_same_bytes(simulated: Flask, tmp_path: Path) -> None:
    """A second time, and as a folder."""
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    files = export(simulated, first)
    assert export(simulated, second) == files
    assert first.read_bytes() == second.read_bytes()
    assert export(simulated, tmp_path / "folder") == files


def test_answers_are_those_that_stand(app: Flask, tmp_path: Path) -> None:
    """A patient's answers in file and code; what was superseded or annulled is gone, a skip is told."""
    invited = invite(app)
    walker = Walker(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    files = export(app, tmp_path / "one.zip")
    [line] = rows(files, "answers_face.csv")
    assert [line[f"face_q{number}"] for number in range(1, 16)] == [str(value) for value in FACE]
    assert (line["patient"], line["visit"], line["source"], line["partial"]) == (
        "P1",
        "baseline",
        "web",
        "false",
    )
    at_visit = [one for one in rows(files, "attendance.csv") if one["visit"] == "baseline"]
    states = {one["instrument"]: one["state"] for one in at_visit}
    assert states == {"face": "completed", "phq9": "not_begun", "saq": "not_begun"}
    with changing(app) as session:
        session.execute(update(Response).values(annulled_at=datetime.now(UTC)))
    files = export(app, tmp_path / "none.zip")
    assert "answers_face.csv" not in files
    assert rows(files, "scores.csv") == rows(files, "answers_long.csv") == []


def test_what_patients_reported_is_there(app: Flask, tmp_path: Path) -> None:
    """What was said last of each question, dates as days, with what staff decided."""
    invited = invite(app, at=datetime(2026, 3, 10, 12, tzinfo=UTC))
    at = datetime(2026, 3, 11, tzinfo=UTC)
    said = (
        ("side", {"value": "right"}),
        ("side", {"value": "left"}),
        ("symptoms", {"value": ["eye", "taste"]}),
        ("onset", {"value": {"on": "2026-02-01", "precision": "month"}}),
        ("mood_before", {"skipped": True}),
    )
    with changing(app) as session:
        for question, answer in said:
            told = Background(visit_id=invited.visit_id, question=question, answer=answer, locale="en")
            told.reported_by, told.at = "patient", at
            session.add(told)
            session.flush()
            if answer == {"value": "left"}:
                decided = BackgroundCheck(background_id=told.id, fact="side", outcome="confirmed")
                decided.recorded, decided.checked_by, decided.checked_at = {}, "staff:1", at
                session.add(decided)
    found = {line["question"]: line for line in rows(export(app, tmp_path / "x.zip"), "reported.csv")}
    assert {question: line["value"] for question, line in found.items()} == {
        "side": "left",
        "symptoms": "eye;taste",
        "onset": "",
        "mood_before": "",
    }
    assert (found["onset"]["value_days"], found["onset"]["value_precision"]) == ("-23", "month")
    assert (found["side"]["decision"], found["mood_before"]["not_given"]) == ("confirmed", "skipped")
    exact = rows(export(app, tmp_path / "y.zip", exact_dates="why"), "reported.csv")
    assert "2026-02" in {line["value_on"] for line in exact}


def test_a_package_is_whole_or_not_there(
    simulated: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the database counts and does not give stops the export; nothing is left or overwritten."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="not an empty folder"):
        export(simulated, taken)
    with pytest.raises(Refused, match="no folder"):
        export(simulated, tmp_path / "nowhere" / "s1.zip")
    older = tmp_path / "s1.zip"
    older.write_bytes(b"older")

    pages = Selection.pages

    def loses_one(self: Selection, query: Any) -> Iterator[Any]:
        wrong = pages(self, query.limit(1))
        yield from wrong
        raise CutShortError("Of 2 rows the database gave 1.")

    monkeypatch.setattr(Selection, "pages", loses_one)
    for target in (older, tmp_path / "folder"):
        with pytest.raises(CutShortError):
            export(simulated, target)
    assert sorted(path.name for path in tmp_path.iterdir() if "seventh" not in path.name) == [
        "s1.zip",
        "taken",
    ]
    assert older.read_bytes() == b"older"
