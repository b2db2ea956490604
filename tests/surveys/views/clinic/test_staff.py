"""The first page after sign-in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from surveys.models import Alert
from tests.support.patient import in_process
from tests.support.staff import Member, employ, signed_in
from tests.support.study import changing, invite


@pytest.fixture
def studies(app: Flask) -> None:
    """S1 with an alert waiting, and S2."""
    invited = invite(app, study="S1", title="First registry")
    invite(app, study="S2", title="Second registry")
    with changing(app) as session:
        session.add(
            Alert(
                visit_id=invited.visit_id,
                instrument="phq9",
                rule="item9",
                first_answer=1,
                raised_at=datetime.now(UTC),
            )
        )


@pytest.mark.usefixtures("studies")
def test_a_single_study_opens_at_once(app: Flask) -> None:
    """At who changed; for an analyst, who may not see patients, at the dashboard."""
    member = signed_in(app, "investigator")
    member.get("/staff/")
    assert member.path == "/staff/S1/changes"
    analyst = signed_in(app, "analyst")
    analyst.get("/staff/")
    assert analyst.path == "/staff/S1/dashboard"


@pytest.mark.usefixtures("studies")
def test_several_studies_are_listed_with_role_and_alerts(app: Flask) -> None:
    """Each leads to what the role may open."""
    employ(app, "ann@example.org", "coordinator", study="S1")
    employ(app, "ann@example.org", "analyst", study="S2")
    member = Member(in_process(app))
    page = member.sign_in("ann@example.org")
    assert page.links["/staff/S1/clinic"] == "First registry"
    assert page.links["/staff/S2/dashboard"] == "Second registry"
    assert "Coordinator 1" in page.text, "the alert that waits, beside the role"


@pytest.mark.usefixtures("studies")
def test_an_administrator_sees_every_study(app: Flask) -> None:
    """Without a membership in any."""
    member = signed_in(app, "admin")
    member.get("/staff/")
    assert {"/staff/S1/patients", "/staff/S2/patients"} <= member.page.links.keys()


def test_an_administrator_can_make_a_second_study(app: Flask) -> None:
    """The only study does not open by itself: the way to a further one is on this page."""
    invite(app, study="S1", title="First registry")
    page = signed_in(app, "admin").get("/staff/")
    assert page.links["/staff/studies/new"] == "Make a study"
    assert "/staff/S1/patients" in page.links


@pytest.mark.usefixtures("studies")
def test_an_account_without_a_study_is_told_so(app: Flask) -> None:
    """And can still sign out."""
    employ(app, "new@example.org")
    member = Member(in_process(app))
    page = member.sign_in("new@example.org")
    assert "Your account has no study yet." in page.text
    member.post("/logout", {})
    assert member.path == "/login"
