"""The state of a visit, for every status of its patient; and that all pages say the same of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.data.statuses import STATUSES
from analysis.results.attendance import attendance
from surveys.db import writing
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.lists import clinic, completeness, needs, patients, visits
from surveys.lists.at_once import ask
from surveys.lists.scope import Scope
from surveys.lists.visits import VisitRow
from surveys.models import Contact, Draft, Link, Message, Patient, Response, Serving, Study, Timepoint, Visit
from surveys.store.patient import clinic as appointments
from surveys.store.post import messages
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.engines import engine_of
from tests.support.simulated import populate
from tests.support.study import changing, library
from tests.surveys.lists.test_patients import add_other, add_visit, answer, begin, scope

AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
DUE = AT.date()
DAY = timedelta(days=1)
OPENS, CLOSES = DUE - 10 * DAY, DUE + 20 * DAY
DAYS = (OPENS - DAY, OPENS, DUE, CLOSES, CLOSES + DAY, CLOSES + 7 * DAY, CLOSES + 8 * DAY)
SINCE = (DUE - DAY, DUE, DUE + DAY)
HAPPENED = ("nothing", "begun", "answered", "called missed")


def expected(status: str, since: date, happened: str, on: date) -> tuple[str, bool]:
    """The state of the visit, and whether it can be answered."""
    if happened == "answered":
        return "done", False
    if happened == "called missed":
        return "missed", False
    if status in ("left", "died"):
        return ("not_asked" if since <= DUE else "missed"), False
    if on < OPENS:
        return ("not_asked" if status == "lost" else "upcoming"), False
    last = CLOSES + 7 * DAY if happened == "begun" else CLOSES
    if on > last:
        return "missed", False
    if happened == "begun":
        return "in_progress", True
    return ("due" if status == "active" else "not_asked"), True


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on either database."""
    with writing(), engine_of(database_url) as engine, Session(engine) as open_session:
        yield open_session


