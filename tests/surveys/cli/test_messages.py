"""`seventh messages plan`, `send` and `seventh worker`, with a real mail server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.mail.bounces import reference
from surveys.models import Contact, Messaging, Patient, Study
from surveys.settings import Settings
from tests.support.commands import Query, Seventh, seventh_with
from tests.support.patient import Patient as Walker
from tests.support.patient import in_process
from tests.support.smtp import MailServer, mail_server
from tests.support.study import changing, invite
from tests.surveys.mail.test_bounces import report

ALL_DAY = {
    "clinic": "the Face Clinic",
    "reminder_days": [7],
    "send_hour": 0,
    "earliest_hour": 0,
    "latest_hour": 24,
    "thanks": False,
    "changed_by": "test",
    "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
}


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def server(_mail_server: MailServer) -> MailServer:
    """A mail server that takes everything unless told otherwise."""
    return _mail_server.begin_anew()


@pytest.fixture
def settings(settings: Settings, server: MailServer) -> Settings:
    """The same, with that mail server."""
    return replace(settings, mail_url=server.url, mail_from="The clinic <clinic@example.org>")


@pytest.fixture
def seventh(app: Flask, settings: Settings) -> Seventh:
    """A study with three patients who have an e-mail address, awake at all hours."""
    for number in (1, 2, 3):
        invited = invite(app, f"P{number}")
        with changing(app) as session:
            contact = Contact(name=f"Person {number}", email=f"p{number}@example.net")
            session.add(contact)
            session.flush()
            patients = update(Patient).where(Patient.id == invited.patient_id)
            session.execute(patients.values(contact_id=contact.id))
    with changing(app) as session:
        session.add(Messaging(study_id=invited.study_id, **ALL_DAY))
    return seventh_with(settings)


def test_invitations_are_planned_and_sent(app: Flask, seventh: Seventh, server: MailServer) -> None:
    """Each to their own address, by name, with a link of their own that opens their own visit."""
    assert seventh("messages", "plan").out.startswith("Planned: 6 new")
    assert seventh("messages", "send").out == "Messages: 3 sent.\n"
    assert seventh("messages", "send").out == "Messages: none is due.\n"
    assert sorted(server.recipients) == ["p1@example.net", "p2@example.net", "p3@example.net"]
    for message, to in zip(server.received, server.recipients, strict=True):
        text = message.get_content()
        assert f"Dear Person {to[1]}," in text
        assert message["Subject"] == "A short questionnaire from the Face Clinic"
        [link] = [line for line in text.splitlines() if line.startswith("http://localhost/s/")]
        walker = Walker(in_process(app))
        walker.open(link.rpartition("/")[2])
        assert walker.status == 200


def test_what_is_refused_is_told(seventh: Seventh, server: MailServer, rows: Query) -> None:
    """One address is wrong, one mailbox is busy: the third is sent nevertheless, each with its outcome."""
    server.reply = lambda line: {
        "rcpt to:<p1@example.net>": "550 5.1.1 unknown",
        "rcpt to:<p2@example.net>": "450 4.2.1 later",
    }.get(line.lower())
    seventh("messages", "plan")
    assert seventh("messages", "send").out == "Messages: 1 sent, 1 refused, 1 to be tried again.\n"
    told = rows("SELECT outcome, error FROM message WHERE attempts > 0 ORDER BY id")
    assert told == [("failed", "550 5.1.1"), (None, "450 4.2.1"), ("sent", None)]
    assert rows("SELECT refused_email FROM contact ORDER BY id") == [("p1@example.net",), (None,), (None,)]


def test_an_unusable_mail_address_is_refused_in_one_sentence(settings: Settings) -> None:
    """Before anything is claimed."""
    ran = seventh_with(replace(settings, mail_url="gopher://x"))("messages", "send")
    assert ran.code == 1
    assert "smtp://user:password@host:port" in ran.err


def make_real(app: Flask) -> None:
    """The patients of S1 are real from now on."""
    with changing(app) as session:
        session.execute(update(Study).where(Study.code == "S1").values(simulated=False))


@pytest.mark.parametrize(
    ("unfit", "said"),
    [
        ({"mail_url": "console:"}, "SEVENTH_MAIL_URL names no mail server"),
        pytest.param(
            *({"mail_url": "smtp://mail.example.org"}, "SEVENTH_PUBLIC_URL is http://localhost"),
            marks=pytest.mark.long,
        ),
    ],
)
def test_nothing_goes_to_real_patients_from_an_unfit_installation(
    app: Flask,
    seventh: Seventh,
    settings: Settings,
    server: MailServer,
    rows: Query,
    unfit: dict[str, str],
    said: str,
) -> None:
    """Nothing is printed, noted as sent or made into a link; all of it goes once there is a mail server."""
    make_real(app)
    seventh("messages", "plan")
    kept = "SELECT * FROM message", "SELECT * FROM event", "SELECT * FROM link"
    before = [rows(query) for query in kept]
    ran = seventh_with(replace(settings, **unfit))("messages", "send")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Messages about real patients that were left as they are: 3. {said}")
    assert [rows(query) for query in kept] == before
    assert seventh("messages", "send").out == "Messages: 3 sent.\n"
    assert len(server.received) == 3


def test_simulated_patients_are_written_to_all_the_same(
    app: Flask, seventh: Seventh, settings: Settings, rows: Query
) -> None:
    """Beside real ones their messages are printed, and the command owns up to what it left."""
    printing = seventh_with(replace(settings, mail_url="console:"))
    contact_id = rows("SELECT max(id) FROM contact")[0][0]
    invited = invite(app, "Q1", study="S2")
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.id == invited.patient_id).values(contact_id=contact_id))
        session.add(Messaging(study_id=invited.study_id, **ALL_DAY))
    make_real(app)
    printing("messages", "plan")
    ran = printing("messages", "send")
    assert (ran.code, ran.out.count("To: ")) == (1, 1)
    assert ran.out.endswith("Messages: 1 sent.\n")
    assert "left as they are: 3." in ran.err
    assert rows(
        "SELECT code FROM message JOIN visit ON visit.id = visit_id"
        " JOIN patient ON patient.id = patient_id WHERE attempts > 0"
    ) == [("Q1",)]
    with changing(app) as session:
        session.execute(update(Study).values(simulated=True))
    ran = printing("messages", "send")
    assert (ran.code, ran.out.count("To: "), ran.err) == (0, 3, "")


def test_a_worker_says_what_it_leaves_and_works_on(
    app: Flask, seventh: Seventh, settings: Settings, rows: Query
) -> None:
    """Once, not at every round."""
    make_real(app)
    environment = {
        **os.environ,
        "SEVENTH_DATABASE_URL": settings.database_url,
        "SEVENTH_SECRET_KEY": settings.secret_key,
        "SEVENTH_MAIL_URL": "console:",
    }
    command = [Path(sys.executable).with_name("seventh"), "worker", "--every", "0.1"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        assert running.stderr.readline().startswith("Only mail of simulated studies goes out from here.")
        assert "left as they are: 3." in running.stderr.readline()
        assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        assert running.communicate(timeout=120) == ("", "")
    assert running.returncode == 0
    assert rows("SELECT count(*) FROM message WHERE attempts > 0 OR outcome IS NOT NULL") == [(0,)]


def _stops_in_order(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process has begun to listen to SIGTERM, as far as the system tells."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return True
    [caught] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("SigCgt")]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.long
def test_workers_in_several_copies_send_everything_once(
    seventh: Seventh, server: MailServer, settings: Settings, rows: Query
) -> None:
    """Two processes, plan and send; they stop when asked to, with exit 0."""
    environment = {
        **os.environ,
        "SEVENTH_DATABASE_URL": settings.database_url,
        "SEVENTH_SECRET_KEY": settings.secret_key,
        "SEVENTH_MAIL_URL": settings.mail_url,
        "SEVENTH_MAIL_FROM": settings.mail_from,
    }
    command = [Path(sys.executable).with_name("seventh"), "worker", "--every", "0.1"]
    copies = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        until = time.monotonic() + 120
        while (
            len(server.received) < 3 or not all(map(_stops_in_order, copies))
        ) and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
    finally:
        for copy in copies:
            copy.send_signal(signal.SIGTERM)
        codes = [copy.wait(120) for copy in copies]
    assert codes == [0, 0]
    assert sorted(server.recipients) == ["p1@example.net", "p2@example.net", "p3@example.net"]
    assert rows("SELECT DISTINCT outcome FROM message WHERE kind = 'invitation'") == [("sent",)]


def test_what_comes_back_is_shown(seventh: Seventh, settings: Settings, rows: Query) -> None:
    """Piped in by the mail server; the address gets nothing more. Anything else is refused in a sentence."""
    seventh("messages", "plan")
    seventh("messages", "send")
    [(number,)] = rows(
        "SELECT message.id FROM message JOIN visit ON visit.id = visit_id"
        " JOIN patient ON patient.id = patient_id WHERE code = 'P1' AND kind = 'invitation'"
    )
    raw = report(reference(number, settings.secret_key))
    assert seventh("messages", "bounced", stdin=raw).out == "Messages that came back: 1.\n"
    assert rows("SELECT error FROM message WHERE outcome = 'bounced'") == [("5.1.1",)]
    assert rows("SELECT refused_email FROM contact ORDER BY id")[0] == ("p1@example.net",)
    ran = seventh("messages", "bounced", stdin=b"Subject: hello\r\n\r\n")
    assert (ran.code, ran.err) == (1, "This is no delivery report of a message that came back to us.\n")


def test_what_comes_back_is_known_by_the_message(seventh: Seventh, server: MailServer, rows: Query) -> None:
    """By its own Message-ID, whatever the report calls the address: nothing more is sent there."""
    seventh("messages", "plan")
    seventh("messages", "send")
    [message] = [one for one in server.received if one["To"] == "p1@example.net"]
    raw = report(message["Message-ID"].strip("<>").removesuffix("@example.org"), to="<P1@Elsewhere.EXAMPLE>")
    assert seventh("messages", "bounced", stdin=raw).out == "Messages that came back: 1.\n"
    refused = rows("SELECT refused_email FROM contact ORDER BY id")
    assert refused[0] == ("p1@example.net",)
    assert refused[1:] == [(None,)] * len(refused[1:])
