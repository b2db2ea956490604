"""Handing mail over, in real SMTP conversations: what counts as taken, as refused, and as unknown."""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterator

import pytest

from surveys.mail.mailer import (
    ConsoleMailer,
    Mail,
    Mailer,
    MailSettingsError,
    NotTaken,
    PerhapsTaken,
    mailer_of,
)
from surveys.mail.smtp import SmtpMailer, write
from tests.support.server import free_listener
from tests.support.smtp import CERTIFICATE, MailServer, mail_server

SENDER = "The clinic <clinic@example.org>"
LINK = "https://study.example.org/s/" + "x" * 32
MAIL = Mail(
    "anna@example.net", "A short questionnaire", f"Hello,\n\n{LINK}\n.\n..twice\nYour clinic\n", "message.7"
)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes everything unless told otherwise."""
    with mail_server() as running:
        yield running


def mailer(server: MailServer, rest: str = "") -> Mailer:
    return mailer_of(server.url + rest, SENDER, io.StringIO())


def answering(server: MailServer, verb: str, reply: str) -> None:
    """Make the server answer so to each command that begins with `verb`."""
    server.reply = lambda line: reply if line.upper().startswith(verb) else None


def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    """Sender, recipient, subject, text with its dots and the whole link; a reference to recognise it by."""
    mailer(server).send(MAIL)
    [message] = server.received
    assert server.recipients == ["anna@example.net"]
    assert message["From"] == SENDER
    assert message["To"] == "anna@example.net"
    assert message["Subject"] == "A short questionnaire"
    assert message.get_content() == MAIL.body
    assert message["Message-ID"].startswith("<message.7@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"


def test_other_alphabets_arrive(server: MailServer) -> None:
    """In the subject and the text; the link stays whole."""
    mailer(server).send(
        Mail("anna@example.net", "Ein kurzer Fragebogen von Łódź", f"Grüße\n{LINK}\n", "message.1")
    )
    [message] = server.received
    assert message["Subject"] == "Ein kurzer Fragebogen von Łódź"
    assert message.get_content() == f"Grüße\n{LINK}\n"


@pytest.mark.parametrize(
    ("verb", "reply", "code", "final", "address"),
    [
        ("RCPT", "550 5.1.1 <anna@example.net> unknown", "550 5.1.1", True, True),
        ("RCPT", "550 no such user here", "550", True, True),
        ("RCPT", "550 5.2.1 mailbox disabled", "550 5.2.1", True, True),
        ("RCPT", "550 5.7.1 we do not like you", "550 5.7.1", True, False),
        ("RCPT", "552 5.2.2 mailbox full", "552 5.2.2", True, False),
        ("RCPT", "450 4.2.1 come back later", "450 4.2.1", False, False),
        ("MAIL", "550 5.7.1 not from you", "550 5.7.1", True, False),
        ("DATA", "451 4.3.0 too busy", "451 4.3.0", False, False),
        (".", "554 5.6.0 looks like spam", "554 5.6.0", True, False),
        (".", "452 4.3.1 no room", "452 4.3.1", False, False),
    ],
)
def test_what_is_refused_is_said_to_be(
    server: MailServer, verb: str, reply: str, code: str, final: bool, address: bool
) -> None:
    """For good or for now, of this address or of us; the code names nobody."""
    answering(server, verb, reply)
    with pytest.raises(NotTaken) as refused:
        mailer(server).send(MAIL)
    assert (refused.value.code, refused.value.final, refused.value.address) == (code, final, address)
    assert server.received == []


def test_a_connection_lost_before_the_text_is_tried_again(server: MailServer) -> None:
    """Nothing was handed over."""
    answering(server, "RCPT", "")
    with pytest.raises(NotTaken) as refused:
        mailer(server).send(MAIL)
    assert not refused.value.final


def test_a_connection_lost_after_the_text_is_unknown(server: MailServer) -> None:
    """The server may have taken it: nobody may send it again by itself."""
    answering(server, ".", "")
    with pytest.raises(PerhapsTaken):
        mailer(server).send(MAIL)


def test_no_server_is_tried_again() -> None:
    """The message has no fault."""
    with free_listener() as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotTaken, match="no connection") as refused:
        SmtpMailer("127.0.0.1", port, SENDER).send(MAIL)
    assert not refused.value.final


def test_a_wrong_password_is_no_fault_of_the_message(server: MailServer) -> None:
    """It waits until somebody has mended the settings."""
    answering(server, "AUTH", "535 5.7.8 no")
    with pytest.raises(NotTaken, match=r"no connection: 535 5\.7\.8") as refused:
        SmtpMailer("127.0.0.1", server.port, SENDER, user="me", password="wrong").send(MAIL)
    assert not refused.value.final


def test_an_address_beyond_ascii_is_refused(server: MailServer) -> None:
    """Here, without asking: servers that take it are few."""
    with pytest.raises(NotTaken) as refused:
        mailer(server).send(Mail("jürgen@example.net", "s", "b", "message.1"))
    assert refused.value.address
    assert server.lines == []


def test_a_domain_with_umlauts_is_spelt_for_servers(server: MailServer) -> None:
    """On the wire and in the message."""
    mailer(server).send(Mail("dora@bücher.example", "s", "b", "message.1"))
    assert server.recipients == ["dora@xn--bcher-kva.example"]
    assert server.received[0]["To"] == "dora@xn--bcher-kva.example"


def test_what_cannot_be_written_is_refused(server: MailServer) -> None:
    """One bad address stops nobody else's message."""
    with pytest.raises(NotTaken, match="cannot be written") as refused:
        mailer(server).send(Mail("anna@example.net\nBcc: all@example.net", "s", "b", "message.1"))
    assert refused.value.final
    assert server.lines == []


