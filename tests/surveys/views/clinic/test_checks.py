"""Checks on their page: counted, led to where they are mended, let stand with a reason, back again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from surveys.models import Patient, Treatment
from tests.support.present import now
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Each check is tried on both databases beside its module."""
    return sqlite_url


@pytest.fixture
def patients(app: Flask) -> None:
    """P1 of North and P2 of South, each injected without a dose."""
    for code, site in (("P1", "North"), ("P2", "South")):
        found = invite(app, code, at=now() - timedelta(days=1))
        with changing(app) as session:
            session.get_one(Patient, found.patient_id).site = site
            session.add(Treatment(patient_id=found.patient_id, kind="botulinum_toxin"))


def section(member: Member, key: str) -> str:
    """What the page says of one check."""
    html = member.replies[-1].html
    return html.partition(f'id="{key}"')[2].partition("<h2")[0]


def test_a_finding_from_needs_to_its_end(app: Flask, patients: None) -> None:
    """Its number on Needs a person, its row, its reason, and its way back."""
    member = signed_in(app)
    needs = member.get("/staff/S1/needs")
    assert "Injection without a dose: 2 patients or answers" in " ".join(needs.text.split())
    member.get("/staff/S1/checks")
    shown = section(member, "injection")
    assert "Injection of an unknown day" in shown
    assert "/staff/S1/treatment/1" in shown or "/staff/S1/treatments/1" in shown
    dismiss = "/staff/S1/checks/injection/dismiss/P1?subject=treatment:1"
    assert "Injection of an unknown day" in member.get(dismiss).text
    member.post(dismiss, {"reason": " "})
    assert member.status == 422
    member.post(dismiss, {"reason": "The record of the other clinic is lost"})
    assert "record of the other clinic is lost" in section(member, "injection")
    assert "(1)" in section(member, "injection").partition("</h2>")[0]
    [kept] = one_table(app, "dismissal")
    assert kept["dismissed_by"].startswith("staff:")
    member.post(f"/staff/S1/checks/dismissals/{kept['id']}/back", {})
    assert one_table(app, "dismissal") == []
    with changing(app) as session:
        session.get_one(Treatment, 1).dose = 20
    assert "P1" not in section_of(member, "/staff/S1/checks", "injection")
    for path in ("checks?only=nothing", "checks/nothing/dismiss/P1", dismiss.removeprefix("/staff/S1/")):
        member.get(f"/staff/S1/{path}")
        assert member.status == 404
    member.get("/staff/S1/checks?only=injection")
    assert "P2" in section(member, "injection")


def test_a_reader_of_a_site_and_who_may_not_mend(app: Flask, patients: None) -> None:
    """An investigator of North sees P1, and is led to a page that opens."""
    member = signed_in(app, "investigator", site="North")
    shown = section_of(member, "/staff/S1/checks", "injection")
    assert "P1" in shown
    assert "P2" not in member.page.text
    assert "/treatment" not in shown
    member.get("/staff/S1/checks/injection/dismiss/P2?subject=treatment:2")
    assert member.status == 404


def section_of(member: Member, path: str, key: str) -> str:
    member.get(path)
    return section(member, key)
