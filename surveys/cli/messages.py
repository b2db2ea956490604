"""`seventh messages plan|send` and `seventh worker`, which does both until it is stopped."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import BinaryIO

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys.cli.database import CommandRun, changing, reading
from surveys.cli.jobs import tended
from surveys.db import db, writing
from surveys.keeping import keep_all
from surveys.logs import JSON
from surveys.mail.mailer import mailer_of
from surveys.post import Post, further_ways
from surveys.sqlite_file import empty_log
from surveys.store.errors import Refused

PLAN_EVERY = 60.0
FINISH_EVERY = 3600.0

_log = logging.getLogger(__name__)
_log.setLevel(logging.INFO)


@click.group()
def messages() -> None:
    """Messages to patients, and word of alerts to staff."""


@messages.command()
@click.pass_context
def plan(context: click.Context) -> None:
    """Plan the invitations and reminders of the coming weeks."""
    with reading(context) as opened:
        counts = _post(opened).plan()
    click.echo(f"Planned: {counts.new} new, {counts.moved} moved, {counts.cancelled} cancelled.")


@messages.command()
@click.pass_context
def send(context: click.Context) -> None:
    """Send what is due now, once."""
    with reading(context) as opened:
        post = _post(opened)
        counts, kept = post.send_all(), post.kept_back()
    if counts or not kept:
        click.echo(_told(counts))
    if kept:
        raise Refused(_kept(kept))


@messages.command()
@click.argument("report", type=click.File("rb"), default="-")
@click.pass_context
def bounced(context: click.Context, report: BinaryIO) -> None:
    """Read a delivery report, as a mail server pipes it to a command: what came back is shown."""
    from surveys.mail import bounces
    from surveys.store.post import settling

    raw = report.read()
    with changing(context) as opened:
        secret = opened.settings.secret_key
        found = bounces.read(raw, secret)
        if not found:
            raise Refused("This is no delivery report of a message that came back to us.")
        for one in found:
            settling.bounced(
                opened.session,
                one.message_id,
                one.code,
                refuses=partial(one.refuses, secret=secret),
                at=opened.at,
                actor=opened.actor,
            )
    click.echo(f"Messages that came back: {len(found)}.")


@click.command()
@click.option("--every", default=10.0, show_default=True, help="Seconds between two rounds.")
@click.pass_context
def worker(context: click.Context, every: float) -> None:
    """Plan, send and work on jobs for ever, in as many copies as you like.

    It stops at SIGTERM or Ctrl-C.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with reading(context, whole=True) as opened, tended(opened.settings):
        post = _post(opened)
        if post.hindrance:
            _say(opened, f"Only mail of simulated studies goes out from here. {post.hindrance}", err=True)
        planned = finished = -float("inf")
        kept: dict[str, int] = {}
        while not stop.is_set():
            try:
                if time.monotonic() - planned >= PLAN_EVERY:
                    planned = time.monotonic()
                    post.plan()
                keep_all(post.transaction, datetime.now(UTC), stop.is_set)
                if time.monotonic() - finished >= FINISH_EVERY:
                    finished = time.monotonic()
                    _finish(opened)
                if counts := post.send_all(stop.is_set):
                    _say(opened, _told(counts))
                kept_before, kept = kept, post.kept_back()
                if kept and kept != kept_before:
                    _say(opened, _kept(kept), err=True)
            except DBAPIError as error:
                # The next round goes on from the stored state: a claim without an outcome is unknown.
                _say(opened, f"The database did not answer ({type(error.orig).__name__}).", err=True)
            sys.stdout.flush()
            stop.wait(every)


def _say(opened: CommandRun, line: str, *, err: bool = False) -> None:
    """Print a line of the worker's, or log it where every line is to be JSON."""
    if opened.settings.log == JSON:
        _log.log(logging.WARNING if err else logging.INFO, "%s", line)
    else:
        click.echo(line, err=err)


def _post(opened: CommandRun) -> Post:
    @contextmanager
    def transaction() -> Iterator[Session]:
        with writing():
            try:
                yield opened.session
                opened.session.commit()
            finally:
                opened.session.rollback()
                opened.session.expunge_all()

    settings = opened.settings
    return Post(
        transaction=transaction,
        mailer=mailer_of(settings.mail_url, settings.mail_from, sys.stdout),
        public_url=settings.public_url,
        secret=settings.secret_key,
        hindrance=settings.mail_hindrance,
        now=lambda: datetime.now(UTC),
        further=further_ways(settings, sys.stdout),
    )


def _finish(opened: CommandRun) -> None:
    from surveys.store.patient import joining
    from surveys.store.visit.finishing import finish_late

    texts, seals = opened.app.extensions["texts"], opened.app.extensions["seals"]
    finish_late(opened.transaction, texts, seals, at=datetime.now(UTC), actor="command:worker")
    with opened.transaction() as session:
        joining.forget(session, at=datetime.now(UTC))
    empty_log(db.engine)


def _kept(kept: dict[str, int]) -> str:
    return " ".join(
        f"Messages about real patients that were left as they are: {number}. {hindrance}"
        for hindrance, number in kept.items()
    )


def _told(counts: dict[str, int]) -> str:
    """The outcome of the messages, in a line."""
    words = {
        "sent": "sent",
        "refused": "refused",
        "later": "to be tried again",
        "unknown": "of unknown fate",
        "lost": "whose sender died, now unknown",
    }
    told = [f"{counts[key]} {said}" for key, said in words.items() if counts.get(key)]
    return f"Messages: {', '.join(told)}." if told else "Messages: none is due."
