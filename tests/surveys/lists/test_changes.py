"""Whose scores changed: the two latest of each scale, in whose order, and of whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.lists import changes
from surveys.models import Appointment, Patient, Response
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_patients import DAY, add_visit, scope

PHQ9 = Library.load().get("phq9")
TOTAL = ("phq9", "total")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def add(session: Session, code: str, patient: Patient, site: str | None = None) -> Patient:
    """Another patient of the same study."""
    other = Patient(study_id=patient.study_id, code=code, enrolled_on=DUE, status_since=DUE, site=site)
    session.add(other)
    session.flush()
    return other


def score(session: Session, patient: Patient, on: date, each: int | None) -> Response:
    """A PHQ-9 of that day with the same answer to each item, or none."""
    visit = add_visit(session, patient, f"v{on}", on)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=PHQ9,
        version_id=versions.freeze(session, PHQ9, at=AT),
        answers={} if each is None else dict.fromkeys((item.key for item in PHQ9.items), each),
        source="paper",
        submitted_at=AT,
        completed_on=on,
    )
    responses.add(session, [new], at=AT, actor="test")
    return session.scalars(select(Response).where(Response.visit_id == visit.id)).one()


def of(session: Session, patient: Patient) -> list[tuple[date, float]]:
    """The patient's PHQ-9 totals as the page has them."""
    people = changes.page(session, scope(patient), [TOTAL], 1).people
    [person] = [one for one in people if one.code == patient.code]
    return [(one.on, one.value) for one in person.scores.get("phq9.total", [])]


def test_the_last_score_and_the_one_before(session: Session, patient: Patient) -> None:
    """By the day of the answers, not by when they were stored; without a score a day counts for nothing."""
    for days, each in ((30, 2), (10, 0), (20, 1), (40, None)):
        score(session, patient, DUE + days * DAY, each)
    assert of(session, patient) == [(DUE + 30 * DAY, 18.0), (DUE + 20 * DAY, 9.0)]
    [person] = changes.page(session, scope(patient), [TOTAL], 1).people
    assert person.last_on == DUE + 40 * DAY
    assert person.scores["phq9.total"][0].answers["q9"] == 2


def test_what_was_corrected_or_annulled_is_not_shown(session: Session, patient: Patient) -> None:
    """Nor is anybody listed who has nothing else."""
    first, second = (score(session, patient, DUE + days * DAY, 1) for days in (0, 1))
    second.annulled_at = AT
    session.flush()
    assert of(session, patient) == [(DUE, 9.0)]
    first.superseded_at = AT
    session.flush()
    assert changes.page(session, scope(patient), [TOTAL], 1) == changes.ChangePage([], 1)


def test_only_the_scales_asked_for(session: Session, patient: Patient) -> None:
    """The person is listed all the same."""
    score(session, patient, DUE, 1)
    [person] = changes.page(session, scope(patient), [("saq", "total")], 1).people
    assert person.scores == {}


def test_who_is_in_the_clinic_comes_first(session: Session, patient: Patient) -> None:
    """Today, not on another day; then who answered last; then by code."""
    for code, days in (("P4", 1), ("P3", 5), ("P2", 5), ("P5", 0)):
        score(session, add(session, code, patient), DUE + days * DAY, 1)
    coming = session.scalars(select(Patient).where(Patient.code == "P5")).one()
    tomorrow = session.scalars(select(Patient).where(Patient.code == "P4")).one()
    for one, on in ((coming, DUE), (tomorrow, DUE + timedelta(days=1))):
        session.add(Appointment(patient_id=one.id, expected_on=on, added_at=AT, added_by="test"))
    session.flush()
    people = changes.page(session, scope(patient), [TOTAL], 1).people
    assert [(one.code, one.in_clinic) for one in people] == [
        ("P5", True),
        ("P2", False),
        ("P3", False),
        ("P4", False),
    ]


def test_the_order_is_that_which_is_asked_for(session: Session, patient: Patient) -> None:
    """By who answered last or by code, whoever is in the clinic today."""
    for code, days in (("P4", 5), ("P3", 1), ("P2", 3)):
        score(session, add(session, code, patient), DUE + days * DAY, 1)
    coming = session.scalars(select(Patient).where(Patient.code == "P3")).one()
    session.add(Appointment(patient_id=coming.id, expected_on=DUE, added_at=AT, added_by="test"))
    session.flush()
    orders = {
        sort: [one.code for one in changes.page(session, scope(patient), [TOTAL], 1, sort=sort).people]
        for sort in changes.SORTS
    }
    assert orders == {
        "today": ["P3", "P4", "P2"],
        "code": ["P2", "P3", "P4"],
        "answered": ["P4", "P2", "P3"],
    }


def test_a_page_is_a_part_of_all(session: Session, patient: Patient) -> None:
    """No one twice, no one left out."""
    for code in ("P2", "P3", "P4", "P5", "P6"):
        score(session, add(session, code, patient), DUE, 1)
    pages = [changes.page(session, scope(patient), [TOTAL], number, 2) for number in (1, 2, 3)]
    assert [[one.code for one in page.people] for page in pages] == [["P2", "P3"], ["P4", "P5"], ["P6"]]
    assert {page.pages for page in pages} == {3}


def test_a_scope_ends_at_its_site(session: Session, patient: Patient) -> None:
    score(session, add(session, "P2", patient, site="North"), DUE, 1)
    score(session, patient, DUE, 1)
    north = changes.Scope(patient.study_id, "North", DUE)
    assert [one.code for one in changes.page(session, north, [TOTAL], 1).people] == ["P2"]
