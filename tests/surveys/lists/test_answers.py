"""One response with what was before and after it, and the visits that could take an answer."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.lists import answers
from surveys.lists.scope import Scope
from surveys.models import Patient, Response
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add, score
from tests.surveys.lists.test_patients import DAY, add_visit, answer, scope


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_a_response_comes_with_all_about_it(session: Session, patient: Patient) -> None:
    response = score(session, patient, DUE, 1)
    found = answers.find(session, scope(patient), response.id)
    assert found
    assert (found.response, found.patient, found.visit.name) == (response, patient, f"v{DUE}")
    assert (found.version.id, found.version.instrument) == (response.instrument_version_id, "phq9")
    assert [(one.scale, one.value) for one in found.scores] == [("total", 9.0)]
    assert (found.before, found.after) == (None, None)


def test_scores_are_in_order_of_their_scales(session: Session, patient: Patient) -> None:
    answer(session, add_visit(session, patient), "face", "saq")
    face = session.scalars(select(Response).where(Response.instrument == "face")).one()
    found = answers.find(session, scope(patient), face.id)
    assert found
    scales = [one.scale for one in found.scores]
    assert len(scales) > 1
    assert scales == sorted(scales)


def test_a_correction_knows_what_it_corrects(session: Session, patient: Patient) -> None:
    """And what was corrected, by what."""
    first, second = (score(session, patient, DUE + days * DAY, 1) for days in (0, 1))
    session.execute(update(Response).where(Response.id == first.id).values(superseded_at=AT))
    values = {
        column.name: getattr(second, column.key)
        for column in Response.__table__.columns
        if column.computed is None and column.name != "id"
    }
    new = Response(**{**values, "visit_id": first.visit_id, "supersedes_id": first.id, "reason": "Misread."})
    session.add(new)
    session.flush()
    before, after = (answers.find(session, scope(patient), one.id) for one in (first, new))
    assert before
    assert after
    assert (before.before, before.after) == (None, new)
    assert (after.before, after.after) == (first, None)


def test_another_sites_response_is_not_found(session: Session, patient: Patient) -> None:
    response = score(session, add(session, "P2", patient, site="North"), DUE, 1)
    assert answers.find(session, Scope(patient.study_id, "North", DUE), response.id)
    assert answers.find(session, Scope(patient.study_id, "South", DUE), response.id) is None
    assert answers.find(session, scope(patient), response.id + 1) is None


def test_a_visit_is_free_until_an_answer_stands(session: Session, patient: Patient) -> None:
    """In order of their days; what was annulled leaves its visit free, what was withdrawn is none."""
    late, early, taken, withdrawn = (
        add_visit(session, patient, name, DUE + days * DAY)
        for name, days in (("late", 9), ("early", 0), ("taken", 1), ("withdrawn", 2))
    )
    withdrawn.withdrawn_at = AT
    session.flush()
    add_visit(session, add(session, "P2", patient))
    answer(session, taken, "face")
    answer(session, early, "saq")
    assert answers.free_visits(session, patient, "face") == [early, late]
    assert answers.free_visits(session, patient, "saq") == [taken, late]
    session.execute(update(Response).values(annulled_at=AT))
    assert answers.free_visits(session, patient, "face") == [early, taken, late]
