"""Visits that a new layout leaves as they are, and what is told of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Serving
from surveys.store.visit import planning
from surveys.store.visit.planning import Change
from tests.surveys.store.conftest import AT
from tests.surveys.store.visit.test_planning import (
    INJECTION,
    TODAY,
    enrol,
    planned_injection,
    replan,
    treatment,
    visits,
    window_of,
)


@pytest.mark.parametrize(
    ("days", "state", "after"), [(2, "planned", None), (60, "planned", 88), (0, "cancelled", None)]
)
def test_what_was_opened_is_kept_and_told_where_its_day_is_another(
    session: Session, library: Library, days: int, state: str, after: int | None
) -> None:
    """Not where its day still lies in the window of the plan; if the anchor is gone there is no new one."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    peak = visits(session, patient)["Peak effect"]
    peak.opened_at = AT
    row = treatment(session, patient)
    row.state, row.started_on = state, INJECTION + timedelta(days=days)
    kept = replan(session, patient, "treatment").kept
    there = window_of(peak)
    assert there.due_on == INJECTION + timedelta(days=28)
    if after is None:
        assert kept == ((Change("Peak effect", there, None),) if state == "cancelled" else ())
    else:
        [change] = kept
        assert (change.title, change.before) == ("Peak effect", there)
        assert change.after is not None
        assert change.after.due_on == INJECTION + timedelta(days=after)


def test_another_anchor_does_not_tell_what_it_left(session: Session, library: Library) -> None:
    """What is kept is told by whoever changed its anchor."""
    patient = enrol(session, library, "botulinum_toxin", treatments=(planned_injection(),))
    visits(session, patient)["Peak effect"].opened_at = AT
    treatment(session, patient).state = "cancelled"
    assert replan(session, patient, "onset").kept == ()


def test_no_visit_is_made_that_closed_before_enrolment(session: Session, library: Library) -> None:
    patient = enrol(session, library, "acute_bells_palsy", onset=TODAY - timedelta(days=100))
    assert list(visits(session, patient)) == ["Enrolment", "6 months", "12 months"]


def test_a_day_more_on_either_side_covers_every_time_zone() -> None:
    assert planning.soon_after(7, AT) == {
        "same_person": 7,
        "soon": TODAY + timedelta(days=15),
        "open_since": TODAY - timedelta(days=1),
    }


def test_what_an_earlier_version_laid_out_as_one_visit_stays(session: Session, library: Library) -> None:
    """Two weeks served by an enrolment that is over: no visit of its own comes after the fact."""
    patient = enrol(session, library, "acute_bells_palsy", onset=TODAY - timedelta(days=8))
    there = visits(session, patient)
    first, second = there["Enrolment"], there["2 weeks"]
    points = (first.timepoint_id, second.timepoint_id)
    session.delete(second)
    session.add_all(Serving(visit_id=first.id, timepoint_id=one, occurrence=1) for one in points)
    session.flush()
    told = {"at": AT + timedelta(days=30), "actor": "test"}
    assert not planning.replan(session, patient, library, changed=("treatment",), **told).changed
    assert "2 weeks" not in visits(session, patient)
    assert session.scalars(select(func.count()).select_from(Serving)).one() == 2
