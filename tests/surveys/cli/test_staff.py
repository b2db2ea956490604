"""`seventh staff …`."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

from sqlalchemy import create_engine, insert

from surveys.models import SecondFactor
from surveys.settings import Settings
from tests.support.commands import Query, Seventh, seventh_with
from tests.support.smtp import mail_server


def test_a_new_account_gets_a_password_shown_once(seventh: Seventh, rows: Query) -> None:
    """The password is printed, and stored only as argon2id."""
    seventh("study", "create", "clinic")
    ran = seventh("staff", "add", "Ann@Clinic.example", "--role", "coordinator", "--name", "Ann")
    assert ran.code == 0
    password = re.search(r"^Password: (\S{12,})$", ran.out, re.M)
    assert password
    [(email, name, stored, admin)] = rows("SELECT email, name, password, admin FROM staff")
    assert (email, name, admin) == ("ann@clinic.example", "Ann", 0)
    assert stored.startswith("$argon2id$")
    assert password[1] not in stored
    assert rows("SELECT role, site FROM membership") == [("coordinator", None)]


def test_a_second_study_is_a_second_role(seventh: Seventh, rows: Query) -> None:
    """The account stays as it is; no new password is made."""
    seventh("study", "create", "one")
    seventh("staff", "add", "ann@clinic.example", "--role", "coordinator")
    seventh("study", "create", "two")
    assert "with --study" in seventh("staff", "add", "ann@clinic.example", "--role", "analyst").err
    ran = seventh(
        "staff", "add", "ann@clinic.example", "--role", "analyst", "--study", "two", "--site", "Jena"
    )
    assert ran.code == 0
    assert "Password" not in ran.out
    assert rows("SELECT role, site FROM membership ORDER BY id") == [
        ("coordinator", None),
        ("analyst", "Jena"),
    ]
    assert "coordinator in one, analyst in two (site Jena)" in seventh("staff", "list").out


def test_an_admin_has_every_study(seventh: Seventh, rows: Query) -> None:
    """`admin` needs no study, and takes none."""
    assert seventh("staff", "add", "root@clinic.example", "--role", "admin").code == 0
    assert rows("SELECT admin FROM staff") == [(1,)]
    assert seventh("staff", "add", "x@clinic.example", "--role", "admin", "--study", "s").code == 2


def test_bad_address_and_unknown_role_store_nothing(seventh: Seventh, rows: Query) -> None:
    """An address that is none is refused; a role that is none is wrong usage."""
    seventh("study", "create", "clinic")
    ran = seventh("staff", "add", "not an address", "--role", "analyst")
    assert (ran.code, ran.err) == (1, "'not an address' is not an e-mail address such as name@example.org.\n")
    assert seventh("staff", "add", "a@clinic.example", "--role", "boss").code == 2
    assert rows("SELECT count(*) FROM staff") == [(0,)]


def test_an_invitation_is_a_link(seventh: Seventh, rows: Query) -> None:
    """No password is printed; a reset makes another link, and the first opens nothing any more."""
    seventh("study", "create", "S1")
    first = seventh("staff", "add", "ann@example.org", "--role", "analyst", "--invite")
    assert "/invitation/" in first.out
    assert "Password" not in first.out
    again = seventh("staff", "reset", "Ann@example.org")
    assert "/invitation/" in again.out
    assert again.out.splitlines()[0] != first.out.splitlines()[1]
    assert rows("SELECT count(*) FROM event WHERE action = 'staff.reset'") == [(1,)]
    assert (
        seventh("staff", "reset", "nobody@example.org").err == "There is no account for nobody@example.org.\n"
    )


def test_a_reset_leaves_the_codes(settings: Settings, seventh: Seventh, rows: Query) -> None:
    """Switching them off is a command of its own."""
    seventh("study", "create", "S1")
    seventh("staff", "add", "ann@example.org", "--role", "analyst")
    assert seventh("staff", "codes-off", "ann@example.org").err == "No codes are asked of ann@example.org.\n"
    with create_engine(settings.database_url).begin() as connection:
        factor = {"staff_id": 1, "secret": "x", "confirmed_at": datetime(2026, 3, 10, tzinfo=UTC)}
        connection.execute(insert(SecondFactor), factor)
    seventh("staff", "reset", "ann@example.org")
    assert rows("SELECT count(*) FROM second_factor") == [(1,)]
    ran = seventh("staff", "codes-off", "ann@example.org")
    assert (ran.code, ran.out) == (0, "ann@example.org signs in with the password alone now.\n")
    assert rows("SELECT count(*) FROM second_factor") == [(0,)]


def test_a_mail_server_gets_the_link(settings: Settings, seventh: Seventh, rows: Query) -> None:
    """Nothing opens on the screen; a server that takes no mail leaves everything as it was."""
    seventh("study", "create", "S1")
    seventh("staff", "add", "ann@example.org", "--role", "analyst")
    before = rows("SELECT password, fs_uniquifier FROM staff")
    with mail_server() as server:
        sending = seventh_with(dataclasses.replace(settings, mail_url=server.url))
        ran = sending("staff", "reset", "ann@example.org")
        assert ran.out == "A link was sent to ann@example.org. The password holds until it is used.\n"
        [mail] = server.received
        assert mail["To"] == "ann@example.org"
        assert "/invitation/" in mail.get_content()
        server.reply = lambda line: "451 4.3.0 later" if line.upper().startswith("RCPT") else None
        ran = sending("staff", "reset", "ann@example.org")
        assert (ran.code, ran.out) == (1, "")
        assert "did not take the mail (451 4.3.0). The password is as it was." in ran.err
    assert rows("SELECT password, fs_uniquifier FROM staff") == before


def test_an_account_is_closed_and_added_again(seventh: Seventh, rows: Query) -> None:
    """Its rights are gone; adding it once more gives a new password and only the role that is named."""
    seventh("study", "create", "clinic")
    seventh("staff", "add", "ann@clinic.example", "--role", "admin")
    ran = seventh("staff", "close", "Ann@Clinic.example")
    assert (ran.code, ran.out) == (0, "The account ann@clinic.example is closed.\n")
    assert rows("SELECT active, admin FROM staff") == [(0, 0)]
    again = seventh("staff", "close", "ann@clinic.example")
    assert (again.code, again.err) == (1, "This account is closed already.\n")
    assert seventh("staff", "close", "nobody@clinic.example").code == 1
    ran = seventh("staff", "add", "ann@clinic.example", "--role", "analyst")
    assert re.search(r"^Password: (\S{12,})$", ran.out, re.M)
    assert rows("SELECT active, admin, role FROM staff JOIN membership ON staff_id = staff.id") == [
        (1, 0, "analyst")
    ]
