"""The patient or visit that an address names, and the blueprint of the pages about patients."""

from __future__ import annotations

from flask import Blueprint, abort

from surveys.db import db
from surveys.lists import patients as lists
from surveys.lists import visits
from surveys.lists.visits import VisitRow
from surveys.models import Patient, Visit
from surveys.views.web.access import Grant, grant

pages = Blueprint("patients", __name__)


def find_patient(code: str) -> Patient:
    """The patient, if the signed-in person may see them; otherwise 404."""
    return lists.find(db.session, grant().scope, code) or abort(404)


def find_visit(visit_id: int) -> Visit:
    """The visit, if the signed-in person may see its patient; otherwise 404."""
    return lists.find_visit(db.session, grant().scope, visit_id) or abort(404)


def row_of(visit: Visit, here: Grant) -> VisitRow:
    """The visit with its state of today."""
    rows = visits.of_patient(db.session, here.scope, visit.patient_id, here.at)
    return next(row for row in rows if row.id == visit.id)
