"""The state of visits and patients on a day, at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.lists import patients, visits
from surveys.lists.scope import Scope
from surveys.models import Contact, Draft, Patient, Response, Visit
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.lists.conftest import AT, DUE

DAY = timedelta(days=1)


def add_visit(session: Session, patient: Patient, name: str = "v1", due_on: date = DUE) -> Visit:
    """A visit that asks FaCE and SAQ, open from 10 days before to 20 days after its day."""
    visit = Visit(
        patient_id=patient.id,
        study_id=patient.study_id,
        name=name,
        opens_on=due_on - 10 * DAY,
        due_on=due_on,
        closes_on=due_on + 20 * DAY,
        battery=["face", "saq"],
    )
    session.add(visit)
    session.flush()
    return visit


def answer(session: Session, visit: Visit, *keys: str) -> None:
    """Answers to those questionnaires."""
    library = Library.load()
    new = [
        NewResponse(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            instrument=library.get(key),
            version_id=versions.freeze(session, library.get(key), at=AT),
            answers={},
            source="paper",
            submitted_at=AT,
            completed_on=DUE,
        )
        for key in keys
    ]
    responses.add(session, new, at=AT, actor="test")


def begin(session: Session, visit: Visit) -> None:
    """A draft."""
    version = versions.freeze(session, Library.load().get("face"), at=AT)
    times = {"started_at": AT, "saved_at": AT}
    session.add(
        Draft(
            visit_id=visit.id,
            instrument="face",
            instrument_version_id=version,
            locale="en",
            answers={"q1": [{"value": 1}]},
            **times,
        )
    )
    session.flush()


def scope(patient: Patient, on: date = DUE) -> Scope:
    return Scope(patient.study_id, None, on)


def state(session: Session, patient: Patient, on: date = DUE) -> str:
    """The one visit's state on a day."""
    [row] = visits.of_patient(session, scope(patient, on), patient.id, AT)
    return row.state


def shown(session: Session, patient: Patient, on: date = DUE) -> tuple[str, str | None]:
    """The patient's state in the list, and the visit that it speaks of."""
    [row] = patients.page(session, scope(patient, on)).rows
    return row.state, row.visit


def test_a_visit_is_due_from_its_first_to_its_last_day(session: Session, patient: Patient) -> None:
    """Upcoming the day before, missed the day after."""
    visit = add_visit(session, patient)
    for on, expected in (
        (visit.opens_on - DAY, "upcoming"),
        (visit.opens_on, "due"),
        (visit.closes_on, "due"),
        (visit.closes_on + DAY, "missed"),
    ):
        assert state(session, patient, on) == expected


@pytest.mark.parametrize("how", [begin, lambda session, visit: answer(session, visit, "face")])
def test_a_begun_visit_is_in_progress_a_week_longer(session: Session, patient: Patient, how) -> None:  # type: ignore[no-untyped-def]
    """Begun by a draft, or by one of two questionnaires."""
    visit = add_visit(session, patient)
    how(session, visit)
    assert state(session, patient, visit.closes_on + 7 * DAY) == "in_progress"
    assert state(session, patient, visit.closes_on + 8 * DAY) == "missed"


def test_a_visit_is_done_with_everything_it_asks(session: Session, patient: Patient) -> None:
    """Whenever; what it did not ask does not count, nor what was superseded or annulled."""
    visit = add_visit(session, patient)
    answer(session, visit, "face", "phq9")
    assert state(session, patient) == "in_progress"
    answer(session, visit, "saq")
    assert state(session, patient) == "done"
    assert state(session, patient, visit.closes_on + 100 * DAY) == "done"
    session.execute(update(Response).where(Response.instrument == "saq").values(annulled_at=AT))
    assert state(session, patient) == "in_progress"


def test_a_visit_marked_as_missed_is_missed_before_it_closes(session: Session, patient: Patient) -> None:
    """A person said so, with a reason."""
    add_visit(session, patient).missed_reason = "in hospital elsewhere"
    session.flush()
    assert state(session, patient) == "missed"


