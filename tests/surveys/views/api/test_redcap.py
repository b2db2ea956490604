"""REDCap's read API, as its clients use it: every request of theirs has an answer that they understand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import redcap
from flask import Flask
from sqlalchemy import select, update

from surveys.models import Patient, Staff, Study
from surveys.store.accounts import keys
from tests.support import nasty
from tests.support.server import LiveServer
from tests.support.staff import employ
from tests.support.study import changing, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def key_of(app: Flask, role: str = "coordinator", *, site: str | None = None, dates: str = "exact") -> str:
    """A new key of somebody with that role."""
    number = employ(app, f"{role}-{site or 'all'}@example.org", role, site=site)
    with changing(app) as session:
        member = session.get_one(Staff, number)
        study = session.scalars(select(Study)).one()
        reason = "A registry" if dates == "exact" else None
        at = datetime.now(UTC)
        return keys.create(session, member, study, name="R", dates=dates, reason=reason, at=at, actor="test")[
            1
        ]


@dataclass(frozen=True)
class Client:
    """Asks as a client does."""

    app: Flask
    token: str

    def ask(self, content: str, **parameters: str) -> Any:
        """The response to a request."""
        data = {"token": self.token, "content": content, **parameters}
        return self.app.test_client().post("/api/", data=data)

    def json(self, content: str, **parameters: str) -> Any:
        """The answer in JSON."""
        answer = self.ask(content, format="json", **parameters)
        assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.text
        return json.loads(answer.text)

    def csv(self, content: str, **parameters: str) -> list[dict[str, str]]:
        """The answer in CSV."""
        answer = self.ask(content, format="csv", **parameters)
        assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8"), answer.text
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.fixture
def client(app: Flask) -> Client:
    """With the key of a coordinator of the nasty study, dates included."""
    nasty.make(app)
    return Client(app, key_of(app))


def test_records_are_those_of_the_export(app: Flask, client: Client) -> None:
    """Cell by cell, with the calculated scores on top; in JSON as in CSV; and every call is in the trail."""
    exported = nasty.leave(app, "redcap", exact_dates="x")["data.csv"].decode()
    expected = list(csv.DictReader(io.StringIO(exported, newline="")))
    found = client.csv("record", type="flat", exportSurveyFields="True", exportDataAccessGroups="FALSE")
    assert [{name: row[name] for name in expected[0]} for row in found] == expected
    assert client.json("record", type="flat") == found
    scored = {row["face_total"] for row in found if row["face_total"]}
    assert len(scored) == 1
    events = [one for one in one_table(app, "event") if one["action"] == "study.read"]
    assert [one["facts"]["what"] for one in events] == ["redcap record"] * 2
    assert events[0]["actor"] == "key:1"


def test_some_records_are_asked_for(client: Client) -> None:
    """By record, event, field and form; labels in the place of codes."""
    rows = client.csv(
        "record", records="0012,nobody", events="baseline_arm_1", forms="phq9", fields="record_id"
    )
    assert [row["record_id"] for row in rows] == ["0012"]
    assert "phq9_q1" in rows[0]
    assert "sex" not in rows[0]
    rows = client.csv("record", **{"fields[0]": "record_id", "fields[1]": "sex"}, rawOrLabel="label")
    assert {row["sex"] for row in rows} == {"Female", "Not known"}
    assert {row["redcap_event_name"] for row in rows} == {"Patient"}
    [told] = client.csv(
        "record", records="0012", events="baseline_arm_1", fields="phq9_q1,phq9_q9", rawOrLabel="label"
    )
    assert (told["phq9_q1"], told["phq9_q9"]) == ("Skipped on purpose", "Nearly every day")
    answer = client.ask("record", format="csv", fields="sex", rawOrLabelHeaders="label")
    assert answer.text.splitlines()[0] == "Study code,Event Name,Repeat Instrument,Repeat Instance,Sex"
    told = client.json("record", type="eav", records="NA", fields="record_id,cause")
    assert {(one["field_name"], one["value"]) for one in told} == {
        ("record_id", "NA"),
        ("cause", "bells_palsy"),
    }


def test_a_filter_that_is_not_known_is_refused(client: Client) -> None:
    """An ignored one would give wrong data. Refusals come in the format that was asked for."""
    for name in ("filterLogic", "dateRangeBegin", "data"):
        answer = client.ask("record", format="json", **{name: "[phq9_q1]='1'"})
        assert (answer.status_code, list(json.loads(answer.text))) == (501, ["error"])
    answer = client.ask("record", format="csv", fields="x", filterLogic="")
    assert answer.status_code == 400
    assert answer.text.startswith(
        "ERROR: The following values in the parameter \"fields\" are not valid: 'x'"
    )
    assert client.ask("record").status_code == 400
    assert "<error>" in client.ask("record").text
    assert client.ask("file", format="json").status_code == 501
    assert client.ask("nonsense", format="json").status_code == 400
    wrong = Client(client.app, "0" * 32).ask("metadata", format="json")
    assert (wrong.status_code, "error" in wrong.text) == (403, True)


def test_the_project_is_described(client: Client) -> None:
    """Whatever a client asks before it reads."""
    assert client.ask("version").text == "1.0.0"
    assert client.ask("version", format="csv").text == "1.0.0"
    metadata = client.json("metadata")
    assert metadata[0]["field_name"] == "record_id"
    assert client.csv("metadata", **{"fields[0]": "sex"})[0]["field_type"] == "radio"
    assert {one["instrument_name"] for one in client.csv("instrument")} >= {"patient", "phq9"}
    events = {one["unique_event_name"] for one in client.json("event")}
    assert {one["unique_event_name"] for one in client.csv("formEventMapping", arms="")} <= events
    assert client.json("arm") == [{"arm_num": 1, "name": "Arm 1"}]
    names = client.csv("exportFieldNames")
    assert {one["export_field_name"] for one in names} >= {"record_id", "phq9_total", "phq9_complete"}
    assert client.json("project")["is_longitudinal"] == 1
    assert client.csv("project")[0]["missing_data_codes"].startswith("SKIP, ")
    assert {"event_name": "patient_arm_1", "form_name": "treatment", "custom_form_label": ""} in client.json(
        "repeatingFormsEvents"
    )
    assert [one["username"] for one in client.json("user")] == ["coordinator-all@example.org"]
    groups = client.ask("dag", format="csv")
    assert groups.text == "data_access_group_name,unique_group_name,data_access_group_id\n"


def test_a_key_sees_what_its_owner_may(app: Flask) -> None:
    """The site's patients, no dates without leave, never a person; and nothing once it is ended."""
    nasty.make(app)
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "NA").values(site="North", site_folded="north"))
    client = Client(app, key_of(app, "analyst", site="North", dates="none"))
    answer = client.ask("record", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["record_id"] for row in rows} == {"NA"}
    assert not [row for row in rows for name in row if row[name] and name.endswith(("_on", "birth_year"))]
    for word in (nasty.NAME, nasty.MAIL, nasty.PHONE):
        assert word not in answer.text
    with changing(app) as session:
        [(key, _)] = keys.of_study(session, session.scalars(select(Study)).one())
        keys.revoke(session, key, at=datetime.now(UTC), actor="test")
    assert client.ask("record", format="csv").status_code == 403


