"""Earlier answers from another device or browser: the year of birth shows them; and a device that forgets."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, session, url_for
from flask_wtf.csrf import CSRFError

from surveys.store.visit.opening import OpenVisit
from surveys.views.form import birth_year, device, tablet
from surveys.views.form.addresses import next_address
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, limited, of_visit, year_asked
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
    tries = birth_year.tries_left(visit)
    if visit.crises or not visit.hides or not (tries or year_asked(visit)):
        return redirect(next_address(visit))
    return draw(visit, "patient/birth_year.html", tries=tries, fault=None)


@pages.post("/visit/<int:visit_id>/birth-year")
@of_visit
def tell(visit: OpenVisit) -> Page:
    """Show the earlier answers from now on, or go on without them."""
    if birth_year.typed() and visit.hides and birth_year.tries_left(visit):
        fault = birth_year.tell(visit)
        if fault is None:
            return redirect(url_for("patient.start", visit_id=visit.id))
        tries = birth_year.tries_left(visit)
        return draw(visit, "patient/birth_year.html", tries=tries, fault=fault), 422
    session["without_earlier_answers"] = visit.id
    return redirect(next_address(visit))


@pages.get("/visit/<int:visit_id>/forget")
@of_visit
def ask_to_forget(visit: OpenVisit) -> Page:
    """Offer that this device forgets the visit, where others use it too."""
    if tablet.in_use():
        return redirect(url_for("waiting_room.handed_back"))
    return draw(visit, "patient/forget.html")


@pages.post("/visit/<int:visit_id>/forget")
@of_visit
def forget(visit: OpenVisit) -> Page:
    """Forget the visit on this device; what was answered is kept."""
    if tablet.in_use():
        return redirect(url_for("waiting_room.handed_back"))
    device.forget(visit.id)
    return redirect(url_for("other_device.forgotten"))


@pages.get("/forgotten")
def forgotten() -> Page:
    """Say that the device has forgotten, without a word about the visit."""
    return render_template("patient/forgotten.html")
