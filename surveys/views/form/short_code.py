"""The short addresses on letters and in text messages: a code and the year of birth open the personal link.

A text message holds the code in its address. Its number may be a stranger's by now, so that its page asks for
the year and tells nothing else, not even whom to ask.
"""

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
    code, year = _tried(request.form.get("code", ""))
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


@pages.get("/c/<handed_on:code>")
def of_text(code: str) -> Page:
    """Ask for the year, whether or not there is such a code: programs that look at links learn nothing."""
    return _draw_of_text("") if short_codes.may_be_one(code) else (_draw_of_text("code"), 404)


@pages.post("/c/<handed_on:code>")
def tell_year(code: str) -> Page:
    """Open the link that the address stands for. Only a year that there may be is a try."""
    code, year = _tried(code)
    if not short_codes.may_be_one(code):
        return _draw_of_text("code"), 404
    if year is None:
        return _draw_of_text("year"), 422
    try:
        link_id = short_codes.find(db.session, code, year)
    except UsedUpError:
        db.session.commit()
        return _draw_of_text("used_up"), 422
    db.session.commit()
    return (_draw_of_text("wrong"), 422) if link_id is None else enter(link_id)


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """A form from before the session was lost shows again; without cookies it would do so for ever."""
    if not request.cookies:
        return refused(LinkRefused(LinkRefusal.NO_COOKIES))
    draw = _draw if request.endpoint == "short_code.tell" else _draw_of_text
    return draw("not_sent"), 422


def _tried(code: str) -> tuple[str, int | None]:
    """A code and the year that was typed, counted."""
    count(TRIES, f"short-code:{request.remote_addr}")
    beginning = short_codes.signs_of(code[:LONGEST_TYPED])[:BEGINNING]
    count(TRIES_OF_A_BEGINNING, f"short-code-beginning:{beginning}")
    return code, birth_year(request.form.get("birth_year", ""))


def _draw_of_text(fault: str) -> str:
    typed = request.form.get("birth_year", "")[:LONGEST_TYPED]
    return render_template("patient/short_link.html", fault=fault, typed=typed)


def _draw(fault: str = "", contacts: Mapping[str, str] | None = None) -> str:
    typed = {box: request.form.get(box, "")[:LONGEST_TYPED] for box in ("code", "birth_year")}
    return render_template("patient/short_code.html", fault=fault, contacts=contacts or {}, typed=typed)
