"""The team's pages: an account is closed."""

from __future__ import annotations

from flask import Flask

from tests.support.patient import in_process
from tests.support.staff import Member, employ, signed_in
from tests.support.study import invite, one_table

BEA = "bea@example.org"


def test_an_account_is_closed_and_opened_again(app: Flask) -> None:
    """A coordinator closes one of the study's; only an administrator lets its owner in again."""
    invite(app, study="S1")
    number = employ(app, BEA, "analyst")
    bea = Member(in_process(app))
    bea.sign_in(BEA)
    coordinator = signed_in(app)
    page = coordinator.get("/staff/S1/team")
    assert f"/staff/S1/team/{number}/close" in page.links
    coordinator.get(f"/staff/S1/team/{number}/close")
    assert "signed out everywhere" in coordinator.page.text
    coordinator.post(f"/staff/S1/team/{number}/close", {})
    assert f"The account {BEA} is closed." in coordinator.page.text
    assert bea.get("/staff/").heading == "Sign in"
    bea.sign_in(BEA)
    assert bea.status == 422
    for who, done in ((coordinator, False), (signed_in(app, "admin"), True)):
        who.get("/staff/S1/team")
        page = who.post("/staff/S1/team", {"email": BEA, "role": "analyst"})
        assert ("/invitation/" in page.text) == done
        assert ("Ask an administrator" in page.text) != done


def test_an_account_with_rights_elsewhere_is_an_administrators_to_close(app: Flask) -> None:
    """A coordinator takes nobody out of another study."""
    invite(app, study="S1")
    invite(app, "Q1", study="S2")
    both = employ(app, BEA, "analyst")
    employ(app, BEA, "analyst", study="S2")
    coordinator = signed_in(app)
    coordinator.get("/staff/S1/team")
    coordinator.post(f"/staff/S1/team/{both}/close", {})
    assert "ask an administrator" in coordinator.page.text
    assert all(row["active"] for row in one_table(app, "staff"))
