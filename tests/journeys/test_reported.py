"""What a patient reported, confirmed or corrected by staff: who said what is kept, the record follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask

from surveys.background import FACTS
from surveys.db import db
from surveys.store import audit
from tests.journeys.test_about_you import give, give_all
from tests.support.about_you import tell
from tests.support.pages import Page
from tests.support.patient import Patient, in_process
from tests.support.present import year_ahead
from tests.support.staff import Member, signed_in
from tests.support.study import Invited, invite, one_table, stored
from tests.surveys.exchange.tidy.test_package import export, rows

PATIENT = "/staff/S1/patients/P1"
SAID: Sequence[tuple[str, str]] = (
    ("had_before", "answer=first_time"),
    ("onset", "month=3&year=2024"),
    ("side", "answer=left"),
    ("cause", "answer=unknown"),
    ("treatments", "answer=oral_corticosteroid&answer=botulinum_toxin"),
    ("oral_corticosteroid", "day=4&month=3&year=2024"),
    ("botulinum_toxin", "month=11&year=2025"),
    ("symptoms", "answer=eye&answer=movements_together"),
    ("mood_before", "answer=never"),
    ("recovered", "answer=nearly"),
)
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; where statements might differ, PostgreSQL too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody who has told everything and sent it."""
    return told(app)


def told(app: Flask, said: Sequence[tuple[str, str]] = SAID) -> Invited:
    """The same, made here."""
    made = invite(app, asks_background=True)
    tell(app, made, said)
    return made


@pytest.fixture
def member(app: Flask, invited: Invited) -> Member:
    """A coordinator on the patient's page."""
    one = signed_in(app)
    one.get(PATIENT)
    return one


def address(member: Member, fact: str) -> str:
    """Where the patient's page leads for a decision about `fact`."""
    page = member.get(PATIENT)
    [found] = [
        link
        for link in page.links
        if link.startswith("/staff/S1/reported/") and link.endswith(f"/{FACTS.index(fact)}")
    ]
    return found


def decide(member: Member, fact: str, **fields: str) -> Page:
    """Open the decision and send it."""
    member.get(address(member, fact))
    return member.post(member.path, {"seen": seen(member), **fields})


def seen(member: Member) -> str:
    """How many decisions the page that is open was drawn with."""
    [form] = [one for one in member.page.steps if "seen" in one.hidden]
    return form.hidden["seen"]


def test_what_was_reported_stands_beside_what_is_recorded(member: Member) -> None:
    """Each fact with its visit; what nobody confirms is told too; what is not known leads nowhere."""
    text = member.page.text
    assert "What the patient reported" in text
    assert "Onset Mar 2024 Not known Confirm or correct Onset" in text
    assert "Botulinum toxin Nov 2025 nothing Confirm or correct" in text
    assert "Symptoms: eye: dry, watering, poor closure; movements that come along" in text
    assert "Low mood or anxiety: never treated before the palsy" in text
    assert "Face back to how it was: nearly" in text
    leads = [link for link in member.page.links if link.startswith("/staff/S1/reported/")]
    assert len(leads) == 4  # not the cause, which the patient does not know


@BOTH
def test_what_is_confirmed_is_recorded(app: Flask, member: Member) -> None:
    """In palsy and treatment, with the decision, its event, and who decided."""
    for fact in ("onset", "side", "oral_corticosteroid"):
        decide(member, fact, outcome="confirmed")
        assert member.path == PATIENT
        assert "The decision was kept." in member.page.text
    [palsy] = one_table(app, "palsy")
    assert (str(palsy["onset_on"]), palsy["onset_precision"], palsy["side"]) == (
        "2024-03-01",
        "month",
        "left",
    )
    [treatment] = one_table(app, "treatment")
    assert (treatment["kind"], str(treatment["started_on"])) == ("oral_corticosteroid", "2024-03-04")
    assert treatment["palsy_id"] == palsy["id"]
    checks = one_table(app, "background_check")
    assert [(row["fact"], row["outcome"]) for row in checks] == [
        ("onset", "confirmed"),
        ("side", "confirmed"),
        ("oral_corticosteroid", "confirmed"),
    ]
    assert checks[2]["recorded"]["treatment"] == treatment["id"]
    assert "Confirmed as reported, coordinator-everywhere-s1@example.org" in member.page.text
    actions = [event["action"] for event in one_table(app, "event")]
    assert actions.count("background.checked") == 3
    assert {"palsy.corrected", "treatment.added"} <= set(actions)
    with app.app_context():
        assert list(audit.verify(db.session)) == []


