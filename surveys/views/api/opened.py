"""A key opens a study for one request: counted, noted in the trail, read from one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from flask import current_app, request, stream_with_context
from limits import parse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.db import db, look, short_transaction, snapshot
from surveys.exchange.dates import EXACT, NO_DATES, Dates, shifted
from surveys.exchange.tidy.queries import Selection
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.accounts import keys
from surveys.store.accounts.keys import Holder
from surveys.views.web import protection

A_MINUTE = parse("600/minute")

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Opened:
    """What the key opens: the patients of its study that the owner may see, and the dates that it gives."""

    holder: Holder
    study: Study
    selection: Selection
    library: Library

    @property
    def dates(self) -> Dates:
        """The calendar dates of the key."""
        if self.holder.dates == "shifted" and self.study.shift_key:
            return shifted(self.study.shift_key)
        return EXACT if self.holder.dates == "exact" else NO_DATES


def holder_of(secret: str) -> Holder | None:
    """Whom the key speaks for; None if it opens nothing. Every request counts, also with a wrong key.

    Raises:
        TooManyRequests: more than 600 in a minute with this key, or from one address with wrong ones.
    """
    with look(db.engine) as session:
        found = keys.holder(session, secret)
    protection.count(A_MINUTE, f"key {found.key_id}" if found else f"no key {request.remote_addr}")
    return found


def note(holder: Holder, what: str) -> None:
    """Write into the trail, before anything is read, that the key reads `what`."""
    with short_transaction(db.engine) as session:
        keys.note_read(session, holder, what, at=datetime.now(UTC))


@contextmanager
def opened(holder: Holder) -> Iterator[Opened]:
    """The study of the key, as it is at one moment."""
    with snapshot() as session:
        yield _open(session, holder)


def streamed(
    holder: Holder,
    ask: Callable[[Opened], Answer],
    respond: Callable[[Answer, Iterable[str]], Response],
    pieces: Callable[[Answer], Iterable[str]],
) -> Response:
    """The response to what `ask` gives, sent in pieces; its moment of the database stays open until then."""
    stack = ExitStack()
    with stack:
        answer = ask(stack.enter_context(opened(holder)))
        held = stack.pop_all()

    def sent() -> Iterator[str]:
        with held:
            yield from pieces(answer)

    return respond(answer, stream_with_context(sent()))


def _open(session: Session, holder: Holder) -> Opened:
    study = session.get_one(Study, holder.study_id)
    library: Library = current_app.extensions["library"]
    return Opened(holder, study, Selection(session, study.id, holder.site), library)
