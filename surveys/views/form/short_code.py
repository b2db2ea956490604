"""The short address on letters: a code and the year of birth open the personal link."""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from limits import parse

from surveys.db import db
from surveys.store.visit import opening, short_codes
from surveys.views.form import device
from surveys.views.form.visit import now
from surveys.views.web import server
from surveys.views.web.page import Page
from surveys.views.web.protection import count

pages = Blueprint("short_code", __name__)

# Each try costs the server some time on purpose; a clinic's patients may share an address.
TRIES = parse("30 per minute")
# Also from many addresses: of a million beginnings each is tried seldom.
TRIES_OF_A_BEGINNING = parse("10 per minute")
BEGINNING = short_codes.LENGTH // 2


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/c", strict_slashes=False)
def ask() -> str:
    """Ask for code and year."""
    return render_template("patient/short_code.html", wrong=False, typed="")


@pages.post("/c", strict_slashes=False)
def tell() -> Page:
    """Open the link as if the patient had followed it; errors do not say whether code or year is wrong."""
    count(TRIES, f"short-code:{request.remote_addr}")
    code = request.form.get("code", "")
    count(TRIES_OF_A_BEGINNING, f"short-code-beginning:{short_codes.signs_of(code[:20])[:BEGINNING]}")
    link_id = short_codes.find(db.session, code, request.form.get("birth_year", ""))
    db.session.commit()
    if link_id is None:
        return render_template("patient/short_code.html", wrong=True, typed=code[:20]), 422
    visit = opening.load(db.session, link_id, server.texts(), device=device.name(), at=now())
    device.open_link(link_id)
    return redirect(url_for("patient.start", visit_id=visit.id))