def test_what_is_corrected_is_recorded_otherwise(app: Flask, member: Member) -> None:
    """What the patient said stays as it was said."""
    before = stored(app, "background")
    decide(
        member, "onset", outcome="corrected", **{"onset-day": "28", "onset-month": "2", "onset-year": "2024"}
    )
    page = decide(
        member,
        "botulinum_toxin",
        outcome="corrected",
        kind="botulinum_toxin",
        note="letter of the clinic",
        **{"began-day": "3", "began-month": "11", "began-year": "2025"},
    )
    assert "Recorded otherwise: 28 Feb 2024" in page.text
    assert "Recorded otherwise: Botulinum toxin, 3 Nov 2025 (letter of the clinic)" in page.text
    assert stored(app, "background") == before
    [palsy] = one_table(app, "palsy")
    assert (str(palsy["onset_on"]), palsy["onset_precision"]) == ("2024-02-28", "day")
    assert [str(row["started_on"]) for row in one_table(app, "treatment")] == ["2025-11-03"]


@BOTH
def test_a_treatment_recorded_already_is_dated_or_left(app: Flask, member: Member) -> None:
    """The same day is the same treatment; another one may be the better date of that recorded."""
    recorded = {"treatment-kind": "oral_corticosteroid", "treatment-year": "2024", "state": "given"}
    member.post("/staff/S1/treatments/P1", recorded)
    [treatment] = one_table(app, "treatment")
    assert treatment["started_precision"] == "year"
    page = member.get(address(member, "oral_corticosteroid"))
    assert "That of: 2024" in page.text
    decide(member, "oral_corticosteroid", outcome="confirmed", dates=str(treatment["id"]))
    [dated] = one_table(app, "treatment")
    assert (str(dated["started_on"]), dated["started_precision"]) == ("2024-03-04", "day")
    decide(member, "oral_corticosteroid", outcome="confirmed", dates="0")
    decide(member, "oral_corticosteroid", outcome="kept", note="in the letter")
    assert one_table(app, "treatment") == [dated]
    page = member.get(PATIENT)
    assert page.text.count("Confirmed as reported") == 2
    assert "Left as it was recorded (in the letter)" in page.text


def test_another_palsy_is_recorded_beside_the_first(app: Flask) -> None:
    """As told, or otherwise; the palsy that the study follows stays as it is."""
    again = (("had_before", "answer=again"), ("another_onset", "year=2019"), *SAID[1:])
    told(app, again)
    member = signed_in(app)
    text = member.get(PATIENT).text
    assert "Another palsy 2019 nothing Confirm or correct Another palsy" in text
    assert "Palsy before: there was a palsy before this one" in text
    decide(
        member,
        "another_onset",
        outcome="corrected",
        side="right",
        cause="bells_palsy",
        **{"onset-year": "2018"},
    )
    assert "Recorded otherwise: 2018" in member.page.text
    decide(member, "another_onset", outcome="kept", note="a slip")
    found = [
        (row["number"], row["is_index"], row["side"], str(row["onset_on"])) for row in one_table(app, "palsy")
    ]
    assert found == [(1, True, "unknown", "None"), (2, False, "right", "2018-01-01")]


def test_a_palsy_from_birth_is_recorded(app: Flask) -> None:
    """Without an onset, and without questions about a time before."""
    without = {"had_before", "onset", "mood_before", "recovered"}
    born = [("had_before", "answer=from_birth"), *(one for one in SAID if one[0] not in without)]
    told(app, born)
    member = signed_in(app)
    assert "How it began From birth Not known Confirm or correct How it began" in member.get(PATIENT).text
    decide(member, "had_before", outcome="confirmed")
    assert [row["begin"] for row in one_table(app, "palsy")] == ["from_birth"]
    page = decide(member, "had_before", outcome="corrected", begin="sudden", note="the letter says so")
    assert "Recorded otherwise: Suddenly (the letter says so)" in page.text