def test_pycap_reads_a_study(client: Client, live_server: LiveServer) -> None:
    """Its project, its records as a data frame, and the refusal to write."""
    project = redcap.Project(f"{live_server.url}/api/", client.token)
    assert (project.def_field, project.is_longitudinal) == ("record_id", True)
    as_texts = {"dtype": str, "keep_default_na": False, "index_col": ["record_id", "redcap_event_name"]}
    frame = project.export_records(format_type="df", df_kwargs=as_texts)
    assert len(frame) == len(client.csv("record"))
    assert set(frame.index.get_level_values(0)) == {row["record_id"] for row in client.csv("record")}
    some = project.export_records(records=["0012"], events=["baseline_arm_1"], fields=["phq9_q4"])
    assert [row["phq9_q4"] for row in some] == [str(28 % 4)]
    assert project.export_metadata(format_type="df").index.name == "field_name"
    assert {one["unique_event_name"] for one in project.export_events()} >= {"baseline_arm_1"}
    assert project.export_instruments()
    assert project.export_instrument_event_mappings()
    assert project.export_arms()
    assert project.export_field_names()
    assert project.export_project_info()["is_longitudinal"] == 1
    assert str(project.export_version()) == "1.0.0"
    assert project.export_users()
    assert project.export_repeating_instruments_events()
    with pytest.raises(redcap.RedcapError):
        project.import_records([{"record_id": "9", "phq9_q1": "1"}])