def test_the_visit_that_matters(session: Session, patient: Patient) -> None:
    """An open one; else the latest past one; else the next; else none."""
    assert shown(session, patient) == ("none", None)
    add_visit(session, patient, "next", DUE + 300 * DAY)
    add_visit(session, patient, "after next", DUE + 600 * DAY)
    assert shown(session, patient) == ("upcoming", "next")
    add_visit(session, patient, "old", DUE - 300 * DAY)
    answer(session, add_visit(session, patient, "older", DUE - 600 * DAY), "face", "saq")
    assert shown(session, patient) == ("missed", "old")
    add_visit(session, patient, "open", DUE + DAY)
    begun = add_visit(session, patient, "begun", DUE + 2 * DAY)
    assert shown(session, patient) == ("due", "open")
    begin(session, begun)
    assert shown(session, patient) == ("in_progress", "begun")
    [row] = patients.page(session, scope(patient)).rows
    assert (row.next_visit, row.next_due_on, row.last_answered_on) == ("next", DUE + 300 * DAY, DUE)


def test_who_left_is_expected_nowhere(session: Session, patient: Patient) -> None:
    """Whatever visits there are; who paused or was lost is not asked, and may still answer."""
    add_visit(session, patient)
    for status, expected in (
        ("left", "left"),
        ("died", "left"),
        ("paused", "not_asked"),
        ("lost", "not_asked"),
    ):
        patient.status = status
        session.flush()
        assert shown(session, patient)[0] == expected
        [row] = visits.of_patient(session, scope(patient), patient.id, AT)
        assert row.open == (status in ("paused", "lost"))


def test_a_second_unplanned_visit_is_numbered(session: Session, patient: Patient) -> None:
    """Its name alone would not tell it from the first."""
    first = add_visit(session, patient, "unscheduled")
    second = add_visit(session, patient, "other", DUE + 40 * DAY)
    second.name, second.occurrence = first.name, 2
    session.flush()
    rows = visits.of_patient(session, scope(patient), patient.id, AT)
    assert [row.title for row in rows] == ["unscheduled", "unscheduled 2"]


def test_a_scope_ends_at_its_study_and_site(session: Session, patient: Patient) -> None:
    """Nothing else is listed, counted or found."""
    visit = add_visit(session, patient)
    for other in (
        replace(scope(patient), study_id=patient.study_id + 1),
        replace(scope(patient), site="North"),
    ):
        assert patients.page(session, other).counts == {}
        assert patients.find(session, other, "P1") is None
        assert patients.find_visit(session, other, visit.id) is None
    patient.site = "North"
    session.flush()
    assert patients.find(session, replace(scope(patient), site="NORTH"), "P1") is patient


def test_every_patient_is_counted_once(session: Session, patient: Patient) -> None:
    """However many visits each has."""
    for number in range(2, 8):
        session.add(Patient(study_id=patient.study_id, code=f"P{number}", enrolled_on=DUE, status_since=DUE))
    session.flush()
    for number, one in enumerate(session.scalars(select(Patient).order_by(Patient.id))):
        for occasion in range(number):
            add_visit(session, one, f"v{occasion}", DUE + occasion * 100 * DAY)
    page = patients.page(session, scope(patient))
    assert page.counts == {"none": 1, "due": 6}
    assert len(page.rows) == page.total == session.scalar(select(func.count(Patient.id))) == 7


@pytest.mark.parametrize(
    "typed",
    [
        "Jäger Änne",
        "Änne Jäger",
        "jager, anne",
        "ANNE",
        "lukasz",
        "weiss",
        "hn-9B",
        "0176 123",
        "+49 176 12345",
        "anne@example.org",
        "p1",
        "anne P1",
        "Ja\u0308ger",
    ],
)
def test_a_person_is_found_by_words_in_any_order(session: Session, patient: Patient, typed: str) -> None:
    """Of the name, the numbers, the address and the code; accents and capitals do not matter."""
    patient.contact = Contact(
        name="Änne Jäger-Weiß Łukasz",
        hospital_number="Hn-9b",
        telephone="0176/12 34 56",
        email="Anne@example.org",
    )
    session.flush()
    assert [row.code for row in patients.page(session, scope(patient), person=typed).rows] == ["P1"]
    for other in ("Änne Müller", "0176 999", "anne P2", "%", ","):
        assert not patients.page(session, scope(patient), person=other).rows, other


def test_a_code_is_found_by_its_part(session: Session, patient: Patient) -> None:
    """However it is spelt; a name is not looked for where it would stand in the address."""
    patient.code, patient.contact = "Fp–12a", Contact(name="Ada")
    session.flush()
    for search, found in (("FP-1", 1), ("p–12A", 1), ("ada", 0)):
        assert len(patients.page(session, scope(patient), search=search).rows) == found
