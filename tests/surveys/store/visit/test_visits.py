"""Visits outside the plan."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Event, Link, Patient, Study, Visit
from surveys.store.errors import Refused
from surveys.store.visit import links, visits
from tests.surveys.store.conftest import AT

TODAY = AT.date()


def add(session: Session, study: Study, patient: Patient, library: Library, *battery: str) -> Visit:
    """An unscheduled visit of today."""
    return visits.add_unscheduled(session, study, patient, battery, library, on=TODAY, at=AT, actor="staff:1")


def test_it_opens_today_and_asks_what_was_chosen(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """For a month; PHQ-9 is not left last; the next one gets the next number."""
    first = add(session, study, patient, library, "face", "phq9")
    second = add(session, study, patient, library, "saq")
    session.commit()
    assert (first.name, first.occurrence, second.occurrence) == ("unscheduled", 1, 2)
    assert (first.opens_on, first.due_on, first.closes_on) == (TODAY, TODAY, TODAY + timedelta(days=30))
    assert first.battery == ["phq9", "face"]
    assert session.scalars(select(Event.action).order_by(Event.id.desc())).first() == "visit.added"


def test_nothing_may_be_asked_in_words_that_are_only_ours(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """Outside a simulated study, even by a visit that its plan does not know."""
    study.simulated = False
    add(session, study, patient, library, "phq9")
    with pytest.raises(Refused, match="may not ask face"):
        add(session, study, patient, library, "face", "phq9")


def test_nothing_about_self_harm_is_asked_without_a_crisis_text(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """In the language of the study."""
    study.crisis_texts = {"de": "112"}
    session.flush()
    with pytest.raises(Refused, match="may not ask phq9"):
        add(session, study, patient, library, "phq9")


def test_nobody_who_left_is_asked_and_no_closed_study_asks(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """Nor is a visit made that asks nothing."""
    with pytest.raises(Refused, match="at least one"):
        add(session, study, patient, library)
    patient.status = "left"
    with pytest.raises(Refused, match="no longer"):
        add(session, study, patient, library, "saq")
    patient.status = "active"
    study.status = "closed"
    with pytest.raises(Refused, match="is closed"):
        add(session, study, patient, library, "saq")


def test_a_missed_visit_says_why_and_opens_again_late(session: Session, visit: Visit) -> None:
    """Its due day stays, so that what comes late is seen to be late; a link that went opens it again."""
    due_on = visit.due_on
    links.issue(session, visit, at=AT, actor="staff:1")
    with pytest.raises(Refused, match="Say why"):
        visits.miss(session, visit, " ", at=AT, actor="staff:1")
    with pytest.raises(Refused, match="at most"):
        visits.miss(session, visit, "x" * 201, at=AT, actor="staff:1")
    visits.miss(session, visit, "in hospital", at=AT, actor="staff:1")
    assert visit.missed_reason == "in hospital"
    late = visit.closes_on + timedelta(days=40)
    visits.let_in_late(session, visit, on=late, at=AT, actor="staff:1")
    assert (visit.missed_reason, visit.due_on) == (None, due_on)
    assert visit.closes_on == late + timedelta(days=visits.LATE_DAYS)
    [expires_at] = session.scalars(select(Link.expires_at))
    assert expires_at.date() > visit.closes_on
    with pytest.raises(Refused, match="opens later"):
        visits.let_in_late(session, visit, on=visit.opens_on - timedelta(days=1), at=AT, actor="s")
