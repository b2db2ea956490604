"""`seventh migrate`."""

from __future__ import annotations

import os

import click

from surveys import db
from surveys.settings import database_url


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    db.migrate(database_url(os.environ))
    click.echo(f"The database is at schema {db.newest_revision()}.")
