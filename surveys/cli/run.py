"""`seventh run`: everything for a first look, then the server."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from pathlib import Path

import click

from surveys.cli.database import changing, reading
from surveys.settings import ROOT, THREADS, SettingsError

COORDINATOR = "coordinator@seventh.example"
NAME = "Demo coordinator"
SECRET = "SEVENTH_SECRET_KEY"  # noqa: S105 — the setting's name


@click.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Prepare the demonstration and serve it on 127.0.0.1.

    PORT changes the port. Every run makes a new password and a new personal link, and prints both.
    """
    port = _free_port()
    if ensure_secret(ROOT / ".env"):
        _say(f"Made a secret key and wrote it into {ROOT / '.env'}.")
    staff_page, password, personal_link = _prepare(context)
    _say(
        "",
        "Seventh with its demonstration study (simulated patients). Stop it with Ctrl+C.",
        "",
        f"  Staff page:     {staff_page}",
        f"  E-mail:         {COORDINATOR}",
        f"  Password:       {password}",
        "",
        f"  Personal link:  {personal_link}",
        "",
    )
    os.chdir(ROOT)
    os.execv(sys.executable, server_command(port))  # noqa: S606 — no shell is wanted


def server_command(port: int, workers: int = 2) -> list[str]:
    """The arguments of the process that runs the server, with so many processes that answer."""
    return [
        *(sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning"),
        *("--logger-class", "surveys.cli.server_log.ServerLog"),
        *("--bind", f"127.0.0.1:{port}"),
        *("--workers", str(workers), "--threads", str(THREADS), "--worker-class", "gthread"),
        "app:create_app()",
    ]


def ensure_secret(file: Path) -> bool:
    """Ensure a secret key in the environment; True if a new one was written into `file`.

    Raises:
        SettingsError: the file cannot be written.
    """
    if os.environ.get(SECRET):
        return False
    key = secrets.token_urlsafe(48)
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
            os.fchmod(descriptor, 0o600)
            opened.write(("\n" if before and not before.endswith("\n") else "") + f"{SECRET}={key}\n")
    except OSError as error:
        raise SettingsError(
            f"No {SECRET} is set, and none could be written into {file} ({error.strerror}). "
            "Set it in the environment."
        ) from error
    os.environ[SECRET] = key
    return True


def _prepare(context: click.Context) -> tuple[str, str, str]:
    """Demo study, coordinator and open visit; the staff page, the new password and the new personal link."""
    from sqlalchemy import func, select

    from surveys.models import Study
    from surveys.simulate import demo
    from surveys.store.accounts import staff
    from surveys.store.visit import links
    from surveys.store.visit.finishing import finish_late

    with reading(context, whole=True) as opened:
        texts, seals = opened.app.extensions["texts"], opened.app.extensions["seals"]
        finish_late(opened.transaction, texts, seals, at=opened.at, actor=opened.actor)
    with changing(context) as opened:
        session, at, actor = opened.session, opened.at, opened.actor
        study = demo.find(session)
        if study is None:
            _say("Making the demonstration study …")
            study = demo.create(session, opened.library, seals, at=at, actor=actor)
        password = secrets.token_urlsafe(9)
        member = staff.find(session, COORDINATOR)
        if member is None:
            # May make studies, unless there are others already, which it would open.
            alone = session.scalar(select(func.count(Study.id))) == 1
            member = staff.add(session, COORDINATOR, password, name=NAME, admin=alone, at=at, actor=actor)
        else:
            staff.set_password(session, member, password, at=at, actor=actor)
        staff.grant(session, member, study, "coordinator", at=at, actor=actor)
        visit = demo.open_visit(session, study, opened.library, at=at, actor=actor)
        token = links.issue(session, visit, at=at, actor=actor)
        address = opened.settings.public_url
    return f"{address}/staff/", password, f"{address}/s/{token}"


def _free_port() -> int:
    """The port of the setting PORT.

    Raises:
        SettingsError: it is not a port, or another program listens there.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"PORT is {text!r}; use a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise SettingsError(
                f"Port {text} cannot be used ({error.strerror}). Stop what uses it, or take another: "
                "PORT=8001 make run"
            ) from error
    return int(text)


def _say(*lines: str) -> None:
    click.echo("\n".join(lines))
    sys.stdout.flush()
