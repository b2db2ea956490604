"""Text messages: who gets one, and who answered STOP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.mail.channels.text import PART
from surveys.models import Consent, Contact, Event, Message, Patient, Study, Visit
from surveys.store.patient import consents, texts
from surveys.store.patient.consents import NewText
from surveys.store.post import messages
from surveys.store.visit import links, short_codes
from tests.support.outbox import plan, planned
from tests.surveys.store.conftest import AT

NUMBER = "+4915112345678"
FACTS = {"at": AT, "actor": "test"}


@pytest.fixture
def reached(session: Session, study: Study, patient: Patient) -> Contact:
    """The patient is to be reached by text message, and agreed to that."""
    new = NewText("Take part?", {"research": "Use them.", PART: "Send me texts."})
    consents.load(session, study, "1", {"en": new}, **FACTS)
    text = consents.newest(session, study.id, "en")
    signed = {"agreed": True, "parts": ["research", PART], "how": "paper", "signed_on": AT.date()}
    consents.decide(session, patient.id, text, **signed, **FACTS)
    contact = Contact(name="Anna Abel", mobile=NUMBER, channel="text")
    session.add(contact)
    session.flush()
    patient.contact_id = contact.id
    session.commit()
    return contact


def claim(session: Session, channel: str = "text") -> messages.ClaimedMessage | None:
    return messages.claim(session, at=AT, channel=channel).message


def why_it_waits(session: Session, visit: Visit) -> str | None:
    plan(session)
    assert claim(session) is None
    return planned(session, visit)["invitation", 1].error


def test_a_text_has_a_short_link_that_opens_by_the_year_alone(
    session: Session, visit: Visit, reached: Contact
) -> None:
    """Mail claims none of it."""
    plan(session)
    assert claim(session, "email") is None
    found = claim(session)
    assert found is not None
    assert (found.to, found.wording) == (NUMBER, "text")
    code = found.path.removeprefix("c/")
    assert short_codes.may_be_one(code)
    assert short_codes.find(session, code, 1971) is None
    link_id = short_codes.find(session, code, 1970)
    assert link_id is not None
    assert links.visit_of(session, link_id) == visit.id


def test_without_that_part_of_the_consent_no_text_goes(
    session: Session, patient: Patient, visit: Visit, reached: Contact
) -> None:
    """It waits, and says why; it goes once the patient agrees."""
    consents.choose_parts(session, patient.id, ["research"], on=AT.date(), **FACTS)
    assert why_it_waits(session, visit) == "not_agreed"
    consents.choose_parts(session, patient.id, [PART], on=AT.date(), **FACTS)
    session.commit()
    later = AT + timedelta(hours=2)
    assert messages.claim(session, at=later, channel="text").message is not None


def test_without_a_year_of_birth_the_link_could_not_be_opened(
    session: Session, patient: Patient, visit: Visit, reached: Contact
) -> None:
    """So no text goes; the birth date of the contact counts too."""
    patient.birth_year = None
    session.commit()
    assert why_it_waits(session, visit) == "no_birth_year"


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("STOP", True),
        ("Stop.", True),
        (" stopp bitte", True),
        ("ARRÊT", True),
        ("Ende!", True),
        ("please stop", False),  # it begins otherwise, and a gateway would not take it for a STOP either
        ("stopover on Monday", False),
        ("", False),
        ("…", False),
    ],
)
def test_words_that_end_the_texts(said: str, ends: bool) -> None:
    assert texts.asks_to_stop(said) is ends


@pytest.mark.parametrize(("email", "channel"), [(None, "text"), ("anna@example.org", "email")])
def test_stop_ends_the_texts_to_that_number(
    session: Session, patient: Patient, visit: Visit, reached: Contact, email: str | None, channel: str
) -> None:
    """The part of the consent is withdrawn, in a row of its own; e-mail takes over where there is an address.

    Another number is another channel: it may be tried once the patient agrees.
    """
    reached.email = email
    session.commit()
    plan(session)
    assert texts.stop(session, "+4915100000000", at=AT) == 0
    assert texts.stop(session, NUMBER, at=AT + timedelta(minutes=1)) == 1
    assert (reached.channel, reached.refused_mobile) == (channel, NUMBER)
    given = consents.of_patient(session, patient.id)
    assert given is not None
    assert given.parts == {"research": True, PART: False}
    assert planned(session, visit)["invitation", 1].channel == channel
    assert claim(session) is None
    session.commit()
    told = session.scalars(select(Event.action).where(Event.patient_id == patient.id)).all()
    assert told.count("texts.stopped") == told.count("consent.parts_changed") == 1
    assert texts.stop(session, NUMBER, at=AT + timedelta(minutes=2)) == 1, "said again, it changes nothing"
    assert session.scalars(select(Consent)).all()[-1].id == given.id
    assert session.scalar(select(Message.outcome).where(Message.kind == "invitation")) is None
