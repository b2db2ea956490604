"""Whether an installation stands: what `seventh check` demands, and what /ready and /metrics tell.

Nothing here changes anything.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys.db import newest_revision
from surveys.jobs.queue import LOST_AFTER
from surveys.mail.channels import USUAL, by_machine, channels
from surveys.mail.mailer import MailSettingsError
from surveys.models import Alert, AlertMail, Contact, Event, Host, Job, Message, Patient, Study, Visit
from surveys.models.dialects import on_postgresql
from surveys.settings import Settings
from surveys.signing import CLOCKS_APART
from surveys.store.audit import guards, roles
from surveys.store.post import outbox
from surveys.store.study.readiness import UNSETTLED, backup_proved_at

LEAST_FREE = 100 * 1024 * 1024  # bytes; below it pages may fail at any moment
COMFORTABLY_FREE = 10 * LEAST_FREE
PATIENCE = 10  # seconds for the description of the sign-in service
PLACES = ("authorization_endpoint", "token_endpoint", "jwks_uri")  # without which nobody signs in
PROVED_WITHIN = timedelta(days=35)  # a proof each month, and some days' grace


@dataclass(frozen=True)
class Look:
    """What a check looks at."""

    session: Session
    settings: Settings
    at: datetime


Check = Callable[[Look], Iterator[str]]
"""Yields a sentence for each gap: what is wrong, and what to do."""


def gaps(session: Session, settings: Settings, *, at: datetime) -> Iterator[str]:
    """Why this installation may not face patients yet: a sentence each."""
    look = Look(session, settings, at)
    for check in CHECKS:
        yield from check(look)


def hindrance(session: Session, settings: Settings) -> str | None:
    """Why pages cannot be answered now, in a word: database, schema, disk; None if they can."""
    try:
        if revision(session) != newest_revision():
            return "schema"
    except DBAPIError:
        session.rollback()
        return "database"
    return "disk" if free_bytes(settings) < LEAST_FREE else None


def revision(session: Session) -> str | None:
    """The schema that the database has."""
    found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def free_bytes(settings: Settings) -> int:
    """What is free where this machine writes: beside an SQLite database, and where temporary files go."""
    folders = [Path(tempfile.gettempdir())]
    database = make_url(settings.database_url).database
    if not settings.is_on_postgresql and database and database != ":memory:":
        folders.append(Path(database).parent)
    return min(shutil.disk_usage(folder).free for folder in folders)


def worker_seen_at(session: Session) -> datetime | None:
    """When a worker was last seen at work, on whichever machine."""
    return session.scalar(select(func.max(Host.seen_at)))


@dataclass(frozen=True)
class Still:
    """A worker at rest: when it was seen last, and what of one study is due and waits for it."""

    seen_at: datetime | None
    messages: int
    notices: int


def is_still(seen_at: datetime | None, at: datetime) -> bool:
    """Whether no worker is at work at the instant `at`."""
    return seen_at is None or at - seen_at > LOST_AFTER


def still(session: Session, study: Study, seen_at: datetime | None, *, at: datetime) -> Still | None:
    """What waits in `study` for a worker that was last seen then; None while one is at work.

    Nobody waits for mail of a closed study or of simulated patients.
    """
    if study.simulated or study.status == "closed" or not is_still(seen_at, at):
        return None
    messages = (
        select(func.count(Message.id))
        .join(Visit, Visit.id == Message.visit_id)
        .where(*outbox.due(Message, at), Message.channel.in_(by_machine()), Visit.study_id == study.id)
    )
    notices = select(func.count(AlertMail.id)).where(
        *outbox.due(AlertMail, at), AlertMail.study_id == study.id
    )
    return Still(
        seen_at, *session.execute(select(messages.scalar_subquery(), notices.scalar_subquery())).one()
    )


def counts(session: Session, *, at: datetime) -> dict[str, int]:
    """What waits: `jobs_waiting`, `jobs_running`, `messages_due`, `messages_unknown`, `alerts_open`."""

    def counted(*conditions: object) -> int:
        return session.scalars(select(func.count()).where(*conditions)).one()  # type: ignore[arg-type]

    return {
        "jobs_waiting": counted(Job.state == "waiting"),
        "jobs_running": counted(Job.state == "running"),
        "messages_due": counted(
            Message.outcome.is_(None), Message.claimed_at.is_(None), Message.planned_at <= at
        ),
        "messages_unknown": counted(Message.outcome == "unknown"),
        "alerts_open": counted(Alert.state.in_(UNSETTLED)),
    }


def _address(look: Look) -> Iterator[str]:
    if not look.settings.secure:
        yield (
            f"Address: SEVENTH_PUBLIC_URL is {look.settings.public_url}, which is not https. "
            "Put a web server with TLS in front, and set it to the address that patients reach."
        )


def _mail(look: Look) -> Iterator[str]:
    if look.settings.mail_hindrance:
        yield f"Mail: {look.settings.mail_hindrance}"
        return
    came = select(AlertMail.id).where(AlertMail.opened_at.is_not(None)).limit(1)
    went = select(Message.id).where(Message.outcome == "sent", Message.channel == USUAL).limit(1)
    if look.session.scalar(came) is None and look.session.scalar(went) is None:
        yield (
            "Mail: no mail is known to have arrived. Send a test alert on a study's page Study, and "
            "open the link in its mail."
        )


def _texts(look: Look) -> Iterator[str]:
    """Each further way that a patient of a real study is to be reached, and cannot be."""
    chosen = (
        select(Contact.channel)
        .join(Patient, Patient.contact_id == Contact.id)
        .join(Study, Study.id == Patient.study_id)
        .where(Contact.channel.in_(by_machine()), Contact.channel != USUAL, Study.simulated.is_(False))
    )
    used = set(look.session.scalars(chosen.distinct()))
    for key in by_machine():
        way = channels()[key]
        if key == USUAL:
            continue
        try:
            way.sender(look.settings, sys.stdout)
        except MailSettingsError as fault:
            yield f"{way.noun.capitalize()}s: {fault}"
            continue
        if key in used and (hindrance := way.hindrance(look.settings)):
            yield f"{way.noun.capitalize()}s: {hindrance}"


def _worker(look: Look) -> Iterator[str]:
    seen = worker_seen_at(look.session)
    if is_still(seen, look.at):
        when = f"was last seen at {seen:%Y-%m-%d %H:%M} UTC" if seen else "was never seen"
        yield f"Worker: it {when}. Without it no message goes out. Start the service: seventh worker"


def _clock(look: Look) -> Iterator[str]:
    if on_postgresql(look.session):
        theirs = look.session.scalars(select(func.clock_timestamp())).one()
        apart = abs(datetime.now(UTC) - theirs)
        if apart > CLOCKS_APART / 5:
            yield (
                f"Clock: this machine's and the database's differ by {apart.total_seconds():.0f} seconds. "
                "Let a time service keep both."
            )
    newest = look.session.scalar(select(func.max(Event.at)))
    if newest is not None and newest - look.at > CLOCKS_APART / 5:
        yield (
            f"Clock: the newest event is of {newest:%Y-%m-%d %H:%M} UTC, which this machine's clock has not "
            "reached. Let a time service keep it."
        )


def _disk(look: Look) -> Iterator[str]:
    free = free_bytes(look.settings)
    if free < COMFORTABLY_FREE:
        yield (
            f"Disk: {free // 1024**2} MB are free where this machine writes. Free at least "
            f"{COMFORTABLY_FREE // 1024**2} MB."
        )


def _backup(look: Look) -> Iterator[str]:
    proved = backup_proved_at(look.session)
    if proved is None or look.at - proved > PROVED_WITHIN:
        since = f" since {proved:%Y-%m-%d}" if proved else ""
        yield (
            f"Backup: none of this database was proved{since}. Make one and try it: "
            "seventh backup FILE --prove"
        )


def _schema(look: Look) -> Iterator[str]:
    if (found := revision(look.session)) != newest_revision():
        yield (
            f"Schema: the database is at {found}, this program needs {newest_revision()}. "
            "Make a backup, then run: seventh migrate"
        )


def _guards(look: Look) -> Iterator[str]:
    for fault in guards.missing(look.session):
        yield f"Guards of the database: {fault}"


def _roles(look: Look) -> Iterator[str]:
    if roles.owns(look.session):
        yield (
            "Roles: the server's role of PostgreSQL owns its tables, so whoever breaks into it takes their "
            "guards away. Give it a role that owns nothing: seventh migrate --server-role"
        )


def _sign_in_service(look: Look) -> Iterator[str]:
    service = look.settings.sign_in_service
    if service is None:
        return
    from requests import RequestException, get

    try:
        answer = get(service.description_url, timeout=PATIENCE)
        answer.raise_for_status()
        told = answer.json()
    except RequestException as reason:
        yield (
            f"Sign-in service: {service.description_url} gives no description of a provider "
            f"({type(reason).__name__}). Correct SEVENTH_OIDC_ISSUER, or let this machine reach it."
        )
        return
    if not isinstance(told, dict) or not service.is_described_by(told):
        yield (
            f"Sign-in service: {service.description_url} describes another issuer. "
            "Set SEVENTH_OIDC_ISSUER to exactly what it calls its issuer."
        )
    elif lacking := [place for place in PLACES if not isinstance(told.get(place), str)]:
        yield f"Sign-in service: the description of {service.issuer} names no {', '.join(lacking)}."


CHECKS: tuple[Check, ...] = (
    _address,
    _mail,
    _texts,
    _worker,
    _clock,
    _disk,
    _backup,
    _schema,
    _guards,
    _roles,
    _sign_in_service,
)
"""In the order in which they are told."""