def test_starttls_is_used_on_this_machine_where_it_is_offered() -> None:
    """With a certificate of its own making: nobody stands between."""
    with mail_server(starttls=True) as server:
        mailer(server).send(MAIL)
        assert server.encrypted
        assert len(server.received) == 1


def test_elsewhere_a_certificate_must_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for with `?starttls=always`: once the certificate is trusted the mail goes, and the password."""
    with mail_server(starttls=True) as server:
        strict = mailer_of(
            f"smtp://me:s%40cret@127.0.0.1:{server.port}?starttls=always", SENDER, io.StringIO()
        )
        with pytest.raises(NotTaken, match="no connection"):
            strict.send(MAIL)
        assert server.received == []
        trusting = ssl.create_default_context(cafile=CERTIFICATE / "certificate.pem")
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        strict.send(MAIL)
        assert server.encrypted
        assert len(server.received) == 1
    assert any(line.startswith("AUTH PLAIN") for line in server.lines)


def test_without_starttls_nothing_is_said_to_a_server_elsewhere(server: MailServer) -> None:
    """Neither password nor link goes over the net for all to read."""
    with pytest.raises(NotTaken, match="offers no STARTTLS"):
        mailer(server, "?starttls=always").send(MAIL)
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)


def test_the_console_prints_everything() -> None:
    """For trying out."""
    out = io.StringIO()
    mailer_of("console:", SENDER, out).send(MAIL)
    assert "To: anna@example.net" in out.getvalue()
    assert LINK in out.getvalue()
    assert isinstance(mailer_of("console:", SENDER, out), ConsoleMailer)


@pytest.mark.parametrize(
    "url",
    ["", "http://x", "smtp://", "smtp://host:port", "smtp://host:25?starttls=perhaps", "smtp://host:99999"],
)
def test_an_address_that_names_no_server_is_refused(url: str) -> None:
    """With the way to write it."""
    with pytest.raises(MailSettingsError, match="smtp://user:password@host:port"):
        mailer_of(url, SENDER, io.StringIO())


def test_a_sender_without_address_is_refused() -> None:
    """Servers would refuse every message."""
    with pytest.raises(MailSettingsError, match="SEVENTH_MAIL_FROM"):
        mailer_of("console:", "Seventh", io.StringIO())


def test_no_line_is_longer_than_mail_may_have(server: MailServer) -> None:
    """998 characters (RFC 5321); what is longer is folded, and read as it was written."""
    body = f"{'word ' * 400}\n{LINK}\n"
    assert max(map(len, write(Mail("anna@example.net", "s", body, "message.1"), SENDER).splitlines())) <= 998
    mailer(server).send(Mail("anna@example.net", "s", body, "message.1"))
    assert server.received[0].get_content() == body
