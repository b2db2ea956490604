"""What comes back to a patient, each part where her study wants it.

Her own answers and scores stand behind the link and her year of birth, come after sending only, and never on
the clinic's tablet. What was shown is noted.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session

from surveys.db import db
from surveys.store.visit import devices, own_line, responses
from surveys.store.visit import feedback as store
from surveys.store.visit.opening import OpenVisit
from surveys.store.visit.progress import Finished, position
from surveys.views.form import birth_year, tablet
from surveys.views.form.addresses import next_address
from surveys.views.form.birth_year import Fault
from surveys.views.form.calendar_entry import entry
from surveys.views.form.line_drawing import drawing
from surveys.views.form.own_copy import part
from surveys.views.form.refusals import form_too_old
from surveys.views.form.visit import draw, limited, now, of_visit, study_text
from surveys.views.web import afterwards, server
from surveys.views.web.page import Page

pages = Blueprint("feedback", __name__)
limited(pages)
pages.register_error_handler(CSRFError, form_too_old)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


def at_the_end(visit: OpenVisit) -> dict[str, Any]:
    """What the last page shows: the next date, the study's words, and the way to what is the patient's own.

    What is shown is noted behind the page.
    """
    wanted = set(visit.feedback)
    shown: dict[str, Any] = {}
    if "next_visit" in wanted and (on := store.next_on(db.session, visit)):
        shown["next_visit"] = on
    if wanted & {"use", "news"}:
        words = store.words_of(db.session, visit.study_id)
        for what, texts in (("use", words.use), ("news", words.news)):
            if what in wanted and (told := study_text(visit, texts)).text:
                shown[what] = told
    _note(visit, *shown)
    return {**shown, "looks_back": not tablet.in_use() and bool(wanted & {"answers", "scores"})}


@pages.get("/visit/<int:visit_id>/next.ics")
@of_visit
def calendar(visit: OpenVisit) -> Page:
    """The day of the next visit for a calendar, in words that tell nothing."""
    on = store.next_on(db.session, visit)
    if "next_visit" not in visit.feedback or tablet.in_use() or not _finished(visit) or on is None:
        return redirect(next_address(visit))
    key = server.settings().secret_key.encode()
    uid = hmac.new(key, f"calendar {visit.patient_id} {on}".encode(), hashlib.sha256).hexdigest()[:32]
    made = Response(entry(on, _("Questionnaire"), uid=uid, at=now()), mimetype="text/calendar")
    made.headers["Content-Disposition"] = 'attachment; filename="date.ics"'
    return made


@pages.get("/visit/<int:visit_id>/looking-back")
@of_visit
def looking_back(visit: OpenVisit) -> Page:
    """Ask for the year of birth; then show the days of earlier answers and the way to the scores."""
    if not _open_to(visit, "answers", "scores"):
        return redirect(next_address(visit))
    return _draw_hub(visit)


@pages.post("/visit/<int:visit_id>/looking-back")
@of_visit
def tell_year(visit: OpenVisit) -> Page:
    """Take the year of birth."""
    if not _open_to(visit, "answers", "scores"):
        return redirect(next_address(visit))
    fault = birth_year.tell(visit)
    return (_draw_hub(visit, fault), 422) if fault else redirect(request.path)


def own(what: str) -> Callable[[Callable[..., Page]], Callable[..., Page]]:
    """Give a view the visit only where its patient may see `what` here; else ask for the year of birth."""

    def with_right(view: Callable[..., Page]) -> Callable[..., Page]:
        @wraps(view)
        def checked(visit: OpenVisit, **arguments: Any) -> Page:
            if not _open_to(visit, what):
                return redirect(next_address(visit))
            if not _recognised(visit):
                return redirect(url_for("feedback.looking_back", visit_id=visit.id))
            return view(visit, **arguments)

        return of_visit(checked)

    return with_right


@pages.get("/visit/<int:visit_id>/looking-back/answers/<int:number>")
@own("answers")
def answers(visit: OpenVisit, number: int) -> Page:
    """Show the answers of one of her visits, counted from the newest; on mood only on request."""
    days = store.answered(db.session, visit.patient_id)
    if not 1 <= number <= len(days):
        return redirect(url_for("feedback.looking_back", visit_id=visit.id))
    day, mood_too = days[number - 1], bool(request.args.get("mood"))
    given = responses.current(db.session, day.visit_id)
    on_mood = [one for one in given if store.is_on_mood(one.instrument, server.library())]
    shown = [one for one in given if mood_too or one not in on_mood]
    _note(visit, "answers")
    return draw(
        visit,
        "patient/earlier_answers.html",
        on=day.on,
        parts=[part(one, []) for one in shown],
        more=bool(on_mood) and not mood_too,
    )


@pages.get("/visit/<int:visit_id>/looking-back/scores")
@own("scores")
def scores(visit: OpenVisit) -> Page:
    """Show her own lines, each with a table and a sentence."""
    found = _lines(visit)
    if not found:
        return redirect(url_for("feedback.looking_back", visit_id=visit.id))
    _note(visit, "scores")
    return draw(visit, "patient/own_scores.html", lines=[(line, drawing(line)) for line in found])


@pages.get("/visit/<int:visit_id>/looking-back/for-my-doctor")
@own("scores")
def for_my_doctor(visit: OpenVisit) -> Page:
    """The same numbers on one page to print, with what a doctor needs to read them."""
    found = _lines(visit)
    if not found:
        return redirect(url_for("feedback.looking_back", visit_id=visit.id))
    _note(visit, "doctor")
    return draw(visit, "patient/for_my_doctor.html", lines=found)


def _lines(visit: OpenVisit) -> list[own_line.OwnLine]:
    if not own_line.may_be_shown(db.session, visit):
        return []
    return own_line.lines(db.session, visit, server.texts())


def _draw_hub(visit: OpenVisit, fault: Fault | None = None) -> str:
    recognised = _recognised(visit)
    days = store.answered(db.session, visit.patient_id) if recognised and "answers" in visit.feedback else []
    has_lines = recognised and "scores" in visit.feedback and bool(_lines(visit))
    return draw(
        visit,
        "patient/looking_back.html",
        recognised=recognised,
        tries=birth_year.tries_left(visit),
        fault=fault,
        days=[day.on for day in days],
        has_lines=has_lines,
    )


def _recognised(visit: OpenVisit) -> bool:
    return devices.recognised(db.session, visit.id, visit.device)


def _open_to(visit: OpenVisit, *whats: str) -> bool:
    """Whether the study gives any of these back, and here: after sending, and not on the clinic's tablet."""
    return bool(set(whats) & set(visit.feedback)) and _finished(visit) and not tablet.in_use()


def _finished(visit: OpenVisit) -> bool:
    return isinstance(position(visit), Finished)


def _note(visit: OpenVisit, *whats: str) -> None:
    """Note behind the page what it shows, where that is not stored yet."""
    for what in whats:
        if not store.is_noted(db.session, visit.id, what):
            afterwards.change(partial(_store_note, visit.id, visit.patient_id, what))


def _store_note(visit_id: int, patient_id: int, what: str, session: Session) -> None:
    store.note(session, visit_id, patient_id, what, at=now())
