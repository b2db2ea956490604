"""Codes and names that read the same: all of a study, and those of which somebody should look."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.lists import twins
from surveys.lists.at_once import read
from surveys.lists.scope import Scope
from surveys.lists.twins import Twins
from surveys.models import Patient, Visit
from tests.surveys.lists.conftest import DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import add_visit, answer, scope

PATIENTS = Twins("patients", "P1", "p1", "P1")
VISITS = Twins("visits", "v1", "V1", "P1")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def other(session: Session, patient: Patient) -> Patient:
    """`p1`, as an earlier version took it beside `P1`; P2 reads like nobody."""
    add(session, "P2", patient)
    made = Patient(study_id=patient.study_id, code="p1", twin=1, enrolled_on=DUE, status_since=DUE)
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def visits(session: Session, patient: Patient) -> tuple[Visit, Visit]:
    """`v1` and `V1` of P1, a second `v1`, which is another occurrence, and an answered visit `x`."""
    first, again = add_visit(session, patient), add_visit(session, patient, "w")
    again.name, again.occurrence = "v1", 2
    session.flush()
    answer(session, add_visit(session, patient, "x"), "face")
    second = Visit(
        patient_id=patient.id, study_id=patient.study_id, name="V1", twin=1, battery=["face", "saq"]
    )
    second.opens_on = second.due_on = second.closes_on = DUE
    session.add(second)
    session.flush()
    return first, second


def doubtful(session: Session, here: Scope) -> list[twins.Twins]:
    """Those that staff should check."""
    return twins.twins_of(read(session, twins.counted_twice(here)))


def test_two_patients_that_read_the_same(session: Session, patient: Patient, other: Patient) -> None:
    assert twins.of_study(session, patient.study_id) == [PATIENTS]
    assert doubtful(session, scope(patient)) == [PATIENTS]
    assert str(PATIENTS) == "P1 and p1 are two patients."
    assert twins.of_study(session, patient.study_id + 1) == []


@pytest.mark.parametrize("status", ["left", "died"])
def test_who_takes_part_no_longer_is_counted_once(
    session: Session, patient: Patient, other: Patient, status: str
) -> None:
    """Whichever of the two it is; the study still has both."""
    for gone in (patient, other):
        gone.status = status
        session.flush()
        assert doubtful(session, scope(patient)) == []
        assert twins.of_study(session, patient.study_id) == [PATIENTS]
        gone.status = "active"


def test_two_visits_that_read_the_same(
    session: Session, patient: Patient, visits: tuple[Visit, Visit]
) -> None:
    """Somebody is asked to look once both have answers."""
    assert twins.of_study(session, patient.study_id) == [VISITS]
    assert str(VISITS) == "P1 has the visits v1 and V1."
    for visit in visits:
        assert doubtful(session, scope(patient)) == []
        answer(session, visit, "face")
    assert doubtful(session, scope(patient)) == [VISITS]


def test_twins_come_by_the_codes_of_their_patients(session: Session, patient: Patient) -> None:
    for owner in (patient, add(session, "P0", patient)):
        add_visit(session, owner)
        again = add_visit(session, owner, "w")
        again.name, again.twin = "V1", 1
        session.flush()
    assert [one.patient for one in twins.of_study(session, patient.study_id)] == ["P0", "P1"]


def test_another_site_is_another_persons_to_look_at(
    session: Session, patient: Patient, other: Patient
) -> None:
    assert doubtful(session, Scope(patient.study_id, "South", DUE)) == []


def test_two_sites_that_read_the_same(session: Session, patient: Patient, other: Patient) -> None:
    """As earlier versions stored them; the study's list names them."""
    patient.site, other.site = "Berlin", "berlin"
    add(session, "P3", patient, site="Hamburg")
    assert [str(one) for one in twins.of_study(session, patient.study_id)] == [
        "P1 and p1 are two patients.",
        "Berlin and berlin are two sites.",
    ]
    other.site = "Berlin"
    session.flush()
    assert twins.of_study(session, patient.study_id) == [PATIENTS]
