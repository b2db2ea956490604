"""What a freeze keeps, under which name, and what it is worth later."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys.models import Event, Freeze, Study
from surveys.store.errors import Refused
from surveys.store.study import freezes
from tests.surveys.store.conftest import AT


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def keep(session: Session, study: Study, name: str, content: str = "{}") -> Freeze:
    return freezes.keep(session, study, name, content, patients=2, responses=3, at=AT, actor="staff:1")


def test_a_freeze_is_kept_with_its_digest(session: Session, study: Study) -> None:
    """And its name without doubled blanks; the trail has the digest, not the answers."""
    made = keep(session, study, "  Report\n 2026 ", "ä")
    session.commit()
    digest = hashlib.sha256("ä".encode()).hexdigest()
    assert (made.name, made.content, made.sha256, made.patients, made.responses) == (
        "Report 2026",
        "ä",
        digest,
        2,
        3,
    )
    assert freezes.content(session, study.id, "Report 2026") == (made, "ä")
    [event] = session.scalars(select(Event).where(Event.action == "study.frozen"))
    assert event.facts == {"study": "S1", "freeze": "Report 2026", "sha256": digest, "patients": 2}


@pytest.mark.parametrize("name", ["", " ", "n" * 201])
def test_a_freeze_has_a_name(session: Session, study: Study, name: str) -> None:
    with pytest.raises(Refused, match="a name of at most 200") as refused:
        keep(session, study, name)
    assert refused.value.field == "name"
    keep(session, study, "n" * 200)


def test_a_name_is_of_one_freeze_in_a_study(session: Session, study: Study) -> None:
    """Newest first."""
    keep(session, study, "First")
    with pytest.raises(Refused, match="“First” already"):
        keep(session, study, " First ")
    keep(session, study, "Second")
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    keep(session, other, "First")
    assert [one.name for one in freezes.of_study(session, study.id)] == ["Second", "First"]
    with pytest.raises(Refused, match="no freeze “Second” of this study"):
        freezes.content(session, other.id, "Second")


def test_a_changed_content_is_refused(session: Session, study: Study) -> None:
    """By the database at once; by its digest, should somebody get round the database."""
    keep(session, study, "First")
    session.commit()
    with pytest.raises(DBAPIError):
        session.execute(delete(Freeze))
    session.rollback()
    triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'data_freeze'")
    for trigger in list(session.scalars(triggers)):
        session.execute(text(f"DROP TRIGGER {trigger}"))
    session.execute(text("UPDATE data_freeze SET content = '[]'"))
    session.expire_all()
    with pytest.raises(Refused, match="not what it was"):
        freezes.content(session, study.id, "First")
