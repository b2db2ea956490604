"""Commit a view's changes, or say why the store refused them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import flash
from sqlalchemy.exc import IntegrityError

from surveys.db import db
from surveys.forms.staff import StaffForm
from surveys.store.errors import Refused


class Kept:
    """Whether a change was kept."""

    def __init__(self) -> None:
        self._kept = False

    def __bool__(self) -> bool:
        return self._kept


@contextmanager
def committed(form: StaffForm | None = None, *, overtaken: str | None = None) -> Iterator[Kept]:
    """Commit what the block stores. If the store refuses, undo all of it and say why.

    The sentence stands in `form` at its box, or above the next page if there is no form.
    `overtaken` is the sentence if somebody else made the change at the same moment.
    """
    kept = Kept()
    try:
        yield kept
        db.session.commit()
    except Refused as refusal:
        _undo(form, str(refusal), refusal.field)
    except IntegrityError:
        if overtaken is None:
            raise
        _undo(form, overtaken, None)
    else:
        kept._kept = True


def _undo(form: StaffForm | None, message: str, field: str | None) -> None:
    db.session.rollback()
    if form is not None:
        form.refuse(message, field)
        return
    for line in message.splitlines():
        flash(line, "notice")
