"""Events and forms follow from plan and answers."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db, snapshot
from surveys.exchange.redcap.studies import source_of
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study
from tests.support import nasty
from tests.support.study import library


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def test_every_visit_has_its_event(app: Flask) -> None:
    """What is planned has a form before anybody answered; unscheduled visits repeat."""
    nasty.make(app)
    with app.app_context(), snapshot() as session:
        study = db.session.scalars(select(Study)).one()
        selection = Selection(session, study.id)
        project = source_of(selection, study, contents_of(selection, library(app)), library(app)).project
    assert project.events[0].forms == ("patient", "treatment", "grading")
    baseline, unscheduled = project.event_of("baseline"), project.event_of("unscheduled")
    assert set(baseline.forms) >= {"face", "phq9", "saq"}
    assert (baseline.repeats, unscheduled.repeats, unscheduled.forms) == (False, True, ("phq9",))
    assert baseline.name == "baseline_arm_1"
    assert [form.name for form in project.forms][:3] == ["patient", "treatment", "grading"]
