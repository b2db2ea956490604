"""A patient asks to be forgotten by name: the coordinator decides, and what remains is whole."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.exchange.subject import tables_about_patients
from surveys.models import PASSING, Alert, Base, Contact, Patient, Treatment
from surveys.store.audit import verify
from surveys.store.patient import clinic, consents, contacts, leaving
from surveys.store.patient.consents import NewText
from surveys.store.patient.patients import NewContact
from surveys.store.visit.responses import wrong_scores
from tests.support.answers import send
from tests.support.patient import Patient as Walker
from tests.support.patient import in_process
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, PHQ9, Invited, changing, invite, one_table, stored

ANNA = NewContact(name="Anna Ankersmit", hospital_number="H-777", email="anna@abel.example", telephone="0123")
SECRETS = ("Anna", "Ankersmit", "H-777", "abel.example", "husband")


@pytest.fixture
def anna(app: Flask) -> Invited:
    """P1, who has answered, is known by name, and asked to be removed; P2 is somebody else."""
    invited = invite(app, "P1")
    other = invite(app, "P2")
    for one in (invited, other):
        send(app, one.token, FACE, draft=(*PHQ9[:8], 1))
    at = datetime.now(UTC)
    with changing(app) as session:
        for one, contact in ((invited, ANNA), (other, NewContact(name="Ben Berg", telephone="999"))):
            patient = session.get_one(Patient, one.patient_id)
            contacts.change(session, patient, contact, at=at, actor="staff:1")
        clinic.write_note(session, invited.patient_id, "Her husband called.", at=at, actor="staff:1")
        session.add(Treatment(patient_id=invited.patient_id, kind="massage", note="Anna does it herself"))
        alert = session.scalars(select(Alert).where(Alert.visit_id == invited.visit_id)).one()
        alert.note, alert.state, alert.acknowledged_at = "Spoke with her husband", "acknowledged", at
        leaving.request_removal(session, invited.patient_id, at=at, actor="patient")
    return invited


@pytest.fixture
def coordinator(app: Flask, anna: Invited) -> Member:
    """Signed in."""
    return signed_in(app)


def agree(app: Flask, patient_id: int, *parts: str) -> None:
    """A paper consent with a text that asks whether answers may be kept."""
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.get_one(Patient, patient_id)
        study = session.get_one(type(patient).study.property.mapper.class_, patient.study_id)
        new = NewText("We would like to use your answers.", {"keep_answers": "My answers may be kept."})
        consents.load(session, study, "1", {"en": new}, at=at, actor="test")
        text = consents.newest(session, study.id, "en")
        assert text is not None
        facts: dict[str, Any] = {"how": "paper", "signed_on": at.date(), "at": at, "actor": "test"}
        consents.decide(session, patient_id, text, agreed=True, parts=parts, **facts)


def remove(member: Member, **fields: str) -> None:
    member.get("/staff/S1/removal/P1")
    member.post(
        "/staff/S1/removal/P1", {"decision": "remove", "reason": "By telephone", "code": "P1", **fields}
    )


def everything_holds(app: Flask) -> None:
    """The audit trail is whole, and every score is what its answers give."""
    with app.app_context():
        assert list(verify(db.session)) == []
        assert list(wrong_scores(db.session)) == []


def of_others(app: Flask) -> dict[str, Any]:
    """What is stored of P2."""
    kept = stored(app)
    [other] = [row["id"] for row in kept["patient"] if row["code"] == "P2"]
    visits = {row["id"] for row in kept["visit"] if row["patient_id"] == other}
    return {
        "contact": [row for row in kept["contact"] if row["name"] == "Ben Berg"],
        "response": [row for row in kept["response"] if row["visit_id"] in visits],
        "alert": [row for row in kept["alert"] if row["visit_id"] in visits],
        "event": [row for row in kept["event"] if row["patient_id"] == other],
        "patient": [row for row in kept["patient"] if row["id"] == other],
    }


@pytest.mark.parametrize("keeps", [True, False], ids=["answers kept", "answers gone"])
def test_the_identity_goes_and_the_proof_stays(
    app: Flask, coordinator: Member, anna: Invited, keeps: bool
) -> None:
    """Not a word of who it was is left; answers only stay by consent; nobody else is touched."""
    agree(app, anna.patient_id, *(["keep_answers"] if keeps else []))
    others = of_others(app)
    page = coordinator.get("/staff/S1/removal/P1")
    assert ("the patient agreed that they may be kept" in page.text) is keeps
    remove(coordinator)
    assert coordinator.path == "/staff/S1/patients/P1"
    assert "The identity was removed." in coordinator.page.text
    left = json.dumps(stored(app), default=str)
    assert not [word for word in SECRETS if word in left]
    for table in ("response", "draft"):
        mine = [row for row in one_table(app, table) if row["visit_id"] == anna.visit_id]
        assert len(mine) == (1 if keeps else 0), table
    assert of_others(app) == others
    [patient] = [row for row in one_table(app, "patient") if row["id"] == anna.patient_id]
    assert (patient["status"], patient["contact_id"], patient["removal_requested_at"]) == ("left", None, None)
    assert {row["level"] for row in one_table(app, "erasure")} == {
        "identity",
        *([] if keeps else ["answers"]),
    }
    [alert] = [row for row in one_table(app, "alert") if row["visit_id"] == anna.visit_id]
    assert (alert["first_answer"], alert["note"]) == (1 if keeps else None, None)
    events = [row["action"] for row in one_table(app, "event") if row["patient_id"] == anna.patient_id]
    assert {"patient.enrolled", "patient.identity_removed"} <= set(events)
    everything_holds(app)
    walker = Walker(in_process(app))
    walker.get(f"/s/{anna.token}")
    assert walker.status == 410
    coordinator.get("/staff/S1/removal/P1")
    assert "was removed already" in coordinator.page.text
    assert "P1" in coordinator.get("/staff/S1/patients").text


def test_it_is_not_done_by_mistake(app: Flask, coordinator: Member) -> None:
    """Without a decision, a reason or the code typed nothing changes; a request can be settled so."""
    coordinator.get("/staff/S1/removal/P1")
    before = stored(app)
    for fields in ({"decision": ""}, {"reason": " "}, {"code": "P2"}, {"code": ""}):
        remove(coordinator, **fields)
        assert coordinator.status == 422
    assert stored(app) == before
    remove(coordinator, decision="decline", reason="It was her sister", code="")
    assert "The request is settled." in coordinator.page.text
    after = stored(app)
    assert after["contact"] == before["contact"]
    event = after["event"][-1]
    assert (event["action"], event["reason"]) == ("patient.removal_declined", "It was her sister")
    coordinator.get("/staff/S1/removal/P1")
    assert "settle the request" not in coordinator.page.text


def test_a_contact_in_another_study_stays_there(app: Flask, coordinator: Member, anna: Invited) -> None:
    """This study lets go of it; the other one's patient, its contact and its status stay as they are."""
    elsewhere = invite(app, "Q1", study="S2")
    with changing(app) as session:
        shared = session.get_one(Patient, anna.patient_id).contact_id
        session.get_one(Patient, elsewhere.patient_id).contact_id = shared
    assert "1 other study of this person uses it" in coordinator.get("/staff/S1/removal/P1").text
    remove(coordinator)
    with app.app_context():
        there = db.session.get_one(Patient, elsewhere.patient_id)
        assert (there.contact_id, there.status) == (shared, "active")
        assert db.session.get_one(Contact, shared).name == "Anna Ankersmit"
        assert db.session.get_one(Patient, anna.patient_id).contact_id is None
    everything_holds(app)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_patient_gets_a_copy_of_everything(app: Flask, coordinator: Member, anna: Invited) -> None:
    """To read, with the questions' content, and as JSON; without anybody else or any key; recorded."""
    page = coordinator.get("/staff/S1/patients/P1")
    assert "Copy of all data, to read" in page.text
    token = [("csrf_token", coordinator.csrf_token)]
    readable = coordinator.send("POST", "/staff/S1/copy/P1", token)
    assert readable.status == 200
    answer = coordinator.send("POST", "/staff/S1/copy/P1", [*token, ("form", "json")])
    assert answer.header("Content-Disposition") == 'attachment; filename="P1.json"'
    data = json.loads(answer.content)
    for text in (readable.html, answer.html):
        for word in ("Anna Ankersmit", "H-777", "husband", "massage"):
            assert word in text
        assert "Ben" not in text
    assert "Mouth corner on affected side lifts when smiling" in readable.html
    assert [row["answers"]["q1"] for row in data["response"]] == [1]
    assert len(data["visit"]) == len(
        [r for r in one_table(app, "visit") if r["patient_id"] == anna.patient_id]
    )
    digests = [row["digest"] for row in one_table(app, "link")]
    assert not [digest for digest in digests if digest in answer.html]
    copied = [row for row in one_table(app, "event") if row["action"] == "patient.copied"]
    assert [row["facts"]["form"] for row in copied] == ["html", "json"]


def test_no_table_about_patients_is_forgotten() -> None:
    """Every table with a patient, a visit or what hangs on them is in the copy."""
    about = tables_about_patients()
    named = {
        table.name
        for table in Base.metadata.sorted_tables
        if {"patient_id", "visit_id", "response_id"} & set(table.columns.keys())
    }
    assert named - set(PASSING) <= about
    assert {"event_value", "score", "alert"} <= about
    assert not {"staff", "study", "instrument_version"} & about
