"""Whether a patient takes part: consent before the first question, and leaving."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from surveys.db import db
from surveys.store.errors import Refused
from surveys.store.patient import consents, leaving
from surveys.store.visit.opening import OpenVisit
from surveys.views.form import tablet
from surveys.views.form.addresses import next_address
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, language_of, limited, now, of_visit, study_text
from surveys.views.web.page import Page

pages = Blueprint("taking_part", __name__)
limited(pages)
pages.register_error_handler(CSRFError, form_too_old)

WISHES = ("messages", "stop", "remove")


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/visit/<int:visit_id>/consent")
@of_visit
def consent(visit: OpenVisit) -> Page:
    """Show the study's consent text, with an empty box for each part."""
    text = consents.newest(db.session, visit.study_id, language_of(visit))
    if not visit.consent_due or visit.crisis_text_due or text is None:
        return redirect(next_address(visit))
    return draw(visit, "patient/consent.html", text=text, parts=consents.parts_of(text))


@pages.post("/visit/<int:visit_id>/consent")
@of_visit
def decide(visit: OpenVisit) -> Page:
    """Store the decision. Agreement leads to the questions, refusal to a kind end."""
    decision = request.form.get("decision")
    if decision not in {"agree", "decline"}:
        abort(400)
    text = consents.newest(db.session, visit.study_id, language_of(visit))
    if not visit.consent_due or text is None:
        return redirect(next_address(visit))
    try:
        consents.decide(
            db.session,
            visit.patient_id,
            text,
            agreed=decision == "agree",
            parts=request.form.getlist("parts"),
            how="link",
            signed_on=visit.today,
            at=now(),
            actor="patient",
        )
    except Refused:  # the same press from another tab, a moment earlier
        db.session.rollback()
        return redirect(url_for("patient.start", visit_id=visit.id))
    db.session.commit()
    if decision == "decline":
        return redirect(url_for("taking_part.goodbye"))
    return redirect(next_address(replace(visit, consent_due=False)))


@pages.get("/visit/<int:visit_id>/privacy")
@of_visit
def privacy(visit: OpenVisit) -> Page:
    """Show the study's privacy notice."""
    notice = study_text(visit, visit.privacy_notices)
    if not notice.text:
        abort(404)
    return draw(visit, "patient/privacy.html", notice=notice)


@pages.get("/visit/<int:visit_id>/taking-part")
@of_visit
def options(visit: OpenVisit) -> Page:
    """Show the decisions about taking part."""
    return draw(visit, "patient/taking_part.html", wishes=WISHES)


@pages.get("/visit/<int:visit_id>/taking-part/<what>")
@of_visit
def ask(visit: OpenVisit, what: str) -> Page:
    """Ask for confirmation of one decision."""
    return draw(visit, "patient/wish.html", what=_wish(what), done=False)


@pages.post("/visit/<int:visit_id>/taking-part/<what>")
@of_visit
def wish(visit: OpenVisit, what: str) -> Page:
    """Carry out the patient's decision at once."""
    facts: dict[str, Any] = {"at": now(), "actor": "patient"}
    match _wish(what):
        case "stop":
            leaving.leave(db.session, visit.patient_id, on=visit.today, **facts)
        case "messages":
            leaving.stop_messages(db.session, visit.patient_id, **facts)
        case "remove":
            leaving.request_removal(db.session, visit.patient_id, **facts)
    db.session.commit()
    if what == "stop":
        return redirect(url_for("taking_part.goodbye"))
    return redirect(url_for("taking_part.settled", visit_id=visit.id, what=what))


@pages.get("/visit/<int:visit_id>/taking-part/<what>/done")
@of_visit
def settled(visit: OpenVisit, what: str) -> Page:
    """Show the decision."""
    if _wish(what) == "stop":
        abort(404)
    return draw(visit, "patient/wish.html", what=what, done=True)


def _wish(what: str) -> str:
    return what if what in WISHES else abort(404)


@pages.get("/goodbye")
def goodbye() -> Page:
    """Show the end for a person who does not take part, without a word about the person."""
    page = render_template("patient/goodbye.html")
    tablet.end()
    return page
