"""Messages planned, claimed and answered, for tests of the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Message, Visit
from surveys.store.post import messages
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT

# AT is 10:30 in Berlin on the day of enrolment, when the first visit opens.
TO = "anna@example.org"


def planned(session: Session, visit: Visit) -> dict[tuple[str, int], Message]:
    rows = session.scalars(
        select(Message).where(Message.visit_id == visit.id).execution_options(populate_existing=True)
    )
    return {(row.kind, row.nth): row for row in rows}


def plan(session: Session, at: datetime = AT) -> messages.Counts:
    counts = messages.plan(session, at=at)
    session.commit()
    return counts


def claim(session: Session, at: datetime = AT) -> messages.ClaimedMessage | None:
    found = messages.claim(session, at=at)
    session.commit()
    return found.message


def answer(session: Session, library: Library, visit: Visit, at: datetime = AT) -> None:
    """Answer everything that the visit asks."""
    new = []
    for key in visit.battery:
        instrument = library.get(key)
        new.append(
            NewResponse(
                visit_id=visit.id,
                patient_id=visit.patient_id,
                instrument=instrument,
                version_id=versions.freeze(session, instrument, at=at),
                answers={item.key: 1 for item in instrument.asked([])},
                source="web",
                submitted_at=at,
                completed_on=at.date(),
            )
        )
    responses.add(session, new, at=at, actor="test")
    session.commit()
