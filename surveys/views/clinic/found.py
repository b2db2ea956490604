"""The patient or visit that an address names, and the blueprint of the pages about patients."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, abort, request

from surveys.db import db
from surveys.lists import patients as lists
from surveys.lists import visits
from surveys.lists.at_once import ask
from surveys.lists.visits import VisitRow
from surveys.models import Patient, Visit
from surveys.store.patient import readings
from surveys.views.web import afterwards
from surveys.views.web.access import READING, Grant, grant

pages = Blueprint("patients", __name__)


def find_patient(code: str) -> Patient:
    """The patient, if the signed-in person may see them; otherwise 404. To read their page is noted."""
    found = lists.find(db.session, grant().scope, code) or abort(404)
    note_reading(found.id)
    return found


def find_visit(visit_id: int) -> Visit:
    """The visit, if the signed-in person may see its patient; otherwise 404. To read its page is noted."""
    found = lists.find_visit(db.session, grant().scope, visit_id) or abort(404)
    note_reading(found.patient_id)
    return found


def note_reading(patient_id: int) -> None:
    """Note, once the page is drawn, that the signed-in person reads pages of this patient."""
    here = grant()
    if request.method not in READING:
        return
    if not readings.is_noted(db.session, patient_id, at=here.at, actor=here.actor):
        afterwards.change(partial(readings.note, patient_id=patient_id, at=here.at, actor=here.actor))


def row_of(visit: Visit, here: Grant) -> VisitRow:
    """The visit with its state of today."""
    rows = ask(db.session, visits.of_patient(here.scope, visit.patient_id, here.at))
    return next(row for row in rows if row.id == visit.id)
