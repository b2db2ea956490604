"""Answers faster than anybody reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.checks.too_fast import bound
from surveys.models import Patient, Response
from surveys.models.response import seconds_taken, seconds_taken_here
from tests.surveys.lists.checks.conftest import AT, LIBRARY, TODAY, Found, Stands, answered, whole


def test_less_than_two_seconds_an_item(
    session: Session, patient: Patient, found: Found, stands: Stands
) -> None:
    """From the first answer on; a missing beginning, paper and a partial response have no time."""
    least = bound(LIBRARY.get("saq"))
    assert least == 16
    quick = AT - timedelta(seconds=least - 0.5)
    answered(session, patient, "saq", 1, started_at=AT - timedelta(seconds=least))
    for facts in ({"source": "paper"}, {"partial": True}, {"started_at": None}, {"annulled_at": AT}):
        answered(session, patient, "saq", 1, **({"started_at": quick} | facts))
    assert found("too_fast") == []
    made = answered(session, patient, "saq", 1, started_at=quick)
    told = (f"response:{made.id}", "", TODAY, None, made.id, "saq")
    assert whole(session, "too_fast") == [("fast", *told)]
    stands("too_fast")


@pytest.mark.parametrize("taken", [0.25, 59.999, 86_399.5, 90_061.0])
def test_the_database_counts_seconds_as_python_does(session: Session, patient: Patient, taken: float) -> None:
    """Over midnight, and to the millisecond."""
    made = answered(session, patient, "saq", 1, started_at=AT - timedelta(seconds=taken))
    said = session.scalars(select(seconds_taken_here()).where(Response.id == made.id)).one()
    assert float(said) == pytest.approx(
        seconds_taken(made.source, made.partial, made.started_at, made.submitted_at), abs=1e-3
    )
