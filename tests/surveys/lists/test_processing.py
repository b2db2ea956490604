"""What the sheets on data protection say of a study."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.lists.processing import processing
from surveys.models import Study
from tests.support.staff import signed_in
from tests.support.study import invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


def test_the_facts_are_the_studys(app: Flask) -> None:
    """Questionnaires once each, in the plan's order; who may sign in, by role."""
    invite(app, "P1", study="S1")
    signed_in(app)
    with app.app_context():
        found = processing(db.session, db.session.scalars(select(Study)).one())
    assert {"face", "phq9"} <= set(found.asked)
    assert len(found.asked) == len(set(found.asked))
    assert found.roles == {"coordinator": 1}
    assert (found.patients, found.kept_until) == (1, None)
