"""A colleague is invited, chooses a password, sets up codes, loses the telephone, and leaves the study."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from passlib.totp import TOTP
from sqlalchemy import update

from surveys import tokens
from surveys.models import Staff
from surveys.settings import Settings
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.smtp import MailServer, mail_server
from tests.support.staff import PASSWORD, Member, employ, signed_in
from tests.support.study import changing, invite, one_table, stored

BEA = "bea@example.org"
START = datetime(2027, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """Of study S1, signed in."""
    invite(app, "P1")
    return signed_in(app)


def somebody(app: Flask) -> Member:
    """A browser of its own."""
    return Member(in_process(app))


def invited(coordinator: Member, email: str = BEA, **fields: str) -> str:
    """The path of the link that the coordinator is shown."""
    coordinator.get("/staff/S1/team")
    page = coordinator.post("/staff/S1/team", {"email": email, "role": "investigator", **fields})
    return link_in(page)


def link_in(page: Page) -> str:
    found = re.search(r"http://localhost(/invitation/[\w.-]+)", page.text)
    assert found, page.text
    return found[1]


def code_in(page: Page) -> str:
    """The code that who asked for a new password is shown."""
    found = re.search(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", page.text)
    assert found, page.text
    return found[0]


def choose(
    browser: Member, path: str, password: str = PASSWORD, again: str = PASSWORD, **fields: str
) -> None:
    browser.get(path)
    browser.post(path, {"new": password, "again": again, **fields})


def set_up_codes(browser: Member) -> TOTP:
    """The app with the secret, its first code confirmed."""
    browser.get("/staff/account")
    page = browser.post("/staff/account/code", {})
    found = re.search(r"\b[A-Z2-7]{32}\b", page.text)
    assert found
    codes = TOTP(key=found[0], format="base32")
    browser.post("/staff/account/code", {"code": codes.generate(datetime.now(UTC)).token})
    return codes


@pytest.mark.database
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
            clock.shift(timedelta(minutes=1))
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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestMail:
    """Where a mail server is set, its owner alone sees a link."""

    @pytest.fixture
    def server(self) -> Iterator[MailServer]:
        """A mail server on this machine."""
        with mail_server() as running:
            yield running

    @pytest.fixture
    def settings(self, settings: Settings, server: MailServer) -> Settings:
        """Mail goes to it."""
        return dataclasses.replace(settings, mail_url=server.url)

    def test_the_link_is_sent(self, app: Flask, coordinator: Member, server: MailServer) -> None:
        """To the owner, and shown to nobody else."""
        page = coordinator.post("/staff/S1/team", {"email": BEA, "role": "investigator"})
        assert f"A link to choose a password with was sent to {BEA}." in page.text
        assert "/invitation/" not in page.text
        [mail] = server.received
        assert mail["To"] == BEA
        bea = somebody(app)
        choose(bea, link_in_mail(mail))
        bea.sign_in(BEA)
        assert bea.status == 200

    def test_what_is_not_taken_is_said(self, app: Flask, coordinator: Member, server: MailServer) -> None:
        """The account is there without a link; a new one goes out once the server takes mail again."""
        server.reply = lambda line: "550 5.1.1 no" if line.upper().startswith("RCPT") else None
        page = coordinator.post("/staff/S1/team", {"email": BEA, "role": "investigator"})
        assert "The mail server did not take the mail (550 5.1.1)." in page.text
        assert "/invitation/" not in page.text
        server.reply = lambda line: None
        page = coordinator.post(f"/staff/S1/team/{number_of(app, BEA)}/reset", {})
        assert f"sent to {BEA}" in page.text
        choose(somebody(app), link_in_mail(server.received[-1]))

    def test_a_new_password_is_its_owners_alone(
        self, app: Flask, coordinator: Member, server: MailServer
    ) -> None:
        """Whoever pressed the button is shown nothing; password and sessions hold until the link is used."""
        number = employ(app, BEA, "investigator")
        bea = somebody(app)
        bea.sign_in(BEA)
        page = coordinator.post(f"/staff/S1/team/{number}/reset", {})
        assert "/invitation/" not in page.text
        assert bea.get("/staff/S1/patients").heading == "Patients"
        [mail] = server.received
        assert mail["To"] == BEA
        path = link_in_mail(mail)
        choose(somebody(app), path, "another long password", "another long password")
        bea.get("/staff/S1/patients")
        assert bea.path.startswith("/login")
        bea.sign_in(BEA, "another long password")
        assert bea.status == 200
        late = somebody(app)
        late.get(path)
        assert late.status == 410

    def test_a_mail_server_that_fails_leaves_the_password(
        self, app: Flask, coordinator: Member, server: MailServer
    ) -> None:
        """It is said, and nothing is half done."""
        number, before = employ(app, BEA, "investigator"), one_table(app, "staff")
        server.reply = lambda line: "451 4.3.0 later" if line.upper().startswith("RCPT") else None
        page = coordinator.post(f"/staff/S1/team/{number}/reset", {})
        assert "The password is as it was. Try again later." in page.text
        assert [row["password"] for row in one_table(app, "staff")][: len(before)] == [
            row["password"] for row in before
        ]

    def test_who_loses_the_codes_is_told(self, app: Flask, coordinator: Member, server: MailServer) -> None:
        """An administrator switches them off, never for themselves; a coordinator may not."""
        with time_machine.travel(START, tick=False):
            number = employ(app, BEA, "investigator")
            bea = somebody(app)
            bea.sign_in(BEA)
            set_up_codes(bea)
            coordinator.sign_in("coordinator-everywhere-S1@example.org")
            coordinator.get("/staff/S1/team")
            assert f"Ask no code {BEA}" not in buttons(coordinator)
            coordinator.post(f"/staff/S1/team/{number}/codes-off", {})
            assert coordinator.status == 403
            assert len(one_table(app, "second_factor")) == 1
            admin = signed_in(app, "admin")
            admin.get("/staff/S1/team")
            assert f"Ask no code {BEA}" in buttons(admin)
            admin.post(f"/staff/S1/team/{number}/codes-off", {})
        assert one_table(app, "second_factor") == []
        [mail] = server.received
        assert (mail["To"], mail["Subject"]) == (BEA, "Codes are no longer asked in Seventh")


def buttons(browser: Member) -> set[str]:
    return {button.text for form in browser.page.forms for button in form.buttons}


def number_of(app: Flask, email: str) -> int:
    return next(row["id"] for row in one_table(app, "staff") if row["email"] == email)


def link_in_mail(mail: EmailMessage) -> str:
    found = re.search(r"http://localhost(/invitation/[\w.-]+)", mail.get_content().replace("=\n", ""))
    assert found
    return found[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestTwoPeople:
    """Without a mail server it takes two others to give somebody a new password."""

    @pytest.fixture
    def bea(self, app: Flask, coordinator: Member) -> int:
        """An investigator."""
        return employ(app, BEA, "investigator")

    def test_one_alone_sees_no_link(self, app: Flask, coordinator: Member, bea: int) -> None:
        """Who asks is shown a code; they cannot confirm, and the password is as it was."""
        page = coordinator.post(f"/staff/S1/team/{bea}/reset", {})
        assert "/invitation/" not in page.text
        coordinator.get("/staff/S1/team")
        assert f"Confirm the new password {BEA}" not in buttons(coordinator)
        coordinator.post(f"/staff/S1/team/{bea}/reset/confirm", {})
        assert "Somebody else must confirm this" in coordinator.page.text
        owner = somebody(app)
        owner.sign_in(BEA)
        assert owner.status == 200

    def test_who_confirms_cannot_open_the_link(self, app: Flask, coordinator: Member, bea: int) -> None:
        """It asks for the code; and asking anew gives no code for it."""
        coordinator.post(f"/staff/S1/team/{bea}/reset", {})
        employ(app, "second@example.org", "coordinator")
        second = somebody(app)
        second.sign_in("second@example.org")
        second.get("/staff/S1/team")
        assert f"Confirm the new password {BEA}" in buttons(second)
        path = link_in(second.post(f"/staff/S1/team/{bea}/reset/confirm", {}))
        second.get("/staff/S1/team")
        code = code_in(second.post(f"/staff/S1/team/{bea}/reset", {}))
        for wrong in ("", "x", code, "\0"):
            choose(second, path, code=wrong)
            assert second.status == 422
        second.get("/staff/S1/team")
        second.post(f"/staff/S1/team/{bea}/reset/confirm", {})
        assert "Somebody else must confirm this" in second.page.text

    def test_a_second_account_is_no_second_person(self, app: Flask, coordinator: Member, bea: int) -> None:
        """Who invites without a mail server sees the link: that account neither asks nor confirms."""
        path = invited(coordinator, "second@example.org", role="coordinator")
        second = somebody(app)
        choose(second, path)
        second.sign_in("second@example.org")
        second.get("/staff/S1/team")
        second.post(f"/staff/S1/team/{bea}/reset", {})
        assert "this needs two people" in second.page.text
        coordinator.get("/staff/S1/team")
        coordinator.post(f"/staff/S1/team/{bea}/reset", {})
        second.get("/staff/S1/team")
        second.post(f"/staff/S1/team/{bea}/reset/confirm", {})
        assert "this needs two people" in second.page.text
        assert "/invitation/" not in second.page.text

    def test_a_link_that_was_shown_gets_no_later_rights(self, app: Flask, coordinator: Member) -> None:
        """Who kept the link of an account that nobody had opened cannot become what it is made later."""
        path = invited(coordinator)
        invite(app, "Q1", study="S2")
        employ(app, BEA, "coordinator", study="S2")
        visitor = somebody(app)
        visitor.get(path)
        assert visitor.status == 410

    def test_nobody_resets_themselves(self, app: Flask, coordinator: Member) -> None:
        """An open screen is not enough for a new password."""
        own = number_of(app, "coordinator-everywhere-s1@example.org")
        coordinator.get("/staff/S1/team")
        for path in ("reset", "reset/confirm"):
            coordinator.post(f"/staff/S1/team/{own}/{path}", {})
            assert "on the page Your account" in coordinator.page.text
        assert one_table(app, "reset_asked") == []
