"""The first page after sign-in: the studies that one may open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Flask, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.lists.alerts import waiting_by_study
from surveys.models import Appointment, Patient, Study
from surveys.store.studies import today
from surveys.views import display
from surveys.views.access import for_staff, member

pages = Blueprint("staff", __name__)


@dataclass(frozen=True)
class StudyCard:
    """A study as the first page shows it, and where it leads; `alerts` is None for who may see none."""

    study: Study
    role: str
    address: str
    alerts: int | None


def init_app(app: Flask) -> None:
    """Register the page, and the filters that the staff's templates use."""
    display.init_app(app)
    app.register_blueprint(pages)


@pages.get("/staff/")
@for_staff
def index() -> str | Response:
    """The studies one may open; a single one opens at once, but to who makes studies from here."""
    person = member()
    if person.admin:
        roles = [(study, "admin") for study in db.session.scalars(select(Study).order_by(Study.code))]
    else:
        roles = sorted(((one.study, one.role) for one in person.memberships), key=lambda one: one[0].code)
    if len(roles) == 1 and not person.admin:
        return redirect(_address(*roles[0]))
    alerts = waiting_by_study(db.session, [study.id for study, _ in roles])
    cards = [
        StudyCard(study, role, _address(study, role), None if role == "analyst" else alerts.get(study.id, 0))
        for study, role in roles
    ]
    return render_template("staff/studies.html", cards=cards)


def _address(study: Study, role: str) -> str:
    """Where a role begins; a coordinator with today's list if there is one, else with what needs a person."""
    if role != "coordinator":
        first = {"analyst": "dashboard.index", "investigator": "overviews.changes"}
        return url_for(first.get(role, "patients.index"), code=study.code)
    expected = select(Appointment.id).join(Patient, Patient.id == Appointment.patient_id)
    listed = expected.where(
        Patient.study_id == study.id, Appointment.expected_on == today(study, datetime.now(UTC))
    )
    anybody = db.session.scalar(listed.limit(1)) is not None
    return url_for("clinic.today" if anybody else "clinic.needs", code=study.code)
