"""Decisions about taking part."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Consent, ConsentText, Patient, Study
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
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
