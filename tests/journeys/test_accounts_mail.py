"""Accounts where a mail server is set, and where a second person confirms a new password."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask

from surveys.settings import Settings
from tests.support.accounts import (
    BEA,
    START,
    buttons,
    choose,
    code_in,
    invited,
    link_in,
    number_of,
    set_up_codes,
    somebody,
)
from tests.support.smtp import MailServer, mail_server
from tests.support.staff import Member, employ, signed_in
from tests.support.study import invite, one_table


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestMail:
    """Where a mail server is set, its owner alone sees a link."""

    @pytest.fixture
    def server(self, _mail_server: MailServer) -> MailServer:
        """A mail server on this machine."""
        return _mail_server.begin_anew()

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
