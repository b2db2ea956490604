"""An amendment leaves nobody with a visit that is open and cannot be finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Patient, Study, Visit
from surveys.store.errors import Refused
from surveys.store.visit import amendments, visits
from surveys.store.visit.amendments import NewAmendment
from tests.support.amended import WORDS, plan
from tests.surveys.store.conftest import AT

BEFORE_DUE = AT + timedelta(days=105)


@pytest.fixture
def month_3(session: Session, amended: Study) -> Visit:
    """The second visit of P2: open from day 103 to day 117, due on day 110."""
    query = select(Visit).join(Patient).where(Patient.code == "P2", Visit.name == "month_3")
    return session.scalars(query).one()


def test_what_is_open_is_not_ended_under_a_patients_hands(
    session: Session, library: Library, amended: Study, month_3: Visit
) -> None:
    new = NewAmendment(**WORDS, holds_from=BEFORE_DUE.date())
    with pytest.raises(Refused, match="Month 3 is open now for P2") as refused:
        amendments.amend(session, amended, plan(without=["month_3"]), new, library, at=BEFORE_DUE, actor="t")
    later = month_3.due_on + timedelta(days=1)
    assert str(later) in str(refused.value)

    as_told = replace(new, holds_from=later)
    amendments.amend(session, amended, plan(without=["month_3"]), as_told, library, at=BEFORE_DUE, actor="t")
    assert month_3.withdrawn_at is None


def test_what_was_begun_may_be_finished_after_its_window(
    session: Session, library: Library, amended: Study, month_3: Visit
) -> None:
    month_3.opened_at = BEFORE_DUE
    month_3.opens_on = BEFORE_DUE.date() - timedelta(days=9)
    month_3.due_on = month_3.closes_on = BEFORE_DUE.date() - timedelta(days=1)
    new = NewAmendment(**WORDS, holds_from=BEFORE_DUE.date())
    amendments.amend(session, amended, plan(without=["month_3"]), new, library, at=BEFORE_DUE, actor="t")
    assert month_3.withdrawn_at is None


def test_a_visit_that_was_missed_is_no_hindrance(
    session: Session, library: Library, amended: Study, month_3: Visit
) -> None:
    visits.miss(session, month_3, "on holiday", at=BEFORE_DUE, actor="test")
    new = NewAmendment(**WORDS, holds_from=BEFORE_DUE.date())
    amendments.amend(session, amended, plan(without=["month_3"]), new, library, at=BEFORE_DUE, actor="t")
    assert month_3.withdrawn_at is None
