"""`seventh migrate`."""

from __future__ import annotations

import os

import click
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from surveys import db
from surveys.settings import database_url


@click.command()
@click.option(
    "--server-role", metavar="ROLE", help="Give ROLE of PostgreSQL what a server needs, and no more."
)
def migrate(server_role: str | None) -> None:
    """Bring the database to the newest schema.

    A role that was given the server's rights gets those on new tables too.
    """
    url = database_url(os.environ)
    db.migrate(url)
    roles = _give(url, server_role)
    click.echo(f"The database is at schema {db.newest_revision()}.")
    if roles:
        click.echo(f"May work on it, and owns nothing of it: {', '.join(roles)}.")


def _give(url: str, role: str | None) -> list[str]:
    """Give the server's rights to `role` and to those that had them; returns all of these."""
    from surveys.models.dialects import on_postgresql
    from surveys.store.audit import roles

    engine = create_engine(url, **db.engine_options(url))
    try:
        with db.writing(), Session(engine) as session:
            known = roles.known(session) if on_postgresql(session) else []
            given = sorted({*known, *([role] if role else [])})
            for one in given:
                roles.give(session, one)
            session.commit()
    finally:
        engine.dispose()
    return given
