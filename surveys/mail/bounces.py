"""Delivery reports: which of our messages came back, from whom, and why. No database is needed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message

from surveys import same
from surveys.mail.mailer import ADDRESS_STATUSES

_OURS = re.compile(rb"<message\.(\d{1,12})\.([0-9a-f]{16})(?:\.([0-9a-f]{16}))?@")
_WHOLE = re.compile(r"message\.(\d{1,12})\.([0-9a-f]{16})\.([0-9a-f]{16})", re.ASCII)
# Faults of the address: unknown (5.1), closed (5.2.1), or only "failed for good" (5.0.0). A full mailbox, the
# network and a policy are not.
_OF_THE_ADDRESS = (*ADDRESS_STATUSES, "5.0.")


@dataclass(frozen=True)
class Bounce:
    """The message with this number did not reach `to`, in the report's words; `code` is the server's status.

    `mark` identifies the address that the message went to; messages of earlier versions have none.
    """

    message_id: int
    to: str
    code: str
    mark: str | None = None

    def refuses(self, address: str, secret: str) -> bool:
        """Whether the report says that mail can never reach `address`."""
        to_it = self.mark is None or hmac.compare_digest(self.mark, _mark(self.message_id, address, secret))
        return to_it and (not self.code or self.code.startswith(_OF_THE_ADDRESS))


def reference(message_id: int, secret: str, to: str | None = None) -> str:
    """The start of the Message-ID of a message to `to`: its signed number, and a mark of the address.

    Reports come from anywhere and may spell the address in any way, so only our signature counts.
    """
    signed = f"message.{message_id}.{_signature(message_id, secret)}"
    return signed if to is None else f"{signed}.{_mark(message_id, to, secret)}"


def of_reference(given: str, secret: str) -> Bounce | None:
    """The message that our reference names, as one that did not arrive; None if we did not sign it."""
    found = _WHOLE.fullmatch(given)
    if found is None or not hmac.compare_digest(found[2], _signature(int(found[1]), secret)):
        return None
    return Bounce(int(found[1]), "", "", found[3])


def read(raw: bytes, secret: str) -> list[Bounce]:
    """The bounce in a delivery report; None if it is no report, not about our mail, or about a delay."""
    from email.policy import default  # half a megabyte, for the command that reads reports

    report = message_from_bytes(raw, policy=default)
    if report.get_content_type() != "multipart/report":
        return []
    ours = next(_ours(report, secret), None)
    if ours is None:
        return []
    number, mark = ours
    return [Bounce(number, to, code, mark) for to, code in _failures(report)]


def _ours(report: EmailMessage, secret: str) -> Iterator[tuple[int, str | None]]:
    """Number and mark of the message that the report holds, whole or its headers alone."""
    for part in report.walk():
        kind = part.get_content_type()
        # As bytes: the other server names the character set, and the name may be unknown.
        if kind == "message/rfc822":
            headers = part.as_bytes()
        elif kind == "text/rfc822-headers":
            headers = bytes(part.get_payload(decode=True) or b"")
        else:
            continue
        for number, signature, mark in _OURS.findall(headers):
            if hmac.compare_digest(signature.decode(), _signature(int(number), secret)):
                yield int(number), mark.decode() or None


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
    return _signed(f"message.{message_id}", secret)


def _mark(message_id: int, address: str, secret: str) -> str:
    return _signed(f"message.{message_id} to {same.email(address)}", secret)


def _signed(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:16]
