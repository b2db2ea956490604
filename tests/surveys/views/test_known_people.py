"""Enrolling somebody who is enrolled already: here, at another site, in another study."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask

from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import invite, one_table

PERSON = {"name": "Ada Byron", "hospital_number": "H-4711", "birth-day": "17", "birth-month": "5"}


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1, where Ada is P-1 already; S2 is a study of others."""
    invite(app, "A", study="S2")
    invite(app, "B", study="S1")
    one = signed_in(app)
    one.post("/staff/S1/enrol", {**ENROLMENT, **PERSON, "code": "P-1"})
    return one


def enrol(member: Member, code: str, study: str = "S1", **fields: str) -> str:
    return member.post(f"/staff/{study}/enrol", {**ENROLMENT, **PERSON, "code": code, **fields}).text


def contacts_of(app: Flask) -> dict[str, int]:
    return {row["code"]: row["contact_id"] for row in one_table(app, "patient") if row["contact_id"]}


def test_the_same_person_is_not_enrolled_twice_unasked(app: Flask, member: Member) -> None:
    """By number, or by name and birth date; whoever is somebody else is enrolled when that is said."""
    for fields in (
        {},
        {"hospital_number": "", "name": " ada  BYRON"},
        {"name": "", "hospital_number": "h-4711"},
    ):
        text = enrol(member, "P-2", **fields)
        assert member.status == 422
        assert "Say whether it is the same person." in text
        assert "P-1 (S1)" in text
    assert "This person takes part in this study already, as P-1." in enrol(member, "P-2", known="same")
    assert set(contacts_of(app)) == {"P-1"}
    enrol(member, "P-2", known="other")
    found = contacts_of(app)
    assert found["P-1"] != found["P-2"]


def test_the_same_person_is_known_however_typed(member: Member) -> None:
    """In either form of an accent, with capitals mixed otherwise; brackets round an address are cut off."""
    jose = {"name": "José Müller", "hospital_number": "Hn-9b", "email": "<Jose@Bücher.example>;"}
    enrol(member, "P-2", **jose)
    assert member.path == "/staff/S1/patients/P-2"
    member.get("/staff/S1/contact/P-2")
    assert "Jose@bücher.example" in member.replies[-1].html
    decomposed = unicodedata.normalize("NFD", "José Müller")
    for fields in ({"name": decomposed, "hospital_number": ""}, {"name": "", "hospital_number": "hN–9B"}):
        text = enrol(member, "P-3", **fields)
        assert member.status == 422
        assert "P-2 (S1)" in text
    assert "The study code P-1 is taken." in enrol(member, "p-1", name="Bea", hospital_number="")
    text = member.post("/staff/S1/contact/P-2", {"name": "José", "email": "jörg@example.org"}).text
    assert "has a letter before the @ that many mail servers do not take" in text


def test_a_site_is_the_same_however_typed(app: Flask, member: Member) -> None:
    """Its members see who was enrolled there, in other capitals too."""
    enrol(member, "P-2", name="Bea", hospital_number="", site="berlin")
    text = signed_in(app, site="Berlin").get("/staff/S1/patients").text
    assert "P-2" in text
    assert "P-1" not in text


def test_one_person_keeps_one_contact_in_two_studies(app: Flask, member: Member) -> None:
    """Who may not open the other study learns that there is somebody, and no code."""
    stranger = signed_in(app, study="S2")
    text = enrol(stranger, "Q-1", "S2")
    assert stranger.status == 422
    assert "A patient of another study: the same hospital number" in text
    assert "P-1" not in text
    enrol(stranger, "Q-1", "S2", known="same")
    found = contacts_of(app)
    assert found["P-1"] == found["Q-1"]
    assert len(one_table(app, "contact")) == 1


def test_a_site_sees_no_code_of_another_site(app: Flask, member: Member) -> None:
    """The patient without a site is not hers to open."""
    north = signed_in(app, site="North")
    text = enrol(north, "N-1")
    assert "A patient of another site: the same hospital number" in text
    assert "P-1" not in text
    text = enrol(north, "N-1", known="same")
    assert "takes part in this study already" in text
    assert "P-1" not in text


def test_nobody_is_looked_for_in_an_address(member: Member) -> None:
    """A name or number is posted; an address with one finds study codes only."""
    page = member.post("/staff/S1/patients", {"search": "byron"})
    assert "P-1" in page.text
    assert "byron" not in member.path
    assert all("byron" not in link.lower() for link in page.links)
    assert "No patients here." in member.get("/staff/S1/patients?search=byron").text
    member.post("/staff/S1/patients", {"search": " "})
    assert member.status == 200
