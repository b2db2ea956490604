"""Decisions about taking part."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Consent, ConsentText, Event, Patient, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import consents, leaving, patients
from surveys.store.patient.consents import Decision, GivenElsewhere, NewText
from surveys.store.patient.patients import NewPatient
from tests.surveys.store.conftest import AT


def test_a_consent_is_not_older_than_the_patient(session: Session, study: Study, patient: Patient) -> None:
    """A slip of the pen in the year; the day itself may lie before the enrolment."""
    consents.load(session, study, "1", {"en": NewText("Taking part is up to you.", {})}, at=AT, actor="test")
    text = session.scalars(select(ConsentText)).one()

    def sign(on: date) -> None:
        consents.decide(
            session,
            patient.id,
            text,
            agreed=True,
            parts=(),
            how="paper",
            signed_on=on,
            at=AT,
            actor="staff:1",
        )

    with pytest.raises(Refused, match="before the patient's birth"):
        sign(date(1880, 1, 1))
    sign(date(2020, 1, 1))
    assert [one.signed_on for one in session.scalars(select(Consent))] == [date(2020, 1, 1)]


@pytest.fixture
def signed(session: Session, study: Study, patient: Patient) -> Decision:
    """P1 agreed on paper to research, and not to sharing."""
    new = NewText("Taking part is up to you.", {"research": "Use it.", "sharing": "Share it."})
    consents.load(session, study, "1", {"en": new}, at=AT, actor="test")
    text = session.scalars(select(ConsentText)).one()
    decide(session, patient, text, "paper")
    return Decision(text, True, {"research": True, "sharing": False}, "paper", AT.date())


def decide(session: Session, patient: Patient, text: ConsentText, how: str) -> None:
    facts = {"signed_on": AT.date(), "at": AT, "actor": "test"}
    consents.decide(session, patient.id, text, agreed=True, parts=("research",), how=how, **facts)
    session.commit()


def correct(session: Session, patient: Patient, wanted: Decision, reason: str = "the paper says so") -> bool:
    changed = consents.correct(session, patient, wanted, reason=reason, at=AT, actor="staff:1")
    session.commit()
    return changed


def test_what_was_typed_wrongly_is_corrected_and_kept(
    session: Session, patient: Patient, signed: Decision
) -> None:
    """With a reason; the last row stands, the first is as it was, and the proof holds."""
    wanted = replace(signed, parts={"research": True, "sharing": True}, signed_on=date(2026, 3, 1))
    with pytest.raises(Refused) as refused:
        correct(session, patient, wanted, " ")
    assert refused.value.field == "reason"
    assert not correct(session, patient, signed)
    assert correct(session, patient, wanted)
    stands = consents.of_patient(session, patient.id)
    assert stands is not None
    assert (stands.parts["sharing"], stands.signed_on, stands.recorded_by) == (
        True,
        date(2026, 3, 1),
        "staff:1",
    )
    assert [one.parts["sharing"] for one in session.scalars(select(Consent).order_by(Consent.id))] == [
        False,
        True,
    ]
    [event] = session.scalars(select(Event).where(Event.action == "consent.corrected")).all()
    assert (event.facts["signed_on_before"], event.facts["signed_on"]) == ("2026-03-10", "2026-03-01")
    assert (event.reason, "how" in event.facts) == ("the paper says so", False)
    assert list(audit.verify(session)) == []


def test_who_declined_after_all_takes_part_no_longer(
    session: Session, patient: Patient, signed: Decision
) -> None:
    """And is not brought back by a further correction."""
    declined = {"agreed": False, "parts": {"research": False, "sharing": False}}
    assert correct(session, patient, replace(signed, **declined))
    assert patient.status == "left"
    assert correct(session, patient, signed)
    assert patient.status == "left"


def test_what_the_patient_decided_changes_on_the_patients_word_alone(
    session: Session, study: Study, patient: Patient
) -> None:
    """It has a way that is no link, and a day that is not before."""
    with pytest.raises(Refused, match="recorded yet"):
        correct(
            session, patient, Decision(ConsentText(version="1", locale="en"), True, {}, "paper", AT.date())
        )
    new = NewText("Taking part is up to you.", {"research": "Use it."})
    consents.load(session, study, "1", {"en": new}, at=AT, actor="test")
    text = session.scalars(select(ConsentText)).one()
    decide(session, patient, text, "link")
    wanted = Decision(text, True, {"research": False}, "telephone", AT.date() - timedelta(days=1))
    for wrong, field in (
        (wanted, "signed_on"),
        (replace(wanted, how="link", signed_on=AT.date()), "how"),
        (replace(wanted, signed_on=date(1960, 1, 1)), "signed_on"),
    ):
        with pytest.raises(Refused) as refused:
            correct(session, patient, wrong)
        assert refused.value.field == field
    assert correct(session, patient, replace(wanted, signed_on=AT.date()))


def test_a_consent_of_elsewhere_is_found_again(session: Session, patient: Patient, signed: Decision) -> None:
    """It has a place and no text of ours, also as a correction; the event tells both."""
    wanted = Decision(None, True, {}, "elsewhere", date(2026, 3, 1))
    with pytest.raises(Refused) as refused:
        correct(session, patient, wanted)
    assert refused.value.field == "reference"
    assert correct(session, patient, replace(wanted, reference="Folder 3"))
    assert not correct(session, patient, replace(wanted, reference="Folder 3"))
    stands = consents.of_patient(session, patient.id)
    assert stands is not None
    assert (stands.consent_text_id, stands.reference) == (None, "Folder 3")
    [event] = session.scalars(select(Event).where(Event.action == "consent.corrected")).all()
    assert (event.facts["version_before"], event.facts["version"]) == ("1", None)
    assert event.facts["reference"] == "Folder 3"
    assert correct(session, patient, signed)
    assert list(audit.verify(session)) == []


def test_new_patients_bring_the_consent_of_elsewhere(
    session: Session, study: Study, library: Library
) -> None:
    """In the transaction of their enrolment, bound and told; not from before the birth."""
    session.refresh(study, ["timepoints"])

    def enrol(code: str, on: date) -> Patient:
        given = GivenElsewhere("Folder 3", on)
        new = NewPatient(code, AT.date(), birth_year=1970, consent=given)
        return patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="staff:1")

    with pytest.raises(Refused) as refused:
        enrol("P7", date(1969, 12, 31))
    assert refused.value.field == "consent_on"
    made = enrol("P7", date(2026, 2, 28))
    session.commit()
    stands = consents.of_patient(session, made.id)
    assert stands is not None
    assert (stands.how, stands.reference, stands.recorded_by) == ("elsewhere", "Folder 3", "staff:1")
    [event] = session.scalars(select(Event).where(Event.action == "consent.agreed")).all()
    assert event.facts == {
        "consent": stands.id,
        "how": "elsewhere",
        "reference": "Folder 3",
        "signed_on": "2026-02-28",
    }
    assert list(audit.verify(session)) == []


def refuse(session: Session, patient: Patient, text: ConsentText, how: str = "link") -> None:
    """The patient declines, which ends taking part and messages."""
    facts = {"signed_on": AT.date(), "at": AT, "actor": "patient"}
    consents.decide(session, patient.id, text, agreed=False, parts=(), how=how, **facts)
    session.commit()


def agree(session: Session, patient: Patient, text: ConsentText) -> None:
    """The patient agrees after all, a day later."""
    later = {"on": AT.date() + timedelta(days=1), "at": AT + timedelta(days=1), "actor": "patient"}
    consents.change_mind(session, patient.id, text, parts=("sharing",), **later)
    session.commit()


@pytest.fixture
def text(session: Session, study: Study) -> ConsentText:
    """A text with two parts, not decided on yet."""
    new = NewText("Taking part is up to you.", {"research": "Use it.", "sharing": "Share it."})
    consents.load(session, study, "1", {"en": new}, at=AT, actor="test")
    return session.scalars(select(ConsentText)).one()


def test_a_changed_mind_adds_a_decision(session: Session, patient: Patient, text: ConsentText) -> None:
    """The patient takes part from then on, and what the refusal stopped goes out again."""
    refuse(session, patient, text)
    session.refresh(patient)
    assert (patient.status, patient.status_reason) == ("left", "no_consent")
    agree(session, patient, text)
    session.refresh(patient)
    assert (patient.status, patient.status_reason, patient.messages_stopped_at) == ("active", None, None)
    assert patient.status_since == AT.date() + timedelta(days=1)
    assert [one.decision for one in consents.all_of_patient(session, patient.id)] == ["agreed", "declined"]
    with pytest.raises(Refused, match="recorded already"):
        agree(session, patient, text)


def test_messages_that_were_stopped_before_stay_stopped(
    session: Session, patient: Patient, text: ConsentText
) -> None:
    """They were a wish of their own."""
    leaving.stop_messages(session, patient.id, at=AT - timedelta(days=1), actor="patient")
    refuse(session, patient, text)
    agree(session, patient, text)
    session.refresh(patient)
    assert patient.messages_stopped_at is not None


def test_what_staff_recorded_is_not_changed_by_the_link(
    session: Session, patient: Patient, text: ConsentText
) -> None:
    """A refusal on paper, and a death."""
    refuse(session, patient, text, "paper")
    with pytest.raises(Refused, match="recorded already"):
        agree(session, patient, text)


def test_each_part_is_changed_by_itself(session: Session, patient: Patient, signed: Decision) -> None:
    """A further row on the same text; what stays the same adds none, and the trail says what changed."""
    later = {"on": AT.date(), "at": AT, "actor": "patient"}
    assert not consents.choose_parts(session, patient.id, ("research",), **later)
    assert consents.choose_parts(session, patient.id, ("sharing", "nonsense"), **later)
    session.commit()
    stands = consents.of_patient(session, patient.id)
    assert stands is not None
    assert (stands.parts, stands.how) == ({"research": False, "sharing": True}, "link")
    assert stands.consent_text_id == signed.text.id
    [event] = session.scalars(select(Event).where(Event.action == "consent.parts_changed"))
    assert event.facts["from"] == {"research": True, "sharing": False}


def test_who_agreed_to_nothing_has_no_part_to_change(
    session: Session, patient: Patient, text: ConsentText
) -> None:
    """Neither before a decision nor after a refusal."""
    for _ in range(2):
        with pytest.raises(Refused, match="agreed to no text"):
            consents.choose_parts(session, patient.id, ("research",), on=AT.date(), at=AT, actor="patient")
        if consents.of_patient(session, patient.id) is None:
            refuse(session, patient, text)
