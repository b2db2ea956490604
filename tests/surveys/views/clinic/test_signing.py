"""An investigator signs a visit, and a later correction shows."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from surveys.models import Response
from tests.support.doors import answered
from tests.support.staff import PASSWORD, signed_in
from tests.support.study import changing, invite, library, one_table

WRONG = "wrong horse battery"


def test_a_visit_is_signed_and_corrected(app: Flask) -> None:
    """The password is asked again, and a wrong one signs nothing; a coordinator cannot sign."""
    invited = invite(app)
    with changing(app) as session:
        answered(session, invited, library(app).get("saq"))
    path = f"/staff/S1/visits/{invited.visit_id}/sign"
    assert signed_in(app).send("GET", path, []).status == 403
    investigator = signed_in(app, "investigator")
    page = investigator.get("/staff/S1/patients/P1")
    assert path in page.links
    investigator.get(path)
    reviewed = {"meaning": "reviewed"}
    for fields in ({"password": PASSWORD}, reviewed, {**reviewed, "password": WRONG}):
        investigator.post(path, fields)
        assert investigator.status == 422
    assert "Nothing was signed." in investigator.page.text
    assert one_table(app, "signature") == []
    page = investigator.post(path, {"meaning": "reviewed", "password": PASSWORD})
    assert "The visit is signed." in page.text
    assert "Signed by investigator-everywhere-s1@example.org" in page.text
    assert "Holds" in page.text
    with changing(app) as session:
        response = session.scalars(select(Response)).one()
        response.annulled_at = response.submitted_at
    assert "no longer covered" in investigator.get("/staff/S1/patients/P1").text
