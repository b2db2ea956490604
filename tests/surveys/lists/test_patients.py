"""The state of visits and patients on a day, at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.lists import patients, records, visits
from surveys.lists.at_once import ask
from surveys.lists.patients import PatientRow
from surveys.lists.scope import Scope
from surveys.models import (
    Alert,
    Contact,
    Draft,
    Patient,
    PatientState,
    Response,
    Treatment,
    Visit,
)
from surveys.models.patient_state import PATIENT_CHANGED
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


def add_other(session: Session, patient: Patient, code: str = "P2", site: str | None = None) -> Patient:
    """Another patient of the same study."""
    made = Patient(study_id=patient.study_id, code=code, enrolled_on=DUE, status_since=DUE, site=site)
    session.add(made)
    session.flush()
    return made


def answer(session: Session, visit: Visit, *keys: str, on: date = DUE) -> None:
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
            completed_on=on,
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
    [row] = ask(session, visits.of_patient(scope(patient, on), patient.id, AT))
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
    """Whatever visits there are, or none; who paused or was lost is not asked, and may still answer."""
    patient.status = "left"
    session.flush()
    assert shown(session, patient) == ("left", None)
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
        [row] = ask(session, visits.of_patient(scope(patient), patient.id, AT))
        assert row.open == (status in ("paused", "lost"))


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


def test_visits_are_found_by_their_numbers(session: Session, patient: Patient) -> None:
    """Those asked for that stand, by the code of their patient."""
    own, other = add_visit(session, patient), add_visit(session, add_other(session, patient, "P0"))
    add_visit(session, patient, "v2")
    gone = add_visit(session, patient, "v3")
    gone.withdrawn_at = AT
    session.flush()
    found = patients.visits_of_ids(session, scope(patient), [own.id, other.id, gone.id])
    assert [one.id for one in found] == [other.id, own.id]


def test_a_code_is_found_by_its_part(session: Session, patient: Patient) -> None:
    """However it is spelt; a name is not looked for where it would stand in the address."""
    patient.code, patient.contact = "Fp–12a", Contact(name="Ada")
    session.flush()
    for search, found in (("FP-1", 1), ("p–12A", 1), ("ada", 0)):
        assert len(patients.page(session, scope(patient), search=search).rows) == found


def test_the_visit_that_matters_is_begun_or_open_or_the_latest_or_the_next(
    session: Session, patient: Patient
) -> None:
    """In this order; of several open ones the first, of past ones the last, of those ahead the first."""
    again = DUE + 100 * DAY
    for name, due_on in (("ahead", again), ("far", again + DAY), ("late", DUE + DAY)):
        add_visit(session, patient, name, due_on)
    made = [add_visit(session, patient, name, DUE - days * DAY) for name, days in (("old", 90), ("past", 80))]
    answer(session, made[0], "face", "saq")
    for name in ("open", "begun"):
        made.append(add_visit(session, patient, name))
    begin(session, made[-1])
    for expected in (("in_progress", "begun"), ("due", "open"), ("due", "late"), ("missed", "past")):
        assert shown(session, patient) == expected
        visit = session.scalars(select(Visit).where(Visit.name == expected[1])).one()
        visit.withdrawn_at = AT
        session.flush()
    assert shown(session, patient) == ("done", "old")
    made[0].withdrawn_at = AT
    session.flush()
    assert shown(session, patient) == ("upcoming", "ahead")


def test_a_line_says_what_was_and_what_comes(session: Session, patient: Patient) -> None:
    """The latest answers that stand, alerts that wait, the visit ahead, and that removal was asked for."""
    other = add_other(session, patient)
    visit, others = add_visit(session, patient), add_visit(session, other)
    for days in (200, 100, 100):
        add_visit(
            session, patient, f"next {days} {session.scalar(select(func.count(Visit.id)))}", DUE + days * DAY
        )
    answer(session, visit, "face")
    answer(session, visit, "saq", on=DUE + DAY)
    session.execute(update(Response).where(Response.instrument == "saq").values(annulled_at=AT))
    for one, state in ((visit, "new"), (visit, "closed"), (others, "new"), (others, "new")):
        rule = f"r{session.scalar(select(func.count(Alert.id)))}"
        made = Alert(visit_id=one.id, instrument="phq9", rule=rule, raised_at=AT, state=state)
        made.acknowledged_at = AT if state == "closed" else None
        session.add(made)
        session.flush()
    patient.removal_requested_at, patient.site = AT, "North"
    session.flush()
    assert patients.page(session, scope(patient)).rows == [
        PatientRow(
            id=patient.id,
            code="P1",
            site="North",
            state="in_progress",
            visit_id=visit.id,
            visit="v1",
            due_on=DUE,
            next_visit="next 100 3",
            next_due_on=DUE + 100 * DAY,
            last_answered_on=DUE,
            alerts=1,
            removal_requested=True,
        ),
        PatientRow(
            other.id,
            "P2",
            None,
            "due",
            others.id,
            "v1",
            DUE,
            None,
            None,
            None,
            alerts=2,
            removal_requested=False,
        ),
    ]


def test_lines_are_in_the_order_asked_for(session: Session, patient: Patient) -> None:
    """Empty cells last, equal ones by code."""
    others = [
        add_other(session, patient, code, site) for code, site in (("P4", "B"), ("P3", "B"), ("P2", "C"))
    ]
    for one, days in ((others[0], 1), (others[1], 1), (others[2], 0)):
        add_visit(session, one, due_on=DUE + days * DAY)
    orders = {
        sort: [row.code for row in patients.page(session, scope(patient), sort=sort).rows]
        for sort in patients.SORTS
    }
    assert orders == {
        "code": ["P1", "P2", "P3", "P4"],
        "site": ["P3", "P4", "P2", "P1"],
        "due": ["P2", "P3", "P4", "P1"],
    }
    assert [row.code for row in patients.page(session, scope(patient)).rows] == orders["code"]


def test_a_page_is_a_part_of_those_in_a_state(session: Session, patient: Patient) -> None:
    """The numbers by state stay those of all that match."""
    for number in range(2, 7):
        add_visit(session, add_other(session, patient, f"P{number}"))
    of = scope(patient)
    pages = [patients.page(session, of, state="due", number=number, size=2) for number in (1, 2, 3)]
    assert [[row.code for row in page.rows] for page in pages] == [["P2", "P3"], ["P4", "P5"], ["P6"]]
    assert {(page.total, page.pages) for page in pages} == {(5, 3)}
    assert pages[0].counts == {"none": 1, "due": 5}
    assert patients.page(session, scope(patient), state="missed").total == 0
    assert patients.page(session, scope(patient), search="P1").counts == {"none": 1}
    assert patients.page(session, scope(patient)).total == 6
    assert patients.page(session, scope(patient), search="P9").pages == 1


def test_a_kept_line_is_shown_while_it_holds(session: Session, patient: Patient) -> None:
    """Up to its last day, for its site, and until something is said of the patient."""
    visit = add_visit(session, patient)
    session.execute(PATIENT_CHANGED.delete())
    kept = {"code": "P1", "state": "done", "visit_id": visit.id, "due_on": DUE + DAY, "until": DUE}
    session.add(PatientState(patient_id=patient.id, study_id=patient.study_id, **kept))
    session.flush()
    [row] = patients.page(session, scope(patient)).rows
    assert (row.id, row.code, row.site, row.state, row.visit_id, row.visit, row.due_on) == (
        *(patient.id, "P1", None),
        *("done", visit.id, "v1", DUE + DAY),
    )
    assert patients.page(session, replace(scope(patient), site="North")).rows == []
    assert patients.page(session, replace(scope(patient), study_id=patient.study_id + 1)).rows == []
    assert shown(session, patient, DUE + DAY) == ("due", "v1")
    session.execute(PATIENT_CHANGED.insert().values(patient_id=patient.id))
    assert shown(session, patient) == ("due", "v1")


def test_a_treatment_and_a_visit_are_found_with_their_patient(session: Session, patient: Patient) -> None:
    """Not at another site, and no visit that was withdrawn."""
    visit, others = add_visit(session, patient), add_visit(session, add_other(session, patient))
    made = Treatment(patient_id=patient.id, kind="massage")
    session.add(made)
    session.flush()
    assert records.find(session, scope(patient), Treatment, made.id) == (made, patient)
    assert records.find(session, scope(patient), Treatment, made.id + 1) is None
    assert records.find(session, replace(scope(patient), site="North"), Treatment, made.id) is None
    assert patients.find_visit(session, scope(patient), visit.id) is visit
    others.withdrawn_at = AT
    session.flush()
    assert patients.find_visit(session, scope(patient), others.id) is None
