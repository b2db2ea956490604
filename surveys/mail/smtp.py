"""Mail by SMTP: how it is written, and what of a mail server's answers means that it was taken."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr, parseaddr

from surveys import same
from surveys.mail.mailer import ADDRESS_STATUSES, Mail, NotTaken, PerhapsTaken
from surveys.same import NoAddressError
from surveys.settings import is_this_machine

PATIENCE = 30  # seconds that a mail server may take for one answer
ENHANCED = re.compile(r"\d\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class SmtpMailer:
    """A mail server that takes SMTP over TLS.

    STARTTLS with a certificate that the system trusts is required. A server on this machine may lack
    STARTTLS, and its certificate is not checked. `starttls` (`always` or `never`) changes that.
    """

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    starttls: str | None = None

    def send(self, mail: Mail) -> None:
        """Hand `mail` over; see `Mailer`."""
        try:
            mail = replace(mail, to=same.email_on_the_wire(mail.to))
        except NoAddressError as error:
            raise NotTaken("not an ASCII address", final=True, address=True) from error
        try:
            message = write(mail, self.sender)
        except ValueError as error:  # a header cannot hold this address or subject
            raise NotTaken("cannot be written", final=True) from error
        with self._connected() as server:
            _accepted(server.mail(parseaddr(self.sender)[1]))
            code, text = server.rcpt(mail.to)
            if code not in {250, 251}:
                raise _not_taken(code, text, address=_speaks_of_the_address(code, text))
            _accepted(server.docmd("DATA"), code=354)
            _hand_over(server, message)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with ExitStack() as opened:
            # A refusal at this point concerns us and not the message, which goes once this is mended.
            try:
                server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
                opened.callback(server.close)
                server.ehlo_or_helo_if_needed()
                self._secure(server)
                if self.user is not None:
                    server.login(self.user, self.password or "")
            except (OSError, smtplib.SMTPException, NotTaken) as error:
                raise NotTaken(f"no connection: {_reason(error)}") from error
            try:
                yield server
            except (OSError, smtplib.SMTPException) as error:
                raise NotTaken(_reason(error)) from error
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _secure(self, server: smtplib.SMTP) -> None:
        local = is_this_machine(self.host)
        if self.starttls == "never" or (local and self.starttls is None and not server.has_extn("starttls")):
            return
        if not server.has_extn("starttls"):
            raise NotTaken("the mail server offers no STARTTLS")
        context = ssl.create_default_context()
        if local and self.starttls is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        server.starttls(context=context)
        server.ehlo()


def write(mail: Mail, sender: str) -> bytes:
    """The message as it is sent: plain text, marked as written by a machine."""
    name, address = parseaddr(sender)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = formataddr((name, address))
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{mail.reference}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    plain = mail.body.isascii() and max(map(len, mail.body.splitlines()), default=0) < 900
    message.set_content(mail.body, cte="7bit" if plain else "quoted-printable")
    return message.as_bytes()


def _hand_over(server: smtplib.SMTP, message: bytes) -> None:
    """Send the text, and wait for the answer that decides."""
    lines = message.replace(b"\r\n", b"\n").split(b"\n")
    stuffed = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    try:
        server.send(stuffed.rstrip(b"\r\n") + b"\r\n.\r\n")
        code, text = server.getreply()
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise PerhapsTaken(_reason(error)) from error
    if code != 250:
        raise _not_taken(code, text)


def _accepted(reply: tuple[int, bytes], code: int = 250) -> None:
    if reply[0] != code:
        raise _not_taken(*reply)


def _not_taken(code: int, text: bytes, *, address: bool = False) -> NotTaken:
    return NotTaken(_status(code, text), final=code >= 500, address=address)


def _status(code: int, text: bytes) -> str:
    """The numbers of the reply, because its words often repeat the address."""
    enhanced = ENHANCED.match(text.decode(errors="replace"))
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _speaks_of_the_address(code: int, text: bytes) -> bool:
    """Whether a refusal at RCPT is about the address itself, not about us (5.7) or a full mailbox (5.2.2)."""
    enhanced = ENHANCED.match(text.decode(errors="replace"))
    if enhanced:
        return enhanced[0].startswith(ADDRESS_STATUSES)
    return code in {550, 551, 553}


def _reason(error: Exception) -> str:
    """The reason, in a few words without names."""
    if isinstance(error, NotTaken):
        return error.code
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _status(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
