"""`seventh backup` and `seventh restore`: a safety copy, and the proof that it can be used."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.orm import Session

from surveys import db
from surveys.cli.database import changing
from surveys.exchange.backup import SCHEMA_TABLE
from surveys.exchange.backup.portable import hindrances
from surveys.exchange.backup.restoring import Backup, is_empty, opened, put
from surveys.exchange.backup.taking import take
from surveys.exchange.places import whole_file
from surveys.models.dialects import on_postgresql
from surveys.settings import database_url
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
            sha256, rows = take(connection, written, at=datetime.now(UTC), progress=_progress())
    click.echo(f"{file}: {rows} rows, SHA-256 {sha256}")
    if prove:
        with changing(context) as live:
            _try(file)
            _note(live.session, sha256, live.at, live.actor)
        click.echo("Restored as a trial: the audit trail is whole, every score is what its answers give.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Put the backup FILE into the empty database of SEVENTH_DATABASE_URL, and prove it."""
    with opened(file) as found:
        rows = _restore(found, database_url(os.environ))
    with changing(context) as restored:
        faults = list(_faults(restored.session, found))
        if not faults:
            _note(restored.session, found.sha256, restored.at, restored.actor)
    click.echo(f"Restored {rows} rows.")
    if faults:
        raise Refused("\n".join(faults))
    click.echo("The audit trail is whole, every stored score is what its answers give.")


def _restore(found: Backup, url: str) -> int:
    """Restore into the database at `url`, which is then migrated to the newest schema.

    Raises:
        Refused: the database is not empty or cannot hold all of it, or the backup is of a newer program.
    """
    if found.schema > db.newest_revision():
        raise Refused(
            f"The backup has schema {found.schema}, this program knows {db.newest_revision()}. "
            "Restore it with a newer version of Seventh."
        )
    with _engine(url) as engine:
        if on_postgresql(engine) and (told := list(hindrances(found))):
            raise Refused("\n".join(told))
        with engine.connect() as connection:
            tables = bool(inspect(connection).get_table_names())
            _must_be_empty(engine, is_empty(connection))
        if tables:
            db.migrate_down(url)
        db.migrate(url, found.schema)
        with db.writing(), engine.begin() as connection:
            _must_be_empty(engine, is_empty(connection))
            rows = put(connection, found, progress=_progress())
    db.migrate(url)
    return rows


def _must_be_empty(engine: Engine, empty: bool) -> None:
    if not empty:
        raise Refused(
            f"The database {engine.url.database} is not empty, and a backup never overwrites anything. "
            "Name an empty one in SEVENTH_DATABASE_URL."
        )


def _try(file: Path) -> None:
    """Restore `file` into a temporary database, and name values that only SQLite can hold.

    Raises:
        Refused: the restored data fail the proof.
    """
    with TemporaryDirectory(dir=file.parent, prefix=".seventh-trial-") as folder, opened(file) as found:
        url = f"sqlite:///{Path(folder).resolve() / 'trial.db'}"
        _restore(found, url)
        with _engine(url) as engine, Session(engine) as session:
            if faults := list(_faults(session, found)):
                raise Refused("\n".join(faults))
        for told in hindrances(found):
            click.echo(told, err=True)


def _faults(session: Session, found: Backup) -> Iterator[str]:
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
