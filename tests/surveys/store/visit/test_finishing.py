"""Drafts of visits that are over become partial responses."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Draft, Event, Response, Score, Visit
from surveys.store.visit.finishing import finish_late
from surveys.store.words import versions
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT, SEALS

# The first visit closes on 9 April; in Berlin the 17th begins at 22:00 UTC of the 16th.
TOO_EARLY = datetime(2026, 4, 16, 21, 59, tzinfo=UTC)
OVER = datetime(2026, 4, 16, 22, 0, tzinfo=UTC)
LAST_SAVED = datetime(2026, 3, 11, 23, 30, tzinfo=UTC)


@pytest.fixture
def begun(session: Session, library: Library, visit: Visit) -> Visit:
    """A PHQ-9 with seven answers, one item skipped and one not reached."""
    instrument = library.get("phq9")
    said = [{"value": 2, "at": AT.isoformat()}]
    skipped = [{"skipped": True, "at": AT.isoformat()}]
    session.add(
        Draft(
            visit_id=visit.id,
            instrument="phq9",
            instrument_version_id=versions.freeze(session, instrument, at=AT),
            locale="en",
            answers={**{f"q{number}": said for number in range(1, 8)}, "q8": skipped},
            started_at=AT,
            saved_at=LAST_SAVED,
        )
    )
    session.commit()
    return visit


def finish(session: Session, library: Library, at: datetime) -> int:
    return finish_late(lambda: nullcontext(session), Texts(library), SEALS, at=at, actor="test")


def test_a_draft_stays_while_the_visit_may_be_finished(
    session: Session, library: Library, begun: Visit
) -> None:
    """Through the seventh day after its window, in the study's time zone."""
    assert begun.closes_on == date(2026, 4, 9)
    assert finish(session, library, TOO_EARLY) == 0
    assert session.scalars(select(Draft)).one().visit_id == begun.id


def test_then_it_becomes_a_partial_response(session: Session, library: Library, begun: Visit) -> None:
    """Scored by the scale's own rule; skipped is told from not reached; once, and with its event."""
    assert [finish(session, library, OVER), finish(session, library, OVER)] == [1, 0]
    session.commit()
    assert session.scalars(select(Draft)).all() == []
    response = session.scalars(select(Response)).one()
    assert response.partial
    assert (response.source, response.visit_id, response.submitted_at) == ("web", begun.id, OVER)
    assert response.completed_on == date(2026, 3, 12)
    assert response.not_given == {"q8": "skipped", "q9": "not_reached"}
    score = session.scalars(select(Score)).one()
    assert (score.value, score.items_missing, score.prorated) == (18, 2, True)
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.action, event.actor, event.facts["partial"]) == ("response.stored", "test", True)
