"""The background form: a patient's answers about the face and its treatment, before the questionnaires.

The address names a question by its place alone, because addresses are logged and a question can reveal
earlier answers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from analysis.data.kinds import OPERATIONS_ASKED
from surveys.background import Said, date_said, kind_of
from surveys.db import db
from surveys.forms.background import NONE, QuestionForm, QuestionWords, question_form, words_of
from surveys.store.visit import background, birth_years
from surveys.store.visit.background import BackgroundAnswers
from surveys.store.visit.opening import OpenVisit
from surveys.typed import FIRST_YEAR
from surveys.views.form import device
from surveys.views.form.addresses import next_address
from surveys.views.form.refusals import asked_again
from surveys.views.form.visit import KEEP_ALONE, draw, limited, may_show, now, of_visit
from surveys.views.web import language
from surveys.views.web.page import Page

pages = Blueprint("about_you", __name__)
limited(pages)
ABOUT_YOU = "about_you"  # the form's name among the sent questionnaires
BOXES = ("day", "month", "year")
LONGEST_TYPED = 20


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/visit/<int:visit_id>/about-you/<int:number>")
@of_visit
def question(visit: OpenVisit, number: int) -> Page:
    """Show one question, at most the first that is open."""
    told = _open(visit)
    if told is None or not 1 <= number <= (told.first_open or len(told.questions)):
        return redirect(next_address(visit))
    return _draw(visit, told, told.questions[number - 1], change=bool(request.args.get("change")))


@pages.post("/visit/<int:visit_id>/about-you/<int:number>")
@of_visit
def answer(visit: OpenVisit, number: int) -> Page:
    """Store one answer, or the decision to skip, before the next question shows."""
    told, asked = _open(visit), request.form.get("asked", "")
    if told is None or asked not in told.questions:  # sent already, or another device answered differently
        return redirect(next_address(visit))
    go, change = request.form.get("go"), bool(request.form.get("change"))
    form = question_form(asked)(request.form)
    given = form.given and go != "skip"
    fault = None
    if go == "stop":
        given = given and form.fits(visit.today)
    if given and not form.fits(visit.today):
        fault = form.fault
    elif given and "sure" not in request.form and _before_birth(visit, asked, form.said):
        fault, form.box = "before_birth", "year"
    elif not given and go not in {"back", "skip", "stop"} and asked not in told.hidden:
        fault = "no_answer"
    if fault:
        return _draw(visit, told, asked, change=change, error=fault, form=form), 422
    if given or go == "skip":
        value = form.said if given else None
        background.say(
            db.session,
            visit.id,
            told,
            asked,
            value,
            device=visit.device,
            locale=language.locale(),
            today=visit.today,
            at=now(),
        )
        db.session.commit()
        if request.headers.get("Prefer") == KEEP_ALONE:
            return Response(status=204)
        told = replace(told, given={**told.given, asked: value}, elsewhere=told.elsewhere - {asked})
    if go == "stop":
        return redirect(url_for("patient.pause", visit_id=visit.id))
    return redirect(_after(visit, told, asked, back=go == "back", change=change))


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """A form from before the link was opened anew: what was given is shown, not stored, to be sent again."""
    return asked_again(_ask_again)


@of_visit
def _ask_again(visit: OpenVisit, number: int = 0) -> Page:
    told, asked = _open(visit), request.form.get("asked", "")
    if told is None or asked not in told.questions:
        return redirect(next_address(visit))
    form = question_form(asked)(request.form)
    change = bool(request.form.get("change"))
    return _draw(visit, told, asked, change=change, error="not_sent", form=form), 422


@pages.get("/visit/<int:visit_id>/about-you/review")
@of_visit
def review(visit: OpenVisit) -> Page:
    """All answers, each with a link to change it."""
    told = _open(visit)
    if told is None or told.first_open is not None:
        return redirect(next_address(visit))
    rows = [
        {**row, "href": url_for("about_you.question", visit_id=visit.id, number=number, change=1)}
        for number, row in enumerate(rows_of(visit, told), 1)
    ]
    return draw(visit, "patient/about_you_review.html", rows=rows, may_show=may_show(visit))


@pages.post("/visit/<int:visit_id>/about-you/review")
@of_visit
def send(visit: OpenVisit) -> Page:
    """Close the form and go on to the questionnaires. To send twice is harmless."""
    told = _open(visit)
    if told is not None and background.send(
        db.session, visit.id, visit.patient_id, told, locale=language.locale(), at=now()
    ):
        db.session.commit()
        device.sent(visit.id, ABOUT_YOU, ())
        visit = replace(visit, background=replace(told, sent=True))
    return redirect(next_address(visit))


def rows_of(visit: OpenVisit, told: BackgroundAnswers) -> list[dict[str, str]]:
    """Each question, as `key`, and its answer, as `value`, if this device may see it."""
    return [{"key": _named(told, asked, visit), "value": _said(told, asked)} for asked in told.questions]


def _answer_words(asked: str, value: Said | None) -> str:
    """An answer as a patient reads it."""
    if value is None:
        return _("Not answered")
    if kind_of(asked) == "date":
        return language.written_as_known(*date_said(value))
    words = words_of(asked).choices or {}
    codes = value if isinstance(value, list) else [value]
    return "; ".join(str(words[str(code)]) for code in codes or [NONE])


def _said(told: BackgroundAnswers, asked: str) -> str:
    """An answer as the review shows it here."""
    if asked in told.hidden:
        return _("Changed in the meantime") if asked in told.changed else _("Answered earlier")
    words = _answer_words(asked, told.given[asked])
    return f"{words} ({_('changed in the meantime')})" if asked in told.changed else words


def _before_birth(visit: OpenVisit, asked: str, said: Said) -> bool:
    """Whether a date lies before every year of birth that is known; whoever is sure says so once more."""
    if kind_of(asked) != "date":
        return False
    known = birth_years.known(db.session, visit.patient_id)
    return bool(known) and date_said(said)[0].year < min(known)


def _open(visit: OpenVisit) -> BackgroundAnswers | None:
    """The form while it is open; None if another step comes first or it is closed."""
    if visit.crisis_text_due or visit.consent_due or not visit.background_due:
        return None
    return visit.background


def _after(visit: OpenVisit, told: BackgroundAnswers, asked: str, *, back: bool, change: bool) -> str:
    here = told.questions.index(asked) + 1
    if back and not change:
        return _address(visit, max(here - 1, 1))
    if change or here == len(told.questions):
        return _address(visit, told.first_open)
    return _address(visit, here + 1)


def _address(visit: OpenVisit, number: int | None) -> str:
    if number is None:
        return url_for("about_you.review", visit_id=visit.id)
    return url_for("about_you.question", visit_id=visit.id, number=number)


def _words(told: BackgroundAnswers, asked: str, visit: OpenVisit) -> QuestionWords:
    if told.since is None:
        return words_of(asked)
    return words_of(asked, language.written(told.since.astimezone(ZoneInfo(visit.timezone)).date()))


def _named(told: BackgroundAnswers, asked: str, visit: OpenVisit) -> str:
    words = _words(told, asked, visit)
    repeated = words.instruction if asked in OPERATIONS_ASKED else ""
    return f"{words.text} {repeated}".strip()


def _draw(
    visit: OpenVisit,
    told: BackgroundAnswers,
    asked: str,
    *,
    change: bool,
    error: str | None = None,
    form: QuestionForm | None = None,
) -> str:
    """The page of one question; `error` names the fault, `form` holds the input."""
    number = told.questions.index(asked) + 1
    words, kind = _words(told, asked, visit), kind_of(asked)
    shown: Any = told.shown.get(asked)
    if kind == "date":
        boxes = _boxes(shown) if form is None else {box: request.form.get(box, "") for box in BOXES}
        shown = {box: typed[:LONGEST_TYPED] for box, typed in boxes.items()}
    elif form is not None and form.given:
        shown = request.form.getlist("answer") if kind == "choices" else request.form.get("answer")
    elif shown == []:
        shown = [NONE]
    return draw(
        visit,
        "patient/about_you.html",
        asked=asked,
        kind=kind,
        words=words,
        choices=[(code, str(text)) for code, text in (words.choices or {}).items()],
        shown=shown,
        error=_error_text(kind, error) if error else None,
        sure=error == "before_birth",
        box=(form.box if form else None) or "day",
        number=number,
        total=len(told.questions),
        change=change,
        kept=asked in told.hidden,
        may_show=may_show(visit),
        may_skip=error == "no_answer" or (asked in told.shown and told.shown[asked] is None),
    )


def _boxes(value: Said | None) -> dict[str, str]:
    """The parts of a stored date for its boxes."""
    if value is None:
        return dict.fromkeys(BOXES, "")
    on, precision = date_said(value)
    known = BOXES[BOXES.index(precision) :]
    return {box: str(_part(on, box)) if box in known else "" for box in BOXES}


def _part(on: date, box: str) -> int:
    return {"day": on.day, "month": on.month, "year": on.year}[box]


def _error_text(kind: str, error: str) -> str:
    match error:
        case "no_answer" if kind == "date":
            return _("Please write an answer. If you would rather not answer this one, you may skip it.")
        case "no_answer":
            return _("Please choose an answer. If you would rather not answer this one, you may skip it.")
        case "not_sent":
            return _("Your answer was not sent yet. Please press the button once more.")
        case "none_and_more":
            return _('Please choose either "None of these" or what applies, not both.')
        case "not_a_number":
            return _("Please write the day, month and year, such as 27 3 2024 or 27 March 2024.")
        case "no_year":
            return _("Please write the year too.")
        case "year":
            return _(
                "Please write the year with four digits, from %(first)s to %(last)s.",
                first=FIRST_YEAR,
                last=now().year,
            )
        case "no_month":
            return _("Please write the month too, or leave out the day.")
        case "month":
            return _("Please write the month as a number from 1 to 12, or by its name.")
        case "day":
            return _("That month has no such day. Please look at it again.")
        case "before_birth":
            return _(
                "That is before the year in which you were born, as far as we know it. Please look at it "
                "again. If it is right, press the button once more."
            )
        case "ahead":
            return _("This lies in the future. Please look at the date again.")
    return _("That is not one of the answers. Please choose one from the list.")
