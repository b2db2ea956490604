"""A command's access to the database: read it, or change it and commit once, at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from surveys import same
from surveys.cli.refusals import sentences
from surveys.db import close, db, moment, short_transaction, writing
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.settings import Settings
from surveys.sqlite_file import must_be_whole
from surveys.store.errors import Refused
from surveys.store.words import own_forms
from surveys.typed import holds_hidden_signs

MAKE_ONE = "Make one with: seventh study create CODE"
# How a command of click ends of itself.
EXPECTED = (click.exceptions.Exit, click.Abort, click.ClickException)


@dataclass(frozen=True)
class CommandRun:
    """The application behind a command. `at` is the instant of everything that the command does."""

    app: Flask
    session: Session
    library: Library
    settings: Settings
    actor: str
    at: datetime

    def transaction(self) -> AbstractContextManager[Session]:
        """A short transaction of its own, for work that takes many."""
        return short_transaction(db.engine)

    def study(self, code: str) -> Study:
        """The study `code` with its timepoints; another spelling counts if it fits one study.

        Its own forms are known from then on.

        Raises:
            Refused: it does not exist; the message names the existing ones.
        """
        known = self.session.scalars(select(Study.code).order_by(Study.code)).all()
        meant = [code] if code in known else [one for one in known if same.alike(one, code)]
        if len(meant) != 1:
            others = f"Studies are: {', '.join(known)}." if known else MAKE_ONE
            raise Refused(f"There is no study {code}. {others}")
        own_forms.learn(self.session, self.library)
        query = select(Study).where(Study.code == meant[0]).options(selectinload(Study.timepoints))
        return self.session.scalars(query).one()


@contextmanager
def reading(context: click.Context, *, whole: bool = False) -> Iterator[CommandRun]:
    """The database to read from; on SQLite no patient waits for it.

    Where `whole`, every page of a SQLite file is looked at first. Otherwise only where the command stumbles
    over what nobody expected, because that may be damage.

    Raises:
        DamagedError: the SQLite file is damaged.
    """
    app: Flask = context.obj()
    with app.app_context():
        try:
            if whole:
                _look_at_file()
            yield CommandRun(
                app=app,
                session=db.session,
                library=app.extensions["library"],
                settings=app.config["SETTINGS"],
                actor=f"command:{context.info_name}",
                at=datetime.now(UTC),
            )
        except Exception as error:
            if not (isinstance(error, EXPECTED) or sentences(error)):
                close()
                _look_at_file()
            raise
        finally:
            close()


def _look_at_file() -> None:
    with moment(db.engine) as connection:
        must_be_whole(connection)


@contextmanager
def changing(context: click.Context) -> Iterator[CommandRun]:
    """The database to change: committed when the block ends well, otherwise rolled back."""
    for name, value in context.params.items():
        if isinstance(value, str) and holds_hidden_signs(value):
            raise Refused(f"{name} holds a control sign, or one that is not UTF-8. Remove it.")
    with reading(context) as opened, writing():
        yield opened
        opened.session.commit()
