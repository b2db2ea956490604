"""Where help is, for everybody, and when an eye needs a doctor, after an answer that tells of a bad eye.

The crisis text has its own pages in `pages`: it holds the visit until it was seen. These hold nothing.
"""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, request, session, url_for

from surveys.instruments.definition import Answer, Instrument
from surveys.instruments.facts import tells_of_the_eye
from surveys.store.visit.opening import OpenVisit
from surveys.store.words.crisis_texts import called
from surveys.views.form.item import instrument_asked
from surveys.views.form.visit import StudyText, draw, limited, of_visit, study_text
from surveys.views.web import server
from surveys.views.web.page import Page

pages = Blueprint("safety", __name__)
limited(pages)
SHOWN = "eye_shown"


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/visit/<int:visit_id>/find-help")
@of_visit
def find_help(visit: OpenVisit) -> Page:
    """Say where help is: the same for everybody, whatever was answered."""
    text = study_text(visit, visit.crisis_texts)
    return draw(visit, "patient/find_help.html", called=called(text.text), eye=eye_text(visit))


@pages.get("/visit/<int:visit_id>/<key>/<int:number>/eye")
@of_visit
def eye(visit: OpenVisit, key: str, number: int) -> Page:
    """Say when an eye needs a doctor; item `number` follows, or the review where that is 0."""
    instrument_asked(visit, key)
    session[SHOWN] = visit.id
    return draw(visit, "patient/eye.html", eye=eye_text(visit))


@pages.post("/visit/<int:visit_id>/<key>/<int:number>/eye")
@of_visit
def go_on(visit: OpenVisit, key: str, number: int) -> Page:
    """Go on with the questions, or stop for now."""
    instrument_asked(visit, key)
    if request.form.get("go") == "stop":
        return redirect(url_for("patient.pause", visit_id=visit.id))
    if number == 0:
        return redirect(url_for("patient.review", visit_id=visit.id, key=key))
    return redirect(url_for("patient.item", visit_id=visit.id, key=key, number=number))


def eye_due(visit: OpenVisit, instrument: Instrument, item: str, value: Answer) -> bool:
    """Whether this answer calls for the words about the eye, which a browser shows once in a visit."""
    return session.get(SHOWN) != visit.id and tells_of_the_eye(instrument, item, value, server.library())


def eye_text(visit: OpenVisit) -> StudyText:
    """The study's words about the eye; empty in a language for which it wrote none."""
    return study_text(visit, visit.eye_texts)


def eye_again(visit: OpenVisit) -> StudyText | None:
    """The same for pages that repeat them in the browser that showed them; otherwise None."""
    return eye_text(visit) if session.get(SHOWN) == visit.id else None
