"""The team of a study: its own people alone, and their order."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists import team
from surveys.models import Membership, Patient, SecondFactor, Staff, Study
from tests.surveys.lists.conftest import AT


@pytest.fixture
def study_id(session: Session, patient: Patient) -> int:
    """S1 with three people, of whom one has no name and one is asked codes; a fourth is of another study."""
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    for email, name, study, role, site in (
        ("m@example.org", "", patient.study_id, "analyst", None),
        ("a@example.org", "zoe", patient.study_id, "coordinator", None),
        ("z@example.org", "Bea", patient.study_id, "coordinator", "North"),
        ("x@example.org", "Al", other.id, "analyst", None),
    ):
        one = Staff(email=email, name=name, password="-", fs_uniquifier=email, created_at=AT)
        session.add(one)
        session.flush()
        session.add(Membership(staff_id=one.id, study_id=study, role=role, site=site))
        if name == "Bea":
            session.add(SecondFactor(staff_id=one.id, secret="-", confirmed_at=AT))
    session.flush()
    return patient.study_id


def test_people_stand_in_the_order_that_is_asked_for(session: Session, study_id: int) -> None:
    """Who has no name stands under the e-mail address, and capital letters make no difference."""
    orders = {sort: [row.email[0] for row in team.members(session, study_id, sort)] for sort in team.SORTS}
    assert orders == {"name": ["z", "m", "a"], "role": ["m", "a", "z"], "codes": ["a", "m", "z"]}


def test_a_row_says_role_site_and_codes(session: Session, study_id: int) -> None:
    number = session.scalars(select(Staff.id).where(Staff.email == "z@example.org")).one()
    assert team.members(session, study_id)[0] == team.TeamRow(
        number, "z@example.org", "Bea", "coordinator", "North", codes=True
    )
