"""Delivery reports: read where they are of ours, believed only where the number is signed."""

from __future__ import annotations

import pytest

from surveys.mail.bounces import Bounce, read, reference

SECRET = "test " * 10


def report(
    number: str,
    *,
    action: str = "failed",
    headers_only: bool = False,
    charset: str = "",
    to: str = "p1@example.net",
    status: str = "5.1.1",
) -> bytes:
    """A report as mail servers write it (RFC 3464)."""
    held = f"text/rfc822-headers{charset}" if headers_only else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: clinic@example.org\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: {held}\r\n\r\n"
        f"Message-ID: <{number}@example.org>\r\nSubject: A short questionnaire\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_report_of_ours_is_read(headers_only: bool) -> None:
    """Whether it holds the message or its headers."""
    raw = report(reference(7, SECRET), headers_only=headers_only)
    assert read(raw, SECRET) == [Bounce(7, "p1@example.net", "5.1.1")]


@pytest.mark.parametrize("charset", ["unknown-8bit", "iso-8859-8-i", "klingon"])
def test_the_name_of_a_character_set_does_not_matter(charset: str) -> None:
    """Other servers write what they like."""
    raw = report(reference(7, SECRET), headers_only=True, charset=f"; charset={charset}")
    assert read(raw, SECRET) == [Bounce(7, "p1@example.net", "5.1.1")]


@pytest.mark.parametrize("called", ["P1@EXAMPLE.NET", "<p1@example.net>", "forwarded@elsewhere.example"])
def test_the_message_itself_says_where_it_went(called: str) -> None:
    """Whatever the report calls the address; one that was corrected meanwhile is another."""
    [bounce] = read(report(reference(7, SECRET, "p1@example.net"), to=called), SECRET)
    assert bounce.refuses("P1@Example.net", SECRET)
    assert not bounce.refuses("p2@example.net", SECRET)
    assert not bounce.refuses("p1@example.net", "another secret")


@pytest.mark.parametrize(
    ("status", "for_good"),
    [("5.1.1", True), ("5.2.1", True), ("5.0.0", True), ("5.2.2", False), ("5.7.1", False), ("4.4.7", False)],
)
def test_a_full_mailbox_is_not_for_good(status: str, for_good: bool) -> None:
    """As where the server says so at once."""
    [bounce] = read(report(reference(7, SECRET, "p1@example.net"), status=status), SECRET)
    assert bounce.refuses("p1@example.net", SECRET) is for_good


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: out of office\r\n\r\nI am away.\r\n",
        report(reference(7, SECRET), action="delayed"),
        report(reference(7, "another secret")),
        report("message.7"),
        report(reference(7, "another secret", "p1@example.net")),
        report("alert.7.0123456789abcdef"),
    ],
)
def test_everything_else_says_nothing(raw: bytes) -> None:
    """No report, only a delay, a number that somebody made up, or not a patient's message."""
    assert read(raw, SECRET) == []
