"""A patient's visits and scores in one table, and the course in small."""

from __future__ import annotations

from flask import Flask

from tests.support.answers import send
from tests.support.staff import signed_in
from tests.support.study import FACE, PHQ9, invite


def test_a_cell_opens_its_answers_or_their_form(app: Flask) -> None:
    """The score of what was sent, what is to be said of it, and a way in for what was not."""
    invited = invite(app)
    send(app, invited.token, FACE, (*PHQ9[:8], None))
    member = signed_in(app)
    page = member.get("/staff/S1/patients/P1")
    assert "13.5* PHQ-9 total, First visit: Prorated from 8 of 9 items." in page.text
    assert "Enter SAQ, First visit" in page.text
    assert "Next: First visit In progress" in page.text
    assert "PHQ-9 total: 13.5. No earlier score" in member.replies[-1].html


def test_who_may_not_change_reads_only(app: Flask) -> None:
    """An investigator finds no form behind an empty cell, and no act beside what comes next."""
    invite(app)
    page = signed_in(app, "investigator").get("/staff/S1/patients/P1")
    assert "Next: First visit Due" in page.text
    assert not [link for link in page.links if "/enter/" in link]
    assert "Make a link" not in page.text
