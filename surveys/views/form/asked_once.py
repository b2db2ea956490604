"""The questions at a visit's end, each asked once when everything is submitted; each may stay open."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, request
from flask_wtf.csrf import CSRFError

from surveys.db import db
from surveys.models.assistance import ANSWERED_BY
from surveys.models.feedback import PRIORITIES
from surveys.store.visit import answering, feedback
from surveys.store.visit.opening import OpenVisit
from surveys.store.visit.progress import Finished, Helped, Position, Priority, position
from surveys.views.form.addresses import address
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, limited, now, of_visit
from surveys.views.web.page import Page

pages = Blueprint("asked_once", __name__)
limited(pages)
pages.register_error_handler(CSRFError, form_too_old)


@dataclass(frozen=True)
class AskedOnce:
    """A question: where in the visit it is asked, how it is drawn, what may be said, and who stores it."""

    place: type[Position]
    template: str
    values: Collection[str]
    store: Callable[..., None]


QUESTIONS = {
    "what-matters": AskedOnce(Priority, "patient/what_matters.html", PRIORITIES, feedback.tell_priority),
    "helped": AskedOnce(Helped, "patient/helped.html", ANSWERED_BY, answering.tell_help),
}
ONE = f"/visit/<int:visit_id>/<any({', '.join(map(repr, QUESTIONS))}):question>"


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get(ONE)
@of_visit
def ask(visit: OpenVisit, question: str) -> Page:
    """Ask the question, where it is its turn."""
    asked, here = QUESTIONS[question], position(visit)
    if not isinstance(here, asked.place):
        return redirect(address(visit, here))
    return draw(visit, asked.template, values=asked.values)


@pages.post(ONE)
@of_visit
def tell(visit: OpenVisit, question: str) -> Page:
    """Store the answer, or that there is none, and go on."""
    asked, said = QUESTIONS[question], request.form.get("answer")
    asked.store(db.session, visit, said if said in asked.values else None, at=now())
    db.session.commit()
    return redirect(address(visit, Finished()))
