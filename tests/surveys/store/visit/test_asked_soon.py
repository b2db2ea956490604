"""Who is asked again soon, so that dropping a draft may move a visit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Contact, Draft, Patient, Visit
from surveys.store.visit import planning, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT
from tests.surveys.store.visit.test_planning import LIBRARY, TODAY, enrol


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statement is the same on both."""
    return sqlite_url


class TestAskedSoon:
    """Of whom a visit comes within two weeks that nobody has begun."""

    @staticmethod
    def asked(session: Session, patient: Patient, at: datetime = AT) -> set[str]:
        session.flush()
        return {one.code for one in session.scalars(planning.ASKED_SOON, planning.soon_after(patient.id, at))}

    @pytest.fixture
    def first(self, session: Session, visit: Visit) -> Visit:
        """The first visit alone, open from 30 days after `AT` on for five days."""
        for row in session.scalars(select(Visit).where(Visit.id != visit.id)):
            row.withdrawn_at = AT
        visit.opens_on, visit.closes_on = TODAY + timedelta(days=30), TODAY + timedelta(days=35)
        visit.due_on = visit.opens_on
        return visit

    def test_it_comes_within_two_weeks_and_a_day(
        self, session: Session, patient: Patient, first: Visit
    ) -> None:
        """A day more on either side covers every time zone."""
        for days, expected in ((14, set()), (15, {"P1"}), (36, {"P1"}), (37, set())):
            assert self.asked(session, patient, AT + timedelta(days=days)) == expected, days

    @pytest.mark.parametrize("change", ["opened", "withdrawn", "unscheduled", "answered", "begun"])
    def test_what_cannot_move_is_left_out(
        self, session: Session, patient: Patient, first: Visit, change: str
    ) -> None:
        soon = AT + timedelta(days=20)
        assert self.asked(session, patient, soon) == {"P1"}
        version = versions.freeze(session, LIBRARY.get("phq9"), at=AT)
        if change == "opened":
            first.opened_at = AT
        elif change == "withdrawn":
            first.withdrawn_at = AT
        elif change == "unscheduled":
            first.timepoint_id = None
        elif change == "answered":
            new = NewResponse(
                visit_id=first.id,
                patient_id=patient.id,
                instrument=LIBRARY.get("phq9"),
                version_id=version,
                answers={},
                source="paper",
                submitted_at=AT,
                completed_on=TODAY,
            )
            responses.add(session, [new], at=AT, actor="test")
        else:
            begun = {"locale": "en", "answers": {}, "started_at": AT, "saved_at": AT}
            session.add(Draft(visit_id=first.id, instrument="phq9", instrument_version_id=version, **begun))
        assert self.asked(session, patient, soon) == set()

    def test_the_same_person_is_asked_in_another_study(
        self, session: Session, library: Library, patient: Patient, first: Visit
    ) -> None:
        """The contact tells; without one nobody else is meant."""
        other = enrol(session, library, "registry", "S2")
        other.code = "P2"
        soon = AT + timedelta(days=20)
        assert self.asked(session, patient, soon) == {"P1"}
        contact = Contact(name="Anna Abel")
        session.add(contact)
        session.flush()
        patient.contact_id = other.contact_id = contact.id
        assert self.asked(session, patient, soon) == {"P1", "P2"}
