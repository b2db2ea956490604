"""Whether a patient takes part: consent before the first question, and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError

from surveys.db import db
from surveys.models import Consent, ConsentText
from surveys.store.errors import Refused
from surveys.store.patient import consents, leaving
from surveys.store.visit import links
from surveys.store.visit.opening import OpenVisit
from surveys.views.form import tablet
from surveys.views.form.addresses import next_address
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, language_of, limited, now, of_visit, study_text
from surveys.views.web import server
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("taking_part", __name__)
limited(pages)
pages.register_error_handler(CSRFError, form_too_old)

WISHES = ("messages", "again", "stop", "remove")


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
    """Store the agreement, which leads to the questions; refusal is asked once more."""
    decision = request.form.get("decision")
    if decision not in {"agree", "decline"}:
        abort(400)
    text = consents.newest(db.session, visit.study_id, language_of(visit))
    if not visit.consent_due or text is None:
        return redirect(next_address(visit))
    if decision == "decline":
        return redirect(url_for("taking_part.ask_to_decline", visit_id=visit.id))
    if not _decide(visit, text, agreed=True, parts=request.form.getlist("parts")):
        return redirect(url_for("patient.start", visit_id=visit.id))
    return redirect(next_address(replace(visit, consent_due=False, consent_anew=False, declined=False)))


@pages.get("/visit/<int:visit_id>/consent/decline")
@of_visit
def ask_to_decline(visit: OpenVisit) -> Page:
    """Ask whether the patient really declines, and say what follows."""
    if not visit.consent_due or visit.declined:
        return redirect(next_address(visit))
    return draw(visit, "patient/decline.html")


@pages.post("/visit/<int:visit_id>/consent/decline")
@of_visit
def decline(visit: OpenVisit) -> Page:
    """Store the refusal, or go back to the text."""
    text = consents.newest(db.session, visit.study_id, language_of(visit))
    if not visit.consent_due or visit.declined or text is None:
        return redirect(next_address(visit))
    if request.form.get("go") == "back":
        return redirect(url_for("taking_part.consent", visit_id=visit.id))
    if not _decide(visit, text, agreed=False):
        return redirect(url_for("patient.start", visit_id=visit.id))
    if visit.consent_anew:
        return redirect(next_address(replace(visit, consent_due=False, consent_anew=False)))
    if tablet.in_use():
        return redirect(url_for("taking_part.goodbye"))
    return redirect(url_for("taking_part.declined", visit_id=visit.id))


@pages.get("/visit/<int:visit_id>/declined")
@of_visit
def declined(visit: OpenVisit) -> Page:
    """The kind end after a refusal, with the way back while the visit is open."""
    if not visit.declined:
        return redirect(next_address(visit))
    return draw(visit, "patient/declined.html")


@pages.get("/visit/<int:visit_id>/agreed")
@of_visit
def agreed(visit: OpenVisit) -> Page:
    """Show, also for paper, what the patient agreed to: text, version, day and parts."""
    given = _agreed(visit)
    if given is None:
        return redirect(url_for("taking_part.options", visit_id=visit.id))
    text = consents.text_of(db.session, given)
    return draw(
        visit, "patient/agreed.html", given=given, text=text, parts=consents.parts_of(text) if text else {}
    )


@pages.post("/visit/<int:visit_id>/agreed")
@of_visit
def choose_parts(visit: OpenVisit) -> Page:
    """Take parts of the agreement back, or give them."""
    parts = request.form.getlist("parts")
    with committed():
        consents.choose_parts(db.session, visit.patient_id, parts, on=visit.today, at=now(), actor="patient")
    return redirect(url_for("taking_part.agreed", visit_id=visit.id))


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
    stopped = leaving.may_allow_messages(db.session, visit.patient_id)
    wishes = [what for what in WISHES if what != ("messages" if stopped else "again")]
    return draw(visit, "patient/taking_part.html", wishes=wishes, agreed=_agreed(visit) is not None)


@pages.get("/visit/<int:visit_id>/taking-part/<what>")
@of_visit
def ask(visit: OpenVisit, what: str) -> Page:
    """Ask for confirmation of one decision."""
    given = _agreed(visit)
    keeps = given is not None and given.parts.get("keep_answers") is True
    return draw(visit, "patient/wish.html", what=_wish(what), done=False, keeps=keeps)


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
        case "again" if leaving.may_allow_messages(db.session, visit.patient_id):
            leaving.allow_messages(db.session, visit.patient_id, **facts)
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


def _decide(visit: OpenVisit, text: ConsentText, *, agreed: bool, parts: Sequence[str] = ()) -> bool:
    """Store a decision; whether it was kept, and not made a moment earlier from another tab."""
    try:
        if visit.declined:
            consents.change_mind(
                db.session, visit.patient_id, text, parts=parts, on=visit.today, at=now(), actor="patient"
            )
        else:
            consents.decide(
                db.session,
                visit.patient_id,
                text,
                agreed=agreed,
                parts=parts,
                how="link",
                signed_on=visit.today,
                library=server.library(),
                at=now(),
                actor="patient",
            )
    except Refused:
        db.session.rollback()
        return False
    db.session.commit()
    return True


def _agreed(visit: OpenVisit) -> Consent | None:
    """The agreement that stands, if any."""
    given = consents.of_patient(db.session, visit.patient_id)
    return given if given is not None and given.decision == "agreed" else None


def _wish(what: str) -> str:
    return what if what in WISHES else abort(404)


@pages.get("/goodbye")
def goodbye() -> Page:
    """Show the end for a person who does not take part, without a word about the person."""
    contacts = {} if tablet.in_use() else links.contacts(db.session, session.get("link"))
    page = render_template("patient/goodbye.html", contacts=contacts)
    tablet.end()
    return page
