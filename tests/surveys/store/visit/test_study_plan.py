"""The plan through its amendments, as each patient has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.visit import study_plan
from tests.support.amended import NOW, PLAN, amend, patient, plan


def test_a_plan_that_was_never_amended_costs_no_statement(
    session: Session, library: Library, amended: Study
) -> None:
    person, seen = patient(session, "P1"), []
    event.listen(session.connection(), "before_cursor_execute", lambda *_: seen.append(1))
    found = study_plan.read(session, [person], amended.timepoints)
    assert (found.of(person), found.version(person, NOW), seen) == (PLAN, 1, [])


def test_each_day_has_one_version_of_a_timepoint(session: Session, library: Library, amended: Study) -> None:
    person, later = patient(session, "P1"), NOW + timedelta(days=100)
    amend(session, amended, plan(replace(PLAN[1], window_after=20)), library)
    shorter = plan(replace(PLAN[1], window_after=1), without=["month_9"])
    amend(session, amended, shorter, library, later, protocol="3.0")

    found = study_plan.read(session, [person], amended.timepoints)

    for on, window_after, version in ((NOW - timedelta(days=1), 7, 1), (NOW, 20, 2), (later, 1, 3)):
        holding = [row.window_after for row in found.of(person) if row.key == "month_3" and row.holds(on)]
        assert (holding, found.version(person, on)) == ([window_after], version)
    assert not any(row.key == "month_9" and row.holds(later) for row in found.of(person))
