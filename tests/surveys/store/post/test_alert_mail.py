"""Word of alerts: to whom, when, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.lists import alerts as lists
from surveys.lists.scope import Scope
from surveys.models import Alert, AlertMail, AlertReader, Staff, Study, Visit
from surveys.store.post import alert_mail
from surveys.store.post.outbox import Rejected, Sent, TryLater
from surveys.store.visit import alerts
from surveys.store.visit.alerts import Cause
from tests.surveys.store.conftest import AT

DAY = timedelta(hours=24)


@pytest.fixture
def readers(session: Session, study: Study) -> list[AlertReader]:
    """Anna reads alerts first, Berta is her deputy; one may wait for a day."""
    made = []
    for rank, name in (("first", "anna"), ("deputy", "berta")):
        person = Staff(
            email=f"{name}@example.org",
            password="",
            fs_uniquifier=name,
            created_at=AT,
            active=True,
            admin=False,
        )
        session.add(person)
        session.flush()
        made.append(
            AlertReader(study_id=study.id, rank=rank, staff_id=person.id, named_by="test", named_at=AT)
        )
    session.add_all(made)
    session.commit()
    return made


@pytest.fixture
def alert(session: Session, library: Library, visit: Visit) -> Alert:
    """Item 9 of the PHQ-9 was answered with 2."""
    cause = Cause(visit.id, visit.patient_id, library.get("phq9"), "q9", 2, AT)
    alerts.notice(session, [cause], at=AT, actor="patient")
    session.commit()
    return session.scalars(select(Alert)).one()


def words(session: Session, after: timedelta) -> list[tuple[str, str]]:
    """What is sent so long after the alert, all of it taken."""
    at, said = AT + after, []
    alert_mail.plan(session, at=at)
    session.commit()
    while (word := alert_mail.claim(session, at=at)) is not None:
        session.commit()
        alert_mail.settle(session, word.id, Sent(), at=at)
        session.commit()
        said.append((word.kind, word.to))
    session.commit()
    return said


def trouble(session: Session, study: Study, after: timedelta) -> tuple[int, int]:
    scope = Scope(study.id, None, (AT + after).date())
    found = lists.trouble(session, scope, DAY, AT + after)
    return found.overdue, found.unheard


def test_the_first_person_hears_at_once_and_once(
    session: Session, alert: Alert, readers: list[AlertReader]
) -> None:
    """However often the worker comes round."""
    assert words(session, timedelta()) == [("raised", "anna@example.org")]
    assert words(session, timedelta(hours=23)) == []


def test_the_deputy_hears_when_nobody_took_it_on(
    session: Session, study: Study, alert: Alert, readers: list[AlertReader]
) -> None:
    """After the study's time, once; and everybody sees a red line from then on until somebody does."""
    words(session, timedelta())
    assert trouble(session, study, timedelta(hours=23)) == (0, 0)
    assert words(session, DAY) == [("escalated", "berta@example.org")]
    assert words(session, 2 * DAY) == []
    session.refresh(alert)
    assert alert.escalated_at == AT + DAY
    assert trouble(session, study, DAY) == (1, 0)
    alerts.acknowledge(session, alert.id, at=AT + 2 * DAY, actor="staff:1", note=None)
    session.commit()
    assert trouble(session, study, 3 * DAY) == (0, 0)


def test_nobody_hears_of_what_was_taken_on(
    session: Session, alert: Alert, readers: list[AlertReader]
) -> None:
    """Also where word was planned before."""
    alert_mail.plan(session, at=AT)
    alerts.acknowledge(session, alert.id, at=AT, actor="staff:1", note=None)
    session.commit()
    assert words(session, DAY) == []
    [row] = session.scalars(select(AlertMail)).all()
    assert (row.outcome, row.error) == ("cancelled", "taken_on")


def test_without_a_deputy_the_alert_is_escalated_all_the_same(session: Session, alert: Alert) -> None:
    """Nobody is named: nobody is written to, and the alert says that it waited too long."""
    assert words(session, DAY) == []
    session.refresh(alert)
    assert alert.escalated_at == AT + DAY


def test_word_that_was_refused_is_shown(
    session: Session, study: Study, alert: Alert, readers: list[AlertReader]
) -> None:
    """What may be tried again is; what never arrives makes the red line."""
    alert_mail.plan(session, at=AT)
    for outcome, seen in ((TryLater("450"), 0), (Rejected("550 5.1.1", address=True), 1)):
        word = alert_mail.claim(session, at=AT + timedelta(hours=1))
        assert word is not None
        session.commit()
        alert_mail.settle(session, word.id, outcome, at=AT)
        session.commit()
        assert trouble(session, study, timedelta(hours=1)) == (0, seen)


def test_word_to_a_closed_account_is_refused(
    session: Session, study: Study, alert: Alert, readers: list[AlertReader]
) -> None:
    """Somebody left the clinic and nobody else was named."""
    session.get_one(Staff, readers[0].staff_id).active = False
    session.commit()
    assert words(session, timedelta()) == []
    assert trouble(session, study, timedelta()) == (0, 1)


def test_test_alerts_reach_both(session: Session, readers: list[AlertReader]) -> None:
    """Once each time they are sent, until they are acknowledged."""
    for reader in readers:
        reader.tested_at = AT
    session.commit()
    both = [("test", "anna@example.org"), ("test", "berta@example.org")]
    assert words(session, timedelta(minutes=1)) == both
    assert words(session, timedelta(minutes=2)) == []
    readers[0].tested_at = AT + timedelta(hours=1)
    readers[1].acknowledged_at = AT + timedelta(hours=1)
    session.commit()
    assert words(session, timedelta(hours=2)) == both[:1]


def test_word_about_real_patients_waits_where_it_may_not_go(
    session: Session, study: Study, alert: Alert, readers: list[AlertReader]
) -> None:
    """Not touched, and counted until somebody has taken the alert on."""
    study.simulated = False
    alert_mail.plan(session, at=AT)
    session.commit()
    assert alert_mail.claim(session, at=AT, simulated_only=True) is None
    row = session.scalars(select(AlertMail)).one()
    assert (row.claimed_at, row.attempts, row.outcome) == (None, 0, None)
    assert alert_mail.due_about_real(session, at=AT) == 1
    alerts.acknowledge(session, alert.id, at=AT, actor="staff:1", note=None)
    assert alert_mail.due_about_real(session, at=AT) == 0
