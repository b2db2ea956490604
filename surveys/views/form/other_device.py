"""A link on another device: it asks for the year of birth before it shows earlier answers."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError

from surveys.db import db
from surveys.store.visit import devices
from surveys.store.visit.opening import OpenVisit
from surveys.views.form.addresses import next_address
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, limited, now, of_visit
from surveys.views.web.page import Page

pages = Blueprint("other_device", __name__)
limited(pages)
pages.register_error_handler(CSRFError, form_too_old)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/visit/<int:visit_id>/birth-year")
@of_visit
def ask(visit: OpenVisit) -> Page:
    """Ask for the year of birth, which may stay empty."""
    if visit.crises or not visit.hides or not _tries_left(visit):
        return redirect(next_address(visit))
    return draw(visit, "patient/birth_year.html", tries=_tries_left(visit), wrong=False)


@pages.post("/visit/<int:visit_id>/birth-year")
@of_visit
def tell(visit: OpenVisit) -> Page:
    """Show the earlier answers from now on, or go on without them."""
    said = request.form.get("birth_year", "").strip()
    if said and visit.hides and _tries_left(visit):
        matched = devices.tell_year(db.session, visit.id, visit.patient_id, visit.device, said, at=now())
        db.session.commit()
        if matched:
            return redirect(url_for("patient.start", visit_id=visit.id))
        return draw(visit, "patient/birth_year.html", tries=_tries_left(visit), wrong=True), 422
    session["without_earlier_answers"] = visit.id
    return redirect(next_address(visit))


def _tries_left(visit: OpenVisit) -> int:
    return devices.tries_left(db.session, visit.id, visit.patient_id)
