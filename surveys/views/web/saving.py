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
def committed(form: StaffForm | None = None, *, overtaken: Refused | None = None) -> Iterator[Kept]:
    """Commit what the block stores. If the store refuses, undo all of it and say why.

    The sentence stands in `form` at its box, or above the next page if there is no form.
    `overtaken` is the refusal if somebody else made the change at the same moment.
    """
    kept = Kept()
    try:
        yield kept
        db.session.commit()
    except Refused as refusal:
        _undo(form, refusal)
    except IntegrityError:
        if overtaken is None:
            raise
        _undo(form, overtaken)
    else:
        kept._kept = True


@contextmanager
def tried(form: StaffForm | None = None) -> Iterator[Kept]:
    """Do what the block stores only to see what would come of it, and undo all of it.

    It was `kept` if the store did not refuse; if it did, the sentence stands where `committed` would say it.
    """
    told = Kept()
    try:
        yield told
    except Refused as refusal:
        _undo(form, refusal)
    else:
        db.session.rollback()
        told._kept = True


def _undo(form: StaffForm | None, refusal: Refused) -> None:
    db.session.rollback()
    if form is not None:
        form.refuse(str(refusal), refusal.field)
        return
    for line in str(refusal).splitlines():
        flash(line, "notice")