def test_a_visit_is_what_its_days_and_its_patient_make_it(session: Session) -> None:
    """Each status, since before, on and after the day it is due; begun, answered, called missed or none."""
    study = Study(code="S1", title="S1", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(study)
    session.flush()
    face = Library.load().get("face")
    version = versions.freeze(session, face, at=AT)
    cases = dict(enumerate(product(STATUSES, SINCE, HAPPENED), start=1))
    for number, (status, since, happened) in cases.items():
        patient = Patient(
            id=number,
            study_id=study.id,
            code=f"P{number}",
            enrolled_on=OPENS,
            status=status,
            status_since=since,
        )
        session.add(patient)
        session.flush()
        visit = Visit(
            id=number,
            patient_id=number,
            study_id=study.id,
            name="v1",
            opens_on=OPENS,
            due_on=DUE,
            closes_on=CLOSES,
            battery=["face"],
            missed_reason="in hospital" if happened == "called missed" else None,
        )
        session.add(visit)
        session.flush()
        if happened == "begun":
            draft = Draft(visit_id=number, instrument="face", instrument_version_id=version, locale="en")
            draft.answers, draft.started_at, draft.saved_at = {"q1": [{"value": 1}]}, AT, AT
            session.add(draft)
        if happened == "answered":
            new = NewResponse(
                visit_id=number,
                patient_id=number,
                instrument=face,
                version_id=version,
                answers={},
                source="paper",
                submitted_at=AT,
                completed_on=DUE,
            )
            responses.add(session, [new], at=AT, actor="test")
    session.flush()
    for on in DAYS:
        stated = visits.states(Scope(study.id, None, on))
        said = {row.id: (row.state, bool(row.open)) for row in session.execute(select(stated))}
        assert said == {number: expected(*case, on) for number, case in cases.items()}, on


def test_all_pages_say_the_same(app: Flask) -> None:
    """A simulated study with every status: list, grid, work list, clinic, messages and analysis."""
    populate(app, 60)
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        scope = Scope(study.id, None, datetime.now(UTC).date())
        study.status = "active"  # drafts send no messages
        people = session.scalars(select(Patient).order_by(Patient.id)).all()
        for number, patient in enumerate(people):
            patient.status, patient.status_reason = STATUSES[number % len(STATUSES)], None
            patient.status_since = max(patient.enrolled_on, scope.today - number * 7 * DAY)
            patient.contact = Contact(email=f"p{number}@example.org") if number < 20 else None
        session.flush()
        messages.plan(session, at=datetime.now(UTC))
        appointments.expect(
            session, [one.id for one in people], on=scope.today, at=datetime.now(UTC), actor="test"
        )
        of = {one.code: ask(session, visits.of_patient(scope, one.id, AT)) for one in people}

        for patient in people:
            found = {visit.state for visit in of[patient.code]}
            if patient.status != "active":
                assert "due" not in found
            if patient.status not in ("active", "paused"):
                assert "upcoming" not in found
        in_list = patients.page(session, scope).counts
        assert {"due", "missed", "left"} <= in_list.keys()
        assert in_list["due"] == sum(
            "due" in states and "in_progress" not in states
            for states in ({visit.state for visit in rows} for rows in of.values())
        )
        assert grid_counts(session, scope) == Counter(
            (one, visit.state) for rows in of.values() for visit in rows for one in places(session, visit)
        )
        active = {one.code for one in people if one.status == "active"}
        assert ask(session, needs.needs(session, scope, AT)).overdue_in_all == sum(
            waits(visit, scope.today) for code in active for visit in of[code]
        )
        for line in clinic.expected(session, scope, scope.today):
            assert [visit.id for visit in line.open] == [visit.id for visit in of[line.code] if visit.open]
            said = {visit.state for visit in of[line.code] if visit.open}
            begun = "in_progress" in said or bool(line.done and "due" in said)
            assert (line.progress == "in_progress") == begun
            assert (line.progress == "due") == ("due" in said and not begun)
        state_of = {visit.id: visit.state for rows in of.values() for visit in rows}
        asking = (Message.outcome.is_(None), Message.kind != "thanks")
        planned = select(Visit.id, Patient.status).join(Message).join(Visit.patient).where(*asking)
        waiting = {(status, state_of[visit_id]) for visit_id, status in session.execute(planned)}
        assert ("active", "due") in waiting
        asked = {"due", "in_progress", "upcoming"}
        assert {state for status, state in waiting if status == "active"} <= asked
        assert {status for status, _ in waiting} <= {"active", "paused"}
        records = attendance(study_frames(session, study, library(app)), scope.today, suppress_under=0)
        assert sum(record["expected"] or 0 for record in records) == sum(
            visit.state in ("done", "in_progress")
            or bool(visit.responses or visit.drafts)
            or (visit.closes_on < scope.today and visit.state == "missed")
            for rows in of.values()
            for visit in rows
        )


def grid_counts(session: Session, scope: Scope) -> Counter[tuple[int, str]]:
    """The numbers above the page Completeness."""
    columns = completeness.grid(session, scope, 1).columns
    return Counter(
        {(one.id, state): count for one in columns for state, count in one.counts.items() if count}
    )


def places(session: Session, visit: VisitRow) -> set[int]:
    """The timepoints that a visit serves."""
    row = session.get_one(Visit, visit.id)
    further = select(Serving.timepoint_id).where(Serving.visit_id == visit.id)
    return {*session.scalars(further), *([row.timepoint_id] if row.timepoint_id else [])}


def waits(visit: VisitRow, today: date) -> bool:
    """Whether a person is to see to it: late but open, or missed within a month for no known reason."""
    if visit.state in ("due", "in_progress"):
        return visit.due_on < today
    return (
        visit.state == "missed"
        and visit.missed_reason is None
        and visit.closes_on >= today - needs.MISSED_WITHIN
    )


def test_a_visit_is_shown_with_its_links_drafts_and_answers(session: Session, patient: Patient) -> None:
    """Links that live, the items of each draft, answers that stand with their scores; each visit's own."""
    visit, later = add_visit(session, patient), add_visit(session, patient, "v2", DUE + 5 * DAY)
    other = add_visit(session, add_other(session, patient))
    begin(session, later)
    answer(session, visit, "saq", "face")
    answer(session, other, "face")
    session.execute(update(Response).where(Response.instrument == "saq").values(annulled_at=AT))
    for number, (one, expires, revoked) in enumerate(
        (
            (visit, DAY, None),
            (visit, 2 * DAY, None),
            (visit, DAY, AT),
            (visit, 0 * DAY, None),
            (other, DAY, None),
        )
    ):
        made = Link(visit_id=one.id, digest=str(number), created_at=AT, created_by="test")
        made.expires_at, made.revoked_at = AT + expires, revoked
        session.add(made)
    session.flush()
    first, second = ask(session, visits.of_patient(scope(patient), patient.id, AT))
    assert (first.id, first.links, first.drafts) == (visit.id, 2, {})
    assert (second.id, second.links, second.drafts, second.responses) == (later.id, 0, {"face": 1}, {})
    assert first.responses.keys() == {"face"}
    given = first.responses["face"]
    stored = session.scalars(select(Response).where(Response.id == given.id)).one()
    assert (stored.visit_id, stored.instrument) == (visit.id, "face")
    assert (given.instrument, given.source, given.completed_on, given.answers) == ("face", "paper", DUE, {})
    assert (given.version, given.wording, given.wording_status) == ("1", "working-2", "working")
    scored = {one.scale: (one.value, one.items_used, one.items_missing, one.prorated) for one in given.scores}
    assert scored["total"] == (None, 0, 15, False)
    assert visits.titles(session, [visit.id, other.id]) == {visit.id: "v1", other.id: "v1"}


def test_a_visit_that_serves_more_stands_there_as_its_own_patients(
    session: Session, patient: Patient
) -> None:
    """One who left has no part in it."""
    add_other(session, patient).status = "left"
    visit = add_visit(session, patient)
    timepoint = Timepoint(
        study_id=patient.study_id, key="later", name="Later", position=1, anchor="enrolment"
    )
    timepoint.offset_days = timepoint.window_before = timepoint.window_after = 0
    timepoint.battery = ["face"]
    session.add(timepoint)
    session.flush()
    session.add(Serving(visit_id=visit.id, timepoint_id=timepoint.id, occurrence=1))
    session.flush()
    found = session.execute(visits.counted(scope(patient))).all()
    assert [tuple(row) for row in found if row.timepoint_id] == [(timepoint.id, "due", 1)]


def test_a_visit_names_each_timepoint_that_it_serves(session: Session, patient: Patient) -> None:
    """Its own first, the others as the plan has them; the second of a kind is numbered."""
    points = []
    for position, name in enumerate(("Enrolment", "2 weeks", "Yearly")):
        point = Timepoint(study_id=patient.study_id, key=name, name=name, position=position)
        point.anchor, point.battery = "enrolment", ["face"]
        point.offset_days = point.window_before = point.window_after = 0
        points.append(point)
    session.add_all(points)
    session.flush()
    visit, alone = add_visit(session, patient), add_visit(session, patient, "v2")
    visit.timepoint_id, alone.timepoint_id = points[0].id, points[1].id
    for point, occurrence in ((points[2], 2), (points[0], 1), (points[1], 1)):
        session.add(Serving(visit_id=visit.id, timepoint_id=point.id, occurrence=occurrence))
    session.flush()
    assert visits.titles(session, [visit.id, alone.id]) == {
        visit.id: "Enrolment + 2 weeks + Yearly 2",
        alone.id: "2 weeks",
    }


def test_a_second_unplanned_visit_is_numbered(session: Session, patient: Patient) -> None:
    """Its name alone would not tell it from the first."""
    first = add_visit(session, patient, "unscheduled")
    second = add_visit(session, patient, "other", DUE + 40 * DAY)
    second.name, second.occurrence = first.name, 2
    session.flush()
    rows = ask(session, visits.of_patient(scope(patient), patient.id, AT))
    assert [row.title for row in rows] == ["unscheduled", "unscheduled 2"]
