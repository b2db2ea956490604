"""Where mail goes: to a mail server, the screen, or a list. Each says plainly whether it took the mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Protocol, TextIO
from urllib.parse import unquote, urlsplit

from surveys.settings import CONSOLE

STARTTLS = ("always", "never")
ADDRESS_STATUSES = ("5.1.", "5.2.1")  # the address is unknown or closed


class MailSettingsError(Exception):
    """The address of the mail server or the sender is unusable; the message says how to write it."""


@dataclass(frozen=True)
class Mail:
    """Plain text to one address. `reference` goes into the Message-ID, which identifies a bounce."""

    to: str
    subject: str
    body: str
    reference: str
    parts: None = None  # nobody counts mail by its length


class NotTaken(Exception):
    """The server refused the mail. `final`: for good. `address`: because of the address."""

    def __init__(self, code: str, *, final: bool = False, address: bool = False) -> None:
        super().__init__(code)
        self.code = code[:100]
        self.final = final
        self.address = address


class PerhapsTaken(Exception):
    """The mail was handed over and no answer came: the server may have taken it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:100]


class Mailer(Protocol):
    """Takes mail. A return means that the mail was accepted."""

    def send(self, mail: Mail) -> None:
        """Hand `mail` over.

        Raises:
            NotTaken, PerhapsTaken: it was refused, or the outcome is unknown.
        """


@dataclass
class MemoryMailer:
    """Stores mail in a list, for tests and trials."""

    sent: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep `mail`."""
        self.sent.append(mail)


@dataclass(frozen=True)
class ConsoleMailer:
    """Prints mail, links included, for trials and never for patients."""

    out: TextIO

    def send(self, mail: Mail) -> None:
        """Print `mail`."""
        self.out.write(f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.body}\n\n")
        self.out.flush()


def mailer_of(url: str, sender: str, out: TextIO) -> Mailer:
    """The mailer that `SEVENTH_MAIL_URL` names.

    Raises:
        MailSettingsError: it does not name one.
    """
    if "@" not in parseaddr(sender)[1]:
        raise MailSettingsError(
            f"SEVENTH_MAIL_FROM is {sender!r}; write an address, or a name and an address: "
            "Clinic <clinic@example.org>."
        )
    if url == CONSOLE:
        return ConsoleMailer(out)
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = 0
    wish = parts.query.removeprefix("starttls=") if parts.query else None
    if parts.scheme != "smtp" or not parts.hostname or port == 0 or wish not in {None, *STARTTLS}:
        raise MailSettingsError(
            "SEVENTH_MAIL_URL cannot be used: write smtp://user:password@host:port (with %40 for an @ in the "
            "password; ?starttls=always or ?starttls=never at the end where needed), or console:."
        )
    from surveys.mail.smtp import SmtpMailer  # the library of mail, where few processes send any

    return SmtpMailer(
        host=parts.hostname,
        port=port or 587,
        sender=sender,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        starttls=wish,
    )
