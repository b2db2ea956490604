"""Which wordings a dashboard shows: of a study asked in ours, in published ones, or in both."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from surveys.models import Study
from surveys.schedule import PlannedVisit
from tests.support.answers import send
from tests.support.dashboard_page import page_of, words
from tests.support.simulated import populate
from tests.support.staff import signed_in
from tests.support.study import PHQ9, changing, invite


def test_a_real_study_shows_other_wordings_and_leaves_ours_out(app: Flask) -> None:
    """They never share a figure; the reader is told, and may see either."""
    populate(app, 30)
    with changing(app) as session:
        session.execute(update(Study).values(simulated=False))
    member = signed_in(app)
    said = words(page_of(member))
    assert "Answers to working wording (FaCE, SAQ) are left out" in said
    assert "FaCE total and time since onset" not in said
    assert "FaCE total and time since onset" in words(page_of(member, "?wording=own"))


def test_without_both_there_is_no_choice(app: Flask) -> None:
    """A study asked in one kind of words has one filter less, and its figures no warning."""
    invited = invite(app, plan=[PlannedVisit("baseline", "First", "enrolment", 0, 0, 30, ("phq9",))])
    send(app, invited.token, PHQ9)
    page = page_of(signed_in(app))
    assert 'name="wording"' not in page
    assert "working wording" not in page
