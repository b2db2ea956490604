"""The short address on letters: a code and the year of birth open the personal link."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Flask, render_template, request
from flask_wtf.csrf import CSRFError
from limits import parse

from surveys.db import db
from surveys.store.visit import short_codes
from surveys.store.visit.opening import LinkRefusal, LinkRefused
from surveys.store.visit.short_codes import UsedUpError
from surveys.typed import birth_year
from surveys.views.form.refusals import refused
from surveys.views.form.visit import enter
from surveys.views.web.page import Page
from surveys.views.web.protection import count

pages = Blueprint("short_code", __name__)

# Each try costs the server some time on purpose; a clinic's patients may share an address.
TRIES = parse("30 per minute")
# Also from many addresses: of a million beginnings each is tried seldom.
TRIES_OF_A_BEGINNING = parse("10 per minute")
BEGINNING = short_codes.LENGTH // 2
LONGEST_TYPED = 20


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/c", strict_slashes=False)
def ask() -> Page:
    """Ask for code and year."""
    return _draw()


@pages.post("/c", strict_slashes=False)
def tell() -> Page:
    """Open the link as if the patient had followed it; errors do not say whether code or year is wrong.

    Only a code and a year that there may be are a try.
    """
    count(TRIES, f"short-code:{request.remote_addr}")
    code, year = request.form.get("code", ""), birth_year(request.form.get("birth_year", ""))
    count(
        TRIES_OF_A_BEGINNING, f"short-code-beginning:{short_codes.signs_of(code[:LONGEST_TYPED])[:BEGINNING]}"
    )
    if not short_codes.may_be_one(code):
        return _draw("code"), 422
    if year is None:
        return _draw("year"), 422
    try:
        link_id = short_codes.find(db.session, code, year)
    except UsedUpError as used_up:
        db.session.commit()
        return _draw("used_up", used_up.contacts), 422
    db.session.commit()
    return (_draw("wrong"), 422) if link_id is None else enter(link_id)


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """A form from before the session was lost shows again; without cookies it would do so for ever."""
    return (_draw("not_sent"), 422) if request.cookies else refused(LinkRefused(LinkRefusal.NO_COOKIES))


def _draw(fault: str = "", contacts: Mapping[str, str] | None = None) -> str:
    typed = {box: request.form.get(box, "")[:LONGEST_TYPED] for box in ("code", "birth_year")}
    return render_template("patient/short_code.html", fault=fault, contacts=contacts or {}, typed=typed)
