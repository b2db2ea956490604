"""Addresses that mail servers refuse."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.models import Patient
from tests.surveys.lists.checks.conftest import AT, Found, Stands, contact_of, whole


def test_a_refused_address_is_found_while_mail_should_go_there(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """Not one that was corrected, nor where another way is chosen, nor where nothing goes out."""
    contact = contact_of(session, patient)
    contact.refused_email = "old@example.org"
    assert found("refused_mail") == []
    contact.refused_email = contact.email
    assert found("refused_mail") == [("P1", "refused")]
    assert whole(session, "refused_mail") == [("refused", "", "", None, None, None, None)]
    stands("refused_mail")
    contact.channel = "visits"
    assert found("refused_mail") == []
    contact.channel = "email"
    assert found("refused_mail") == [("P1", "refused")]
    patient.messages_stopped_at = AT
    assert found("refused_mail") == []
    patient.messages_stopped_at, patient.status = None, "paused"
    assert found("refused_mail") == []
    patient.status, contact.email = "active", "new@example.org"
    assert found("refused_mail") == []
