"""The page to download a study's data from."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.models import Patient
from tests.support.dashboard_page import statements
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def download(member: Member, **fields: str) -> dict[str, str]:
    """The files of the package that the form gives."""
    member.get("/staff/S1/export")
    answer = member.send("POST", "/staff/S1/export", [("csrf_token", member.csrf_token), *fields.items()])
    assert answer.status == 200
    assert answer.header("Content-Disposition") == "attachment; filename=S1.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def patients(files: dict[str, str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files["patients.csv"])))


def test_everybody_gets_the_patients_they_may_know(app: Flask) -> None:
    """The whole study, or one's site; an analyst too, and each download is in the audit."""
    for code in ("P1", "P2"):
        invite(app, code)
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "P1").values(site="North"))
    for role in ("coordinator", "investigator", "analyst"):
        assert [one["patient"] for one in patients(download(signed_in(app, role)))] == ["P1", "P2"]
    north = signed_in(app, "analyst", site="North")
    assert [one["patient"] for one in patients(download(north))] == ["P1"]
    events = [one for one in one_table(app, "event") if one["action"] == "study.exported"]
    assert [one["facts"]["site"] for one in events] == [None, None, None, "North"]


def test_dates_need_a_reason_and_a_coordinator(app: Flask) -> None:
    """Without a reason the form says so; an analyst who sends one all the same gets no dates."""
    invite(app, "P1")
    coordinator, analyst = signed_in(app), signed_in(app, "analyst")
    coordinator.get("/staff/S1/export")
    page = coordinator.post("/staff/S1/export", {"exact": "y"})
    assert coordinator.status == 422
    assert "#reason" in page.links
    [one] = patients(download(coordinator, exact="y", reason="Linkage"))
    assert one["birth_year"] == "1970"
    [one] = patients(download(analyst, exact="y", reason="Curiosity"))
    assert (one["birth_year"], one["age_band"]) == ("", "55-59")
    events = [one for one in one_table(app, "event") if one["action"] == "study.exported"]
    assert [one["reason"] for one in events] == ["Linkage", None]


def test_the_bundle_is_for_coordinators_with_a_reason(app: Flask) -> None:
    """It holds calendar dates: the form asks for both; an analyst is not offered it, and gets none."""
    invite(app, "P1")
    coordinator = signed_in(app)
    coordinator.get("/staff/S1/export")
    page = coordinator.post("/staff/S1/export", {"form": "bundle"})
    assert coordinator.status == 422
    assert "#reason" in page.links
    fields = [("form", "bundle"), ("exact", "y"), ("reason", "A review")]
    answer = coordinator.send("POST", "/staff/S1/export", [("csrf_token", coordinator.csrf_token), *fields])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "A review" in archive.read("README.md").decode()
    analyst = signed_in(app, "analyst")
    analyst.get("/staff/S1/export")
    analyst.post("/staff/S1/export", {"form": "bundle", "exact": "y", "reason": "x"})
    assert analyst.status == 422


def test_an_analyst_gets_files_of_statistics_programs(app: Flask) -> None:
    """Without calendar dates, as a job like the others."""
    invite(app, "P1")
    analyst = signed_in(app, "analyst")
    analyst.get("/staff/S1/export")
    fields = [("csrf_token", analyst.csrf_token), ("form", "spss"), ("exact", "y"), ("reason", "x")]
    answer = analyst.send("POST", "/staff/S1/export", fields)
    assert answer.header("Content-Disposition") == "attachment; filename=S1-spss.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "there are no calendar dates" in archive.read("README.md").decode()


def test_patients_are_counted_when_somebody_asks(app: Flask) -> None:
    """The page alone reads none of them; its link says how many stand alone, of one's own site."""
    for code in ("P1", "P2"):
        invite(app, code)
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "P1").values(site="North"))
    member = signed_in(app, "analyst", site="North")
    with statements() as seen:
        page = member.get("/staff/S1/export")
    assert not [one for one in seen if "FROM patient" in one]
    [count] = [link for link in page.links if link.startswith("/staff/S1/export?")]
    assert "1 of 1 patients (100 %) stand alone" in member.get(count).text
