"""A study's log."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.lists import log
from surveys.models import Patient
from surveys.store import audit
from surveys.store.patient import readings
from tests.surveys.lists.conftest import AT


def test_the_log_goes_back_page_by_page(session: Session, patient: Patient) -> None:
    """The latest first, one kind alone where asked, and nothing of the installation."""
    audit.record(session, audit.Entry(AT, "test", "staff.added"))
    session.commit()
    for number in (1, 2, 3):
        readings.note(session, patient.id, at=AT, actor=f"staff:{number}")
        session.commit()
    first = log.page(session, patient.study_id, kind="read", size=2, before=None)
    assert [(one.actor, one.patient) for one in first.events] == [("staff:3", "P1"), ("staff:2", "P1")]
    then = log.page(session, patient.study_id, kind="read", size=2, before=first.older)
    assert ([one.actor for one in then.events], then.older) == (["staff:1"], None)
    everything = log.page(session, patient.study_id, kind=None, size=2, before=None)
    assert {one.action for one in everything.events} == {"patient.read"}
