"""Delivery reports: which of our messages came back, from whom, and why. Knows no database."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default

_OURS = re.compile(r"<message\.(\d{1,12})\.([0-9a-f]{16})@")


@dataclass(frozen=True)
class Bounce:
    """The message with this number did not reach `to`; `code` is the mail server's status."""

    message_id: int
    to: str
    code: str


def reference(message_id: int, secret: str) -> str:
    """What a message's Message-ID begins with: its number, signed, so that nobody can make up a bounce."""
    return f"message.{message_id}.{_signature(message_id, secret)}"


def read(raw: bytes, secret: str) -> list[Bounce]:
    """What a delivery report says came back; nothing where it is no report, not of ours, or of a delay."""
    report = message_from_bytes(raw, policy=default)
    if report.get_content_type() != "multipart/report":
        return []
    number = next(_numbers(report, secret), None)
    if number is None:
        return []
    return [Bounce(number, to, code) for to, code in _failures(report)]


def _numbers(report: EmailMessage, secret: str) -> Iterator[int]:
    """The number of the message that the report holds, whole or its headers alone."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            headers = part.as_string()
        elif kind == "text/rfc822-headers":
            headers = str(part.get_content())
        else:
            continue
        for number, signature in _OURS.findall(headers):
            if hmac.compare_digest(signature, _signature(int(number), secret)):
                yield int(number)


def _failures(report: EmailMessage) -> Iterator[tuple[str, str]]:
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            assert isinstance(block, Message)  # noqa: S101 — how the parser gives this kind of part
            to = str(block.get("Final-Recipient", "")).partition(";")[2].strip()
            if to and str(block.get("Action", "")).strip().lower() == "failed":
                yield to, str(block.get("Status", "")).strip()[:20]


def _signature(message_id: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"message.{message_id}".encode(), hashlib.sha256).hexdigest()[:16]
