"""Patients whom no message reaches."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.mail.channels import channels
from surveys.models import Contact, Patient
from tests.support.sample import sampled
from tests.surveys.lists.checks.conftest import AT, Found, Stands, contact_of, whole

CHANNELS = (None, "email", "letter", "telephone", "text", "visits")
KNOWN = ("email", "address", "telephone", "mobile", "refused", "")
WAYS = sampled(12, list(product(CHANNELS, KNOWN)))


@pytest.mark.parametrize(("channel", "known"), WAYS)
def test_a_way_that_is_closed_is_found(
    session: Session, patient: Patient, found: Found, channel: str | None, known: str
) -> None:
    """As the sending of messages says; a refused address has a check of its own."""
    contact = contact_of(session, patient)
    contact.channel, contact.email = channel, None
    if known == "refused":
        contact.email = contact.refused_email = "p1@example.org"
    elif known:
        setattr(contact, known, "p1@example.org")
    session.flush()
    for way in channels().values():
        is_open = session.scalars(select(way.open_in(Contact)).where(Contact.id == contact.id)).one()
        assert bool(is_open) is way.reachable(contact)
    is_open = contact.way in channels() and channels()[str(contact.way)].reachable(contact)
    its_own = known == "refused" and channel in (None, "email")
    assert bool(found("no_channel")) is not (is_open or channel == "visits" or its_own)


def test_nobody_is_missed_who_wants_no_messages(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """And nobody without a contact is passed over."""
    contact_of(session, patient).email = None
    assert whole(session, "no_channel") == [("none", "", "none", None, None, None, None)]
    stands("no_channel")
    patient.contact_id = None
    assert found("no_channel") == [("P1", "no_contact")]
    patient.messages_stopped_at = AT
    assert found("no_channel") == []
    patient.messages_stopped_at, patient.status = None, "lost"
    assert found("no_channel") == []
