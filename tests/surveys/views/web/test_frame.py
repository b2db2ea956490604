"""What stands around a page of the staff."""

from __future__ import annotations

from flask import Flask

from tests.support.patient import in_process
from tests.support.staff import Member, employ, signed_in
from tests.support.study import invite


def test_the_name_of_a_study_leads_to_the_others(app: Flask) -> None:
    """Each at the page with which that role begins; who has one study finds no way to another."""
    invite(app, study="S1", title="First registry")
    invite(app, study="S2", title="Second registry")
    assert "Second registry" not in signed_in(app).get("/staff/S1/patients").text
    employ(app, "ann@example.org", "coordinator", study="S1")
    employ(app, "ann@example.org", "analyst", study="S2")
    member = Member(in_process(app))
    member.sign_in("ann@example.org")
    assert member.get("/staff/S1/patients").links["/staff/S2/dashboard"] == "Second registry"
    page = member.get("/staff/S2/dashboard")
    assert page.links["/staff/S1/clinic"] == "First registry"
    assert "/staff/S2/patients" not in page.links, "an analyst opens no room of patients"


def test_the_search_above_every_page_opens_the_only_one(app: Flask) -> None:
    """Of several it shows the list, and of none that there is none."""
    for code in ("P1", "P2", "Q3"):
        invite(app, code)
    member = signed_in(app)
    member.get("/staff/S1/study")
    member.post("/staff/S1/patients", {"search": "q", "open": "1"})
    assert member.path == "/staff/S1/patients/Q3"
    member.post("/staff/S1/patients", {"search": "p", "open": "1"})
    assert member.path == "/staff/S1/patients"
    assert {"/staff/S1/patients/P1", "/staff/S1/patients/P2"} <= member.page.links.keys()
    assert "No patients here." in member.post("/staff/S1/patients", {"search": "x", "open": "1"}).text
