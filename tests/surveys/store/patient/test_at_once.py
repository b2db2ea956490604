"""What the store would refuse is known before anything is kept."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Message, Patient, Visit
from surveys.store.patient import at_once, participation
from surveys.store.post import messages
from surveys.store.visit import visits
from tests.surveys.store.conftest import AT


def test_each_act_is_tried_by_itself_and_nothing_is_kept(
    session: Session, patient: Patient, visit: Visit
) -> None:
    """On both databases: neither rows nor events, also of those that would go well."""
    before = len(session.scalars(select(Event)).all())
    known = {"at": AT, "actor": "staff:1"}
    change = partial(participation.change_status, session, patient, **known)
    acts = [
        partial(change, "left", on=AT.date()),
        partial(change, "active", on=patient.enrolled_on),
        partial(visits.miss, session, visit, " ", **known),
        partial(visits.miss, session, visit, "away", **known),
    ]
    assert at_once.hindrances(session, acts) == [
        None,
        "This is recorded already.",
        "Say why the visit was missed.",
        None,
    ]
    session.rollback()
    session.commit()
    assert (patient.status, visit.missed_reason) == ("active", None)
    assert len(session.scalars(select(Event)).all()) == before


def test_what_would_stop_is_counted(session: Session, patient: Patient, visit: Visit) -> None:
    """Messages that wait and links that open, in every study of the person if asked."""
    waits = {"kind": "reminder", "channel": "email", "planned_at": AT}
    session.add_all(
        [
            Message(visit_id=visit.id, nth=1, **waits),
            Message(visit_id=visit.id, nth=2, outcome="sent", outcome_at=AT, **waits),
        ]
    )
    session.flush()
    for everywhere in (True, False):
        assert participation.stopping(session, [patient], everywhere) == participation.Stopping(1, 1, 0)
    participation.change_status(session, patient, "left", on=AT.date(), at=AT, actor="test")
    messages.plan(session, at=AT)
    assert participation.stopping(session, [patient], True) == participation.Stopping(1, 0, 0)
