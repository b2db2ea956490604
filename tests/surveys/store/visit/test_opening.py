"""What a personal link opens, and why it opens nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Assistance, Link, Patient, Study, Visit
from surveys.store.visit import links, opening
from surveys.store.visit.opening import LinkRefusal, LinkRefused, OpenVisit
from surveys.store.words.wordings import Texts
from tests.surveys.store.conftest import AT

DAY = timedelta(days=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def link(session: Session, visit: Visit) -> Link:
    """A link to P1's first visit."""
    links.issue(session, visit, at=AT, actor="test")
    return session.scalars(select(Link)).one()


def load(session: Session, link: Link, library: Library, at: datetime = AT) -> OpenVisit:
    return opening.load(session, link.id, Texts(library), device="phone", at=at)


def refused(
    session: Session, link: Link, library: Library, at: datetime = AT
) -> tuple[str, str, date | None]:
    """Why, whom to ask, and the day concerned."""
    with pytest.raises(LinkRefused) as told:
        load(session, link, library, at)
    return told.value.refusal.value, told.value.contacts.get("en", ""), told.value.on


def test_a_link_opens_its_visit(session: Session, link: Link, visit: Visit, library: Library) -> None:
    """With nothing begun; the day is the study's, in Berlin."""
    found = load(session, link, library, AT.replace(hour=23, minute=30))
    assert (found.id, found.link_id, found.device, found.study_code) == (visit.id, link.id, "phone", "S1")
    assert set(found.battery) == set(found.instruments) == set(visit.battery)
    assert found.today == AT.date() + DAY
    assert (found.begun, found.hides, found.help_told, found.consent_due) == (False, False, False, False)
    assert (found.background, found.background_due, found.crisis_text_due) == (None, False, False)
    session.add(Assistance(visit_id=visit.id, answered_by="patient", at=AT))
    assert load(session, link, library).help_told


@pytest.mark.parametrize("status", ["left", "died"])
def test_who_left_is_asked_no_more(
    session: Session, link: Link, patient: Patient, library: Library, status: str
) -> None:
    patient.status = status
    assert refused(session, link, library) == ("left", "call the clinic", None)
    patient.status = "lost"
    assert load(session, link, library)


def test_a_link_ends(session: Session, link: Link, visit: Visit, library: Library) -> None:
    """At its moment, or when it is revoked, or with its visit."""
    assert refused(session, link, library, link.expires_at)[0] == LinkRefusal.EXPIRED
    link.revoked_at = AT
    assert refused(session, link, library) == ("revoked", "call the clinic", None)
    link.revoked_at, visit.withdrawn_at = None, AT
    assert refused(session, link, library)[0] == LinkRefusal.REVOKED


def test_a_study_must_be_open(session: Session, link: Link, study: Study, library: Library) -> None:
    for status, why in (("draft", "study_not_open"), ("closed", "study_closed")):
        study.status = status
        assert refused(session, link, library)[0] == why


def test_a_visit_is_open_from_day_to_day(
    session: Session, link: Link, visit: Visit, library: Library
) -> None:
    """The refusal names the day on which it opens, or closed."""
    visit.opens_on, visit.closes_on = AT.date(), AT.date() + 2 * DAY
    assert refused(session, link, library, AT - DAY) == ("too_early", "call the clinic", AT.date())
    assert load(session, link, library, AT + 2 * DAY)
    assert refused(session, link, library, AT + 3 * DAY) == (
        "closed",
        "call the clinic",
        AT.date() + 2 * DAY,
    )


def test_a_link_that_is_none_tells_nothing(session: Session, link: Link, library: Library) -> None:
    with pytest.raises(LinkRefused) as told:
        opening.load(session, link.id + 1, Texts(library), device="phone", at=AT)
    assert (told.value.refusal, told.value.contacts, str(told.value)) == (LinkRefusal.UNKNOWN, {}, "unknown")