def test_what_is_impossible_or_unclear_is_refused(app: Flask, member: Member) -> None:
    """At its box; nothing is stored."""
    recorded = {"treatment-kind": "oral_corticosteroid", "treatment-year": "2024", "state": "given"}
    member.post("/staff/S1/treatments/P1", recorded)
    before = stored(app)
    for fact, fields, words in (
        ("onset", {}, "Choose what is to stand."),
        ("onset", {"outcome": "corrected"}, "Enter the corrected onset."),
        ("onset", {"outcome": "corrected", "onset-year": "1960"}, "before the patient's birth"),
        ("onset", {"outcome": "corrected", "onset-year": year_ahead()}, "The onset lies ahead."),
        ("oral_corticosteroid", {"outcome": "confirmed"}, "Choose which treatment it is."),
        (
            "oral_corticosteroid",
            {"outcome": "corrected", "kind": "massage", "dates": "1", "began-year": "2024"},
            "of another kind",
        ),
        ("onset", {"outcome": "confirmed", "onset-year": "2023"}, "A corrected date is typed below"),
        (
            "botulinum_toxin",
            {"outcome": "corrected", "began-year": year_ahead(), "kind": "botulinum_toxin"},
            "ahead",
        ),
    ):
        decide(member, fact, **fields)
        assert member.status == 422
        assert words in member.page.text
    assert stored(app) == before


@pytest.mark.database(both=False)
@BOTH
def test_two_decisions_at_once_are_one(app: Flask, member: Member, invited: Invited) -> None:
    """The second is told to look again; it changes nothing."""
    place = address(member, "side")
    member.get(place)
    fields = {"seen": seen(member), "outcome": "confirmed"}
    member.post(place, fields)
    before = stored(app)
    page = member.post(place, fields)
    assert "Somebody has decided about this meanwhile." in page.text
    assert stored(app) == before


def test_only_a_coordinator_of_the_patient_decides(app: Flask, member: Member) -> None:
    """An investigator reads; another site and another fact are not found."""
    place = address(member, "side")
    reader = signed_in(app, "investigator")
    assert "What the patient reported" in reader.get(PATIENT).text
    assert "/reported/" not in " ".join(reader.page.links)
    reader.get(place)
    assert reader.status == 403
    elsewhere = signed_in(app, site="south")
    elsewhere.get(place)
    assert elsewhere.status == 404
    member.get(place.rpartition("/")[0] + f"/{FACTS.index('cause')}")
    assert member.status == 404
    member.get(place.rpartition("/")[0] + "/99")
    assert member.status == 404


def test_a_changed_mind_is_to_be_decided_anew(app: Flask) -> None:
    """While the form is not sent the patient may say otherwise; the decision stays with what it was about."""
    made = invite(app, asks_background=True)
    patient = Patient(in_process(app))
    patient.open(made.token)
    patient.next()
    give_all(patient, SAID[:3])
    member = signed_in(app)
    decide(member, "side", outcome="confirmed")
    assert "not sent yet" in member.page.text
    place = address(member, "side")
    patient.press("Back")
    patient.answer("right")
    page = member.get(PATIENT)
    assert "Side Right Left Confirm or correct" in page.text
    member.get(place)
    assert member.status == 404


def test_a_treatment_that_was_unticked_is_not_exported(app: Flask, tmp_path: Path) -> None:
    """Nor shown to staff; what was said of it once stays stored."""
    made = invite(app, asks_background=True)
    patient = Patient(in_process(app))
    patient.open(made.token)
    patient.next()
    give_all(patient, SAID)
    patient.get(f"/visit/{made.visit_id}/about-you/5?change=1")
    give(patient, "answer=oral_corticosteroid")
    lines = rows(export(app, tmp_path / "s1.zip"), "reported.csv")
    assert {line["question"] for line in lines} == {key for key, _ in SAID} - {"botulinum_toxin"}
    assert "Botulinum toxin" not in signed_in(app).get(PATIENT).text.partition("Visits")[0]
    assert "botulinum_toxin" in {row["question"] for row in one_table(app, "background")}
