"""`seventh backup` and `seventh restore`: a safety copy, and the proof that it can be used."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from surveys import db
from surveys.cli.database import changing
from surveys.exchange.backup import SCHEMA_TABLE
from surveys.exchange.backup.portable import hindrances
from surveys.exchange.backup.restoring import Backup, is_empty, note_proved, opened, put, unproved
from surveys.exchange.backup.taking import take
from surveys.exchange.places import whole_file
from surveys.models.dialects import on_postgresql
from surveys.settings import database_url
from surveys.sqlite_file import must_be_whole
from surveys.store.errors import Refused


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--prove", is_flag=True, help="Restore it beside FILE as a trial, check all of it, and record that."
)
@click.pass_context
def backup(context: click.Context, file: Path, prove: bool) -> None:
    """Everything in the database, at one moment, into FILE; the server may run on.

    FILE holds names, contacts and answers: keep it as safe as the database.
    """
    with _engine(database_url(os.environ)) as engine:
        if SCHEMA_TABLE not in inspect(engine).get_table_names():
            raise Refused("There is no database of Seventh here. Check SEVENTH_DATABASE_URL.")
        with whole_file(file) as written, db.moment(engine) as connection:
            must_be_whole(connection)
            sha256, rows = take(connection, written, at=datetime.now(UTC), progress=_progress())
    click.echo(f"{file}: {rows} rows, SHA-256 {sha256}")
    if prove:
        with changing(context) as live:
            _try(file)
            _note(live.session, sha256, live.at, live.actor)
        click.echo("Restored as a trial: the audit trail is whole, every score is what its answers give.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE into the empty database of SEVENTH_DATABASE_URL, and prove it.

    If it is cut short, run it again: no server works on a database before it is proved.
    """
    with opened(file) as found, _engine(database_url(os.environ)) as engine:
        rows = _restore(found, engine)
        with db.writing(), Session(engine) as session:
            told = list(faults(session, found))
            if not told:
                _note(session, found.sha256, datetime.now(UTC), "command:restore")
            note_proved(session.connection())
            session.commit()
    click.echo(f"Restored {rows} rows.")
    if told:
        raise Refused("\n".join(told))
    click.echo("The audit trail is whole, every stored score is what its answers give.")


def _restore(found: Backup, engine: Engine) -> int:
    """Restore into this database, which is then migrated to the newest schema; a restore cut short goes on.

    Raises:
        Refused: the database is not empty or cannot hold all of it, or the backup is of a newer program.
    """
    if found.schema > db.newest_revision():
        raise Refused(
            f"The backup has schema {found.schema}, this program knows {db.newest_revision()}. "
            "Restore it with a newer version of Seventh."
        )
    if on_postgresql(engine) and (told := list(hindrances(found))):
        raise Refused("\n".join(told))
    with engine.connect() as connection:
        half = unproved(connection)
        if half is None:
            tables = bool(inspect(connection).get_table_names())
            _must_be_empty(engine, is_empty(connection))
    if half is None:
        if tables:
            db.migrate_down(engine)
        db.migrate(engine, found.schema)
        with db.writing(), engine.begin() as connection:
            _must_be_empty(engine, is_empty(connection))
            rows = put(connection, found, progress=_progress())
    elif half == found.sha256:
        click.echo("A restore of this file was cut short after its rows were in. It goes on.", err=True)
        rows = sum(table.rows for table in found.tables.values())
    else:
        raise Refused(
            "A restore of another file into this database was cut short. Run it again with that file, "
            "or name an empty database in SEVENTH_DATABASE_URL."
        )
    db.migrate(engine)
    return rows


def _must_be_empty(engine: Engine, empty: bool) -> None:
    if not empty:
        raise Refused(
            f"The database {engine.url.database} is not empty, and a backup never overwrites anything. "
            "Name an empty one in SEVENTH_DATABASE_URL."
        )


def _try(file: Path) -> None:
    """Restore `file` into a trial of a database, and name values that only SQLite can hold.

    Raises:
        Refused: the restored data fail the proof.
    """
    with _trial() as engine, opened(file) as found:
        _restore(found, engine)
        with Session(engine) as session:
            if told := list(faults(session, found)):
                raise Refused("\n".join(told))
        for hindrance in hindrances(found):
            click.echo(hindrance, err=True)


@contextmanager
def _trial() -> Iterator[Engine]:
    """A database without a name: nobody else can open it, and it is gone with this process, killed or not."""
    engine = create_engine("sqlite://", creator=partial(sqlite3.connect, ""), poolclass=StaticPool)
    try:
        yield engine
    finally:
        engine.dispose()


def faults(session: Session, found: Backup) -> Iterator[str]:
    """What is wrong with the data of `found`, which were put in: the proof of each restore."""
    from surveys.store.audit import guards, heads, verify
    from surveys.store.visit.responses import wrong_scores

    yield from map(str, verify(session, expected=[heads.parsed(one) for one in found.heads]))
    yield from map(str, guards.missing(session))
    for wrong in wrong_scores(session):
        yield f"Response {wrong.response_id}, {wrong.scale}: the stored score is not what its answers give."


def _note(session: Session, sha256: str, at: datetime, actor: str) -> None:
    from surveys.store.study.studies import note_backup_proved

    note_backup_proved(session, sha256=sha256, at=at, actor=actor)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url, **db.engine_options(url))
    try:
        yield engine
    finally:
        engine.dispose()


def _progress() -> Callable[[str], object]:
    shown = sys.stderr.isatty()
    return lambda table: click.echo(f"{table} …", err=True) if shown else None
