"""What an import compares its file with: the facts of a study as they are stored."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import update

from surveys.db import writing
from surveys.exchange import stored
from surveys.exchange.stored import StoredResponse, visit_key
from surveys.models import Response, Treatment, Visit
from surveys.store.patient.patients import PartialDate

from .conftest import Desk

FILE = (
    "patient,visit,completed_on,onset_on,birth_year,sex,side,cause,treatments,house_brackmann,phq9_q1\n"
    "P1,baseline,2025-01-01,2024-05,1960,female,left,lyme,massage@2024-06;antiviral,4,3\n"
    "P1,Before  Op,2025-02-01,,,,,,,,1\n"
    "P2,baseline,2025-01-01,,,,,,,,\n"
)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Two patients."""
    desk.take(FILE)
    return desk


def test_a_patient_is_known_by_the_columns_of_the_file(filled: Desk) -> None:
    found = stored.load(filled.session, filled.study_id)
    assert set(found) == {"P1", "P2"}
    first = found["P1"]
    assert first.facts == {
        "onset_on": PartialDate(date(2024, 5, 1), "month"),
        "birth_year": 1960,
        "sex": "female",
        "side": "left",
        "cause": "lyme",
    }
    assert first.enrolled_on == date(2025, 1, 1)
    untold = dict.fromkeys(("product", "dose", "unit", "side"))
    assert first.treatments == {("massage", date(2024, 6, 1)): untold, ("antiviral", None): untold}
    assert first.gradings == {date(2025, 1, 1): 4}
    assert found["P2"].facts["onset_on"] is None
    assert (found["P2"].treatments, found["P2"].gradings) == ({}, {})


def test_visits_are_known_by_place_or_by_name(filled: Desk) -> None:
    """Outside the plan in any spelling."""
    visits = stored.load(filled.session, filled.study_id)["P1"].visits
    outside = visits[visit_key(None, "before op", 1)]
    assert outside.name == "Before  Op"
    kept = outside.responses["phq9"]
    assert kept == StoredResponse(kept.id, "1", {"q1": 1}, date(2025, 2, 1), "unknown")
    [timepoint] = [row.id for row in filled.study().timepoints if row.key == "baseline"]
    assert visits[visit_key(timepoint, "whatever", 1)].responses["phq9"].answers == {"q1": 3}
    assert visit_key(None, "A  b", 1) == visit_key(None, "a B", 1) != visit_key(None, "ab", 1)


def test_only_what_stands_is_compared(filled: Desk) -> None:
    """Neither annulled answers nor planned treatments, nor a second visit of a name."""
    with writing():
        filled.session.execute(update(Response).values(annulled_at=filled.at))
        filled.session.execute(update(Treatment).where(Treatment.kind == "massage").values(state="planned"))
        filled.session.execute(update(Visit).where(Visit.timepoint_id.is_(None)).values(occurrence=2))
        found = stored.load(filled.session, filled.study_id)["P1"]
        filled.session.rollback()
    assert found.treatments.keys() == {("antiviral", None)}
    assert visit_key(None, "before op", 1) not in found.visits
    assert all(not visit.responses for visit in found.visits.values())


def test_another_study_is_not_there(filled: Desk) -> None:
    assert stored.load(filled.session, filled.study_id + 1) == {}
