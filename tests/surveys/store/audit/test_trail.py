"""An event is written with its change."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import (
    Event,
    Patient,
)
from surveys.store import audit

from ..conftest import AT


def test_an_event_is_written_with_its_change_or_not_at_all(session: Session, patient: Patient) -> None:
    """Rolled back together, committed together."""
    before = session.scalars(select(Event.id)).all()
    audit.record(session, audit.Entry(AT, "test", "nothing.done", patient.id))
    session.rollback()
    session.commit()
    assert session.scalars(select(Event.id)).all() == before
    audit.record(session, audit.Entry(AT, "test", "something.done", patient.id, {"number": 1}))
    session.commit()
    last = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert last is not None
    assert (last.action, last.facts, last.at) == ("something.done", {"number": 1}, AT)
    assert last.software.startswith("seventh ")
