"""A mail server with real SMTP on a port of its own, which a test controls."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

CERTIFICATE = Path(__file__).parent.parent / "data" / "smtp"
Reply = Callable[[str], str | None]


@dataclass
class MailServer:
    """The mail that it got, and its answers.

    `reply` gets each command's line, and `.` for the end of the text; None is the usual answer, an empty text
    hangs up.
    """

    port: int = 0
    reply: Reply = lambda line: None
    starttls: bool = False
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    encrypted: bool = False

    @property
    def url(self) -> str:
        """The value of SEVENTH_MAIL_URL for it."""
        return f"smtp://127.0.0.1:{self.port}"

    def begin_anew(self) -> MailServer:
        """Itself, as if nobody had written to it: tests with one address share an application."""
        self.reply, self.encrypted = lambda line: None, False
        self.received, self.recipients, self.lines = [], [], []
        return self


@contextmanager
def mail_server(*, starttls: bool = False) -> Iterator[MailServer]:
    """A running mail server."""
    state = MailServer(starttls=starttls)

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with ExitStack() as opened:
                _converse(self, state, opened)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Conversation) as server:
        state.port = server.server_address[1]
        running = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        running.start()
        yield state
        server.shutdown()
        running.join()


def _converse(handler: socketserver.StreamRequestHandler, state: MailServer, opened: ExitStack) -> None:
    reading, writing = handler.rfile, handler.wfile
    recipient = ""

    def say(line: str) -> None:
        writing.write(f"{line}\r\n".encode())
        writing.flush()

    say("220 test ESMTP")
    while line := reading.readline().decode(errors="replace").rstrip("\r\n"):
        state.lines.append(line)
        verb = line.split(" ")[0].upper()
        special = state.reply(line)
        if special == "":
            return
        if special:
            say(special)
        elif verb == "EHLO":
            say("250-test")
            if state.starttls and not state.encrypted:
                say("250-STARTTLS")
            say("250 AUTH PLAIN")
        elif verb == "STARTTLS":
            say("220 go on")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE / "certificate.pem", CERTIFICATE / "key.pem")
            try:
                secured = context.wrap_socket(handler.request, server_side=True)
            except OSError:  # the caller does not trust our certificate
                return
            state.encrypted = True
            reading, writing = secured.makefile("rb"), secured.makefile("wb")
            for one in (secured, writing, reading):
                opened.callback(one.close)
        elif verb == "AUTH":
            say("235 welcome")
        elif verb == "RCPT":
            recipient = line.partition("<")[2].rstrip(">")
            say("250 ok")
        elif verb == "DATA":
            say("354 go on")
            text = []
            while (part := reading.readline()) not in {b".\r\n", b""}:
                text.append(part[1:] if part.startswith(b".") else part)
            special = state.reply(".")
            if special == "":
                return
            if special is None:
                state.received.append(
                    message_from_bytes(b"".join(text).replace(b"\r\n", b"\n"), policy=default)
                )
                state.recipients.append(recipient)
            say(special or "250 taken")
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 ok")
