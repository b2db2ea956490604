"""Personal links: shown once, revoked, refused where a visit is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from surveys.models import Patient as Row
from surveys.schedule import preset
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.answers import finish
from tests.support.patient import Patient, in_process
from tests.support.patients_list import LIST, NEW, link_of
from tests.support.staff import ENROLMENT, signed_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, library, one_table, stored


def test_a_link_is_shown_once_with_its_picture_and_opens_the_visit(app: Flask) -> None:
    """The whole address and a QR code without a style or a data address; only a digest is stored."""
    invited = invite(app)
    member = signed_in(app)
    token = link_of(member, invited.visit_id)
    html = member.replies[-1].html
    assert "<svg" in html
    assert "style=" not in html
    assert "data:" not in html
    assert token not in str(stored(app))
    assert member.replies[-1].header("Cache-Control") == "no-store"
    walker = Patient(in_process(app))
    walker.open(token)
    assert walker.status == 200
    walker.open(invited.token)
    assert walker.status == 200, "links made before go on working"


def test_revoked_links_open_nothing(app: Flask) -> None:
    """All of the visit at once; a new one may be made afterwards."""
    invited = invite(app)
    member = signed_in(app)
    token = link_of(member, invited.visit_id)
    page = member.post(f"/staff/S1/visits/{invited.visit_id}/revoke", {})
    assert "2 links were revoked." in page.text
    for revoked in (token, invited.token):
        walker = Patient(in_process(app))
        walker.open(revoked)
        assert walker.status == 410
    walker = Patient(in_process(app))
    walker.open(link_of(member, invited.visit_id))
    assert walker.status == 200


def test_no_link_to_what_is_over_or_left(app: Flask) -> None:
    """A finished visit, a closed one, and somebody who takes part no longer: the reason is said."""
    now = datetime.now(UTC)
    done, missed, left = (
        invite(app, "A"),
        invite(app, "B", at=now - timedelta(days=60)),
        invite(app, "C"),
    )
    finish(app, done.token, FACE, PHQ9, SAQ)
    with changing(app) as session:
        session.get_one(Row, left.patient_id).status = "left"
    member = signed_in(app)
    before = one_table(app, "link")
    for invited, reason in (
        (done, "everything asked at this visit is answered"),
        (missed, "this visit is over"),
        (left, "takes part no longer"),
    ):
        page = member.post(f"/staff/S1/visits/{invited.visit_id}/link", {})
        assert reason in page.text
    assert one_table(app, "link") == before


def test_a_draft_study_makes_no_links_and_says_what_is_missing(app: Flask) -> None:
    """On the list, on the patient's page, and when a link is asked for all the same."""
    with changing(app) as session:
        studies.create(
            session,
            NewStudy("S1", lowest_age=18),
            preset("registry"),
            library(app),
            at=datetime.now(UTC),
            actor="test",
        )
    member = signed_in(app)
    page = member.get(LIST)
    assert "This study is a draft" in page.text
    assert "The text of FaCE is a working wording" in page.text
    page = member.post(NEW, ENROLMENT)
    assert member.path == f"{LIST}/P-7"
    assert "Make a link" not in page.text
    [*_, visit] = one_table(app, "visit")
    page = member.post(f"/staff/S1/visits/{visit['id']}/link", {})
    assert "No links yet: the study is not active." in page.text
    assert one_table(app, "link") == []
