"""Delivery reports: read where they are of ours, believed only where the number is signed."""

from __future__ import annotations

import pytest

from surveys.mail.bounces import Bounce, read, reference

SECRET = "test " * 10


def report(number: str, *, action: str = "failed", headers_only: bool = False) -> bytes:
    """A report as mail servers write it (RFC 3464)."""
    held = "text/rfc822-headers" if headers_only else "message/rfc822"
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: clinic@example.org\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; p1@example.net\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: {held}\r\n\r\n"
        f"Message-ID: <{number}@example.org>\r\nSubject: A short questionnaire\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("headers_only", [True, False])
def test_a_report_of_ours_is_read(headers_only: bool) -> None:
    """Whether it holds the message or its headers."""
    raw = report(reference(7, SECRET), headers_only=headers_only)
    assert read(raw, SECRET) == [Bounce(7, "p1@example.net", "5.1.1")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: out of office\r\n\r\nI am away.\r\n",
        report(reference(7, SECRET), action="delayed"),
        report(reference(7, "another secret")),
        report("message.7"),
        report("alert.7.0123456789abcdef"),
    ],
)
def test_everything_else_says_nothing(raw: bytes) -> None:
    """No report, only a delay, a number that somebody made up, or not a patient's message."""
    assert read(raw, SECRET) == []
