"""What may stand: with a reason, in the trail, and gone with the identity."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Dismissal, Event, EventValue, Patient
from surveys.store.errors import Refused
from surveys.store.patient import dismissals, erasing
from tests.support.study import changing, invite, one_table

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
FACTS = {"at": AT, "actor": "staff:1"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """No statement of its own."""
    return sqlite_url


def test_it_needs_a_reason_and_is_told(app: Flask) -> None:
    """The reason stands where an erasure reaches it."""
    invited = invite(app)
    with changing(app) as session:
        for reason in ("", " \n ", "x" * 501):
            with pytest.raises(Refused):
                dismissals.dismiss(session, invited.patient_id, "age", "", "2|", reason, **FACTS)
        assert dismissals.dismiss(session, invited.patient_id, "age", "", "2|", " Anna is 17 ", **FACTS)
    with changing(app) as session:
        event = session.scalars(select(Event).where(Event.action == "check.dismissed")).one()
        assert (event.facts, event.reason) == ({"check": "age"}, None)
        assert session.scalars(select(EventValue.after)).all() == ["Anna is 17"]
        found = session.scalars(select(Dismissal)).one()
        assert dismissals.find(session, invited.study_id, "Elsewhere", found.id) is None
        assert dismissals.find(session, invited.study_id, None, found.id) is not None
        dismissals.take_back(session, found, **FACTS)
    assert one_table(app, "dismissal") == []
    assert [row["action"] for row in one_table(app, "event")][-1] == "check.raised_again"


def test_an_erasure_takes_it_along(app: Flask) -> None:
    """A reason may name somebody."""
    invited = invite(app)
    with changing(app) as session:
        dismissals.dismiss(session, invited.patient_id, "age", "", "", "Anna is 17", **FACTS)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        erasing.remove(session, patient, reason="asked", on=AT.date(), at=datetime.now(UTC), actor="staff:1")
    assert one_table(app, "dismissal") == []
    assert "Anna" not in str(one_table(app, "event_value"))
