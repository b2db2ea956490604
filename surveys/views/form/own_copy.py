"""A copy of one's own answers to print, only right after sending and only on the device that sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.store.visit import responses
from surveys.store.visit.opening import OpenVisit
from surveys.store.visit.progress import Finished, position
from surveys.store.visit.responses import StoredAnswers
from surveys.views.form import device, question
from surveys.views.form.about_you import ABOUT_YOU, rows_of
from surveys.views.form.visit import draw, limited, of_visit
from surveys.views.web import language, server
from surveys.views.web.page import Page

pages = Blueprint("own_copy", __name__)
limited(pages)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/visit/<int:visit_id>/copy")
@of_visit
def show(visit: OpenVisit) -> Page:
    """Show the answers that this device sent at this visit."""
    sent = device.sent_just_now(visit.id)
    if not sent or not isinstance(position(visit), Finished):
        return redirect(url_for("patient.start", visit_id=visit.id))
    given = {one.instrument: one for one in responses.current(db.session, visit.id)}
    parts = [part(given[key], sent[key]) for key in visit.battery if key in sent and key in given]
    if ABOUT_YOU in sent and visit.background is not None:
        rows = rows_of(visit, visit.background)
        parts.insert(0, {"title": _("About you"), "on": None, "notice": "", "rows": rows})
    return draw(visit, "patient/copy.html", parts=parts)


def part(given: StoredAnswers, hidden: list[str]) -> dict[str, Any]:
    """One questionnaire of the copy: its title, its day, its questions and answers."""
    instrument = server.texts().get(db.session, given.instrument, given.version, given.wording)
    locale = given.locale or instrument.locales[0]
    text = instrument.wording.texts[locale]
    return {
        "title": language.marked(text.title, locale),
        "on": given.completed_on,
        "notice": language.marked(text.notice, locale) if text.notice else "",
        "rows": [
            {
                "key": language.marked(text.items[item.key], locale),
                "value": _("Answered earlier")
                if item.key in hidden
                else question.answer_words(instrument, item, locale, given.answers.get(item.key)),
            }
            for item in instrument.items
            if item.key in given.answers or item.key in given.not_given
        ],
    }
