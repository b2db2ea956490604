"""A colleague is invited, chooses a password, sets up codes, loses the telephone, and leaves the study."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from surveys import tokens
from surveys.models import Staff
from tests.support.accounts import BEA, START, choose, code_in, invited, link_in, set_up_codes, somebody
from tests.support.staff import PASSWORD, Member, employ, signed_in
from tests.support.study import changing, invite, one_table, stored


@pytest.mark.database(both=False)
def test_from_invitation_to_leaving(app: Flask, coordinator: Member) -> None:
    """Each step by the pages; the link works once, a code counts once, and everything is in the audit."""
    with time_machine.travel(START, tick=False) as clock:
        coordinator.sign_in("coordinator-everywhere-S1@example.org")
        path = invited(coordinator, name="Bea Berg")
        assert "No mail server is set." in coordinator.page.text
        bea = somebody(app)
        for password, again in (("short", "short"), (PASSWORD, "another long password")):
            choose(bea, path, password, again)
            assert bea.status == 422
        choose(bea, path)
        assert bea.path == "/login"
        assert "Your password is set." in bea.page.text
        for _ in range(2):
            bea.get(path)
            assert bea.status == 410
        bea.sign_in(BEA)
        assert bea.status == 200
        codes = set_up_codes(bea)
        assert "From now on a code from your app is asked" in bea.page.text

        clock.shift(timedelta(minutes=2))
        again = somebody(app)
        again.sign_in(BEA)
        assert again.status == 422
        again.sign_in(BEA, code="000000")
        assert again.status == 422
        code = codes.generate(datetime.now(UTC)).token
        again.sign_in(BEA, code=code)
        assert again.status == 200
        third = somebody(app)
        third.sign_in(BEA, code=code)
        assert third.status == 422

        [membership] = [row for row in one_table(app, "membership") if row["role"] == "investigator"]
        coordinator.get("/staff/S1/team")
        assert "Password and code" in coordinator.page.text
        admin = signed_in(app, "admin")
        told = coordinator.post(f"/staff/S1/team/{membership['staff_id']}/reset", {})
        again.get("/staff/S1/patients")
        assert again.status == 200, "until it is confirmed"
        admin.get("/staff/S1/team")
        assert "coordinator-everywhere-s1@example.org asked for a new password" in admin.page.text
        path = link_in(admin.post(f"/staff/S1/team/{membership['staff_id']}/reset/confirm", {}))
        again.get("/staff/S1/patients")
        assert again.path.startswith("/login")
        choose(bea, path, code="AAAAA-AAAAA")
        assert bea.status == 422
        choose(bea, path, code=code_in(told).lower().replace("-", " "))
        bea.sign_in(BEA)
        assert bea.status == 422, "her codes are asked as before"
        admin.get("/staff/S1/team")
        admin.post(f"/staff/S1/team/{membership['staff_id']}/codes-off", {})
        assert f"{BEA} signs in with the password alone now." in admin.page.text
        bea.sign_in(BEA)
        assert bea.status == 200
        coordinator.get("/staff/S1/team")
        coordinator.post(f"/staff/S1/team/{membership['staff_id']}/remove", {})
        assert "has no role in this study any more" in coordinator.page.text
        bea.get("/staff/S1/patients")
        assert bea.path.startswith("/login")
        bea.sign_in(BEA)
        bea.get("/staff/S1/patients")
        assert bea.status == 404
    said = [row["action"] for row in one_table(app, "event") if row["action"].startswith("staff.")]
    assert {"staff.second_factor_on", "staff.reset", "staff.revoked", "staff.signed_in"} <= set(said)
    assert PASSWORD not in str(stored(app))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestSessions:
    """They end by themselves."""

    def test_half_an_hour_without_use_ends_it(self, app: Flask, coordinator: Member) -> None:
        """Use keeps it; the page asked for opens after signing in again."""
        with time_machine.travel(START, tick=False) as clock:
            coordinator.sign_in("coordinator-everywhere-S1@example.org")
            for _ in range(3):
                clock.shift(timedelta(minutes=29))
                coordinator.get("/staff/S1/patients")
                assert coordinator.path == "/staff/S1/patients"
            clock.shift(timedelta(minutes=31))
            coordinator.get("/staff/S1/patients")
            assert coordinator.path == "/login?next=/staff/S1/patients"
            assert "nothing was done for half an hour" in coordinator.page.text

    def test_twelve_hours_end_it_in_any_case(self, app: Flask, coordinator: Member) -> None:
        """However busy it was."""
        with time_machine.travel(START, tick=False) as clock:
            coordinator.sign_in("coordinator-everywhere-S1@example.org")
            for _ in range(36):
                clock.shift(timedelta(minutes=20))
                coordinator.get("/staff/S1/export")
            assert coordinator.path == "/staff/S1/export"
            clock.shift(timedelta(minutes=1))
            coordinator.get("/staff/S1/export")
            assert coordinator.path.startswith("/login")

    def test_a_patients_visit_stays_open(self, app: Flask, coordinator: Member) -> None:
        """On a browser where both were opened, only the staff's session ends."""
        patient = invite(app, "P2")
        with time_machine.travel(datetime.now(UTC), tick=False) as clock:
            coordinator.sign_in("coordinator-everywhere-S1@example.org")
            coordinator.open(patient.token)
            page = coordinator.path
            clock.shift(timedelta(hours=2))
            coordinator.get("/staff/")
            assert coordinator.path.startswith("/login")
            coordinator.get(page)
            assert (coordinator.status, coordinator.path) == (200, page)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestTeam:
    """Who may let others in."""

    def test_what_cannot_be_is_told(self, coordinator: Member) -> None:
        """No address, no role."""
        coordinator.get("/staff/S1/team")
        page = coordinator.post("/staff/S1/team", {"email": "bea"})
        assert coordinator.status == 422
        assert {"#email", "#role-0"} <= page.links.keys() or {"#email", "#role"} <= page.links.keys()

    def test_a_coordinator_of_one_site_lets_nobody_in(self, app: Flask, coordinator: Member) -> None:
        """Or a site could be left by giving oneself another role."""
        north = signed_in(app, site="North")
        north.get("/staff/S1/team")
        assert north.status == 403
        assert "Team" not in north.get("/staff/S1/patients").links.values()

    def test_nobody_gives_themselves_another_role(self, app: Flask, coordinator: Member) -> None:
        """A coordinator becomes no investigator, and does not lock the study by a slip."""
        before = one_table(app, "membership")
        coordinator.get("/staff/S1/team")
        own = {"email": "Coordinator-Everywhere-S1@example.org", "role": "investigator"}
        page = coordinator.post("/staff/S1/team", own)
        assert "Nobody gives themselves a role: ask somebody else." in page.text
        assert (coordinator.status, one_table(app, "membership")) == (422, before)

    def test_nobody_gets_into_another_study_by_a_reset(self, app: Flask, coordinator: Member) -> None:
        """An account with rights elsewhere keeps its password; nobody removes themselves."""
        invite(app, "Q1", study="S2")
        both = employ(app, "both@example.org", "analyst", study="S1")
        employ(app, "both@example.org", "coordinator", study="S2")
        before = one_table(app, "staff")
        coordinator.get("/staff/S1/team")
        coordinator.post(f"/staff/S1/team/{both}/reset", {})
        assert "ask an administrator" in coordinator.page.text
        assert one_table(app, "staff") == before
        own = next(row["id"] for row in before if row["email"].startswith("coordinator"))
        coordinator.post(f"/staff/S1/team/{own}/remove", {})
        assert "Nobody takes away their own role" in coordinator.page.text
        coordinator.post("/staff/S1/team", {"email": "BOTH@example.org", "role": "investigator"})
        assert "has this role now" in coordinator.page.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestAccount:
    """One's own."""

    def test_another_password(self, app: Flask, coordinator: Member) -> None:
        """The old one is asked; sessions elsewhere end, this one goes on."""
        email, new = "coordinator-everywhere-S1@example.org", "another long password"
        elsewhere = somebody(app)
        elsewhere.sign_in(email)
        coordinator.get("/staff/account")
        short = {"old": PASSWORD, "new": "short", "again": "short"}
        for fields in ({"old": "wrong"}, {"old": PASSWORD, "again": "x"}, short):
            coordinator.post("/staff/account", {"new": new, "again": new, **fields})
            assert coordinator.status == 422
        coordinator.post("/staff/account", {"old": PASSWORD, "new": new, "again": new})
        assert (coordinator.path, coordinator.status) == ("/staff/account", 200)
        elsewhere.get("/staff/S1/patients")
        assert elsewhere.path.startswith("/login")

    def test_codes_are_turned_off_by_a_code(self, app: Flask, coordinator: Member) -> None:
        """Not by whoever finds the screen open."""
        with time_machine.travel(START, tick=False) as clock:
            coordinator.sign_in("coordinator-everywhere-S1@example.org")
            codes = set_up_codes(coordinator)
            recovery = re.findall(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", coordinator.page.text)
            assert len(set(recovery)) == 10
            clock.shift(timedelta(minutes=1))
            coordinator.get("/staff/account")
            assert "You have 10 recovery codes left." in coordinator.page.text
            coordinator.post("/staff/account/code/recovery", {"code": recovery[0]})
            assert "shown this once" in coordinator.page.text
            coordinator.get("/staff/account")
            coordinator.post("/staff/account/code/recovery", {"code": recovery[1]})
            assert "Nothing was changed." in coordinator.page.text
            coordinator.post("/staff/account/code/off", {"code": "123456"})
            assert "Nothing was changed." in coordinator.page.text
            coordinator.post("/staff/account/code/off", {"code": codes.generate(datetime.now(UTC)).token})
            assert "No code is asked any more." in coordinator.page.text

    def test_an_invitation_opens_as_mail_and_people_hand_it_on(self, app: Flask, coordinator: Member) -> None:
        """It is letters and digits; one sent when links held other signs opens too."""
        path = invited(coordinator)
        token = path.rpartition("/")[2]
        assert token.isalnum()
        bea = somebody(app)
        earlier = tokens.signed(token)
        for given in (token, token.upper(), f"{token}.", f"{token}%20", f"{token}/", earlier, f"{earlier})."):
            bea.get(f"/invitation/{given}")
            assert bea.status == 200, given
        choose(bea, f"{path}.")
        assert "Your password is set." in bea.page.text
        for given in (token, earlier, f"{token}."):
            bea.get(f"/invitation/{given}")
            assert bea.status == 410, given

    def test_a_closed_account_has_no_invitation(self, app: Flask, coordinator: Member) -> None:
        """Its link opens nothing; nor does one that was made up."""
        path = invited(coordinator)
        with changing(app) as session:
            session.execute(update(Staff).where(Staff.email == BEA).values(active=False))
        bea = somebody(app)
        for wrong in (path, "/invitation/WzEsIngiXQ.x.y", "/invitation/aaaaaaaa", "/invitation/x"):
            bea.get(wrong)
            assert bea.status == 410
