"""Lay out a patient's visits again after an anchor changed, and say which of them moved."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash
from flask_babel import gettext as _

from surveys.db import db
from surveys.models import Patient
from surveys.store.visit import planning
from surveys.store.visit.planning import Change
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import grant


def replan(patient: Patient, changed: str, reason: str | None = None) -> None:
    """Move the visits that depend on `changed` (onset, treatment) in this transaction, and name each."""
    here = grant()
    done = planning.replan(
        db.session,
        patient,
        server.library(),
        changed={changed},
        at=here.at,
        actor=here.actor,
        reason=reason or None,
    )
    told = [
        _listed(_("Added to the plan"), done.added),
        _listed(_("Moved with it"), done.moved),
        _listed(_("Withdrawn"), done.withdrawn),
        _listed(_("Opened already, so left as it was"), done.kept) if done.changed else "",
    ]
    for sentence in filter(None, told):
        flash(sentence, "notice")


def _listed(what: str, changes: Sequence[Change]) -> str:
    return f"{what}: {'; '.join(map(_words, changes))}." if changes else ""


def _words(change: Change) -> str:
    """A visit with its due day and the due day before."""
    before = display.day(change.before.due_on) if change.before else None
    after = display.day(change.after.due_on) if change.after else None
    if before and after:
        return _("%(visit)s, due %(before)s, now %(after)s", visit=change.title, before=before, after=after)
    return _("%(visit)s, due %(day)s", visit=change.title, day=after or before)
