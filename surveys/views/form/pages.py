"""The patient's way: from the personal link, item by item, to the thanks."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Flask, Response, g, make_response, redirect, request, session, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict

from surveys.db import db
from surveys.forms.questionnaire import ERRORS, questionnaire_form
from surveys.instruments.definition import Instrument, Item
from surveys.store.visit import answering, links
from surveys.store.visit.alerts import crisis_text_seen
from surveys.store.visit.opening import LinkRefusal, LinkRefused, OpenVisit
from surveys.store.visit.progress import (
    AboutYou,
    AtItem,
    ConsentDue,
    CrisisText,
    Finished,
    Helped,
    Introduction,
    Priority,
    Review,
    current,
    first_open,
    position,
    remaining_minutes,
)
from surveys.store.words.crisis_texts import called
from surveys.views.form import device, feedback, question, safety, tablet
from surveys.views.form.addresses import address, next_address, something_first
from surveys.views.form.calls import with_calls
from surveys.views.form.item import (
    answer_shown,
    changes_untold,
    draw_item,
    hidden_here,
    instrument_asked,
    item_asked,
    tell_changes,
)
from surveys.views.form.refusals import asked_again, refused
from surveys.views.form.visit import (
    KEEP_ALONE,
    StudyText,
    draw,
    enter,
    language_of,
    limited,
    may_show,
    now,
    of_visit,
    offered,
    study_text,
    year_asked,
)
from surveys.views.web import language, server
from surveys.views.web.page import Page

NEXT_PAGE = "return=representation"  # RFC 7240; what our script prefers after an answer

pages = Blueprint("patient", __name__)
limited(pages)
pages.app_errorhandler(LinkRefused)(refused)


def init_app(app: Flask) -> None:
    """Register the patient's pages."""
    app.register_blueprint(pages)
    app.add_template_filter(with_calls)


@pages.get("/s/<handed_on:token>")
def open_link(token: str) -> Page:
    """Open the link, known or not."""
    link_id = links.find(db.session, token)
    if link_id is None:
        raise LinkRefused(LinkRefusal.UNKNOWN)
    return enter(link_id)


@pages.get("/visit/<int:visit_id>")
@of_visit
def start(visit: OpenVisit) -> Page:
    """Show the introduction, or the patient's open page."""
    here = position(visit)
    if isinstance(here, AboutYou | AtItem | Review) and year_asked(visit):
        return redirect(url_for("other_device.ask", visit_id=visit.id))
    if not isinstance(here, Introduction):
        return redirect(address(visit, here))
    return draw(
        visit,
        "patient/introduction.html",
        minutes=remaining_minutes(visit),
        offered=offered(visit),
        who_reads=study_text(visit, visit.who_reads),
    )


@pages.post("/visit/<int:visit_id>")
@of_visit
def begin(visit: OpenVisit) -> Page:
    """Go on from the introduction, in the language chosen there."""
    answering.open_visit(db.session, visit, at=now())
    db.session.commit()
    chosen = request.form.get("questions_in")
    if chosen in offered(visit):
        session["questions_in"] = chosen
    return redirect(next_address(visit))


@pages.get("/visit/<int:visit_id>/<key>/<int:number>")
@of_visit
def item(visit: OpenVisit, key: str, number: int) -> Page:
    """Show one item, at most the first that is open."""
    instrument, asked = item_asked(visit, key, number)
    return _show(visit, instrument, asked, change=bool(request.args.get("change")))


@pages.post("/visit/<int:visit_id>/<key>/<int:number>")
@of_visit
def answer(visit: OpenVisit, key: str, number: int) -> Page:
    """Store one answer, or the decision to skip, before the next item shows.

    A script that prefers the next question to a redirect gets it at once. "Stop" keeps what was chosen.
    """
    instrument, asked = item_asked(visit, key, number)
    if key in visit.submitted or visit.consent_due or visit.background_due:
        return redirect(next_address(visit))
    read = request.form.get("read")
    if read and key not in visit.drafts and read != instrument.wording.sha256:
        # The study's words changed since the page was drawn: ask the question again in the new words.
        return redirect(address(visit, AtItem(instrument, asked)))
    go, change = request.form.get("go"), bool(request.form.get("change"))
    form = questionnaire_form(instrument, asked.key)(_only("answer"))
    given = "answer" in request.form
    if not asked.chosen:  # browsers always send a text box, even an empty one
        given = bool(request.form.get("answer", "").strip()) and go != "skip"
    fault = None
    if go == "stop":
        given = given and form.validate()
    if given and (not form.validate() or (asked.chosen and "answer" in g.hidden_signs_in)):
        fault = ERRORS[asked.kind]
    elif not given and go not in {"back", "skip", "stop"} and not hidden_here(visit, key, asked):
        fault = "no_answer"
    if fault and visit.crisis_text_due:
        return redirect(address(visit, CrisisText()))
    if fault:
        typed = None if asked.chosen else request.form.get("answer", "")
        return draw_item(visit, instrument, asked, change=change, error=fault, typed=typed), 422
    if given or go == "skip":
        value = None if go == "skip" else form.answer.data
        crisis_text_due = answering.save_answer(
            db.session,
            visit,
            instrument,
            asked.key,
            value,
            locale=language_of(visit),
            source=tablet.source(),
            at=now(),
            seals=server.seals(),
        )
        db.session.commit()
        if request.headers.get("Prefer") == KEEP_ALONE:
            return Response(status=204)
        if crisis_text_due:
            return redirect(address(visit, CrisisText()))
        if key in visit.drafts:
            said = visit.drafts[key].with_answer(asked.key, value)
            visit = replace(visit, drafts={**visit.drafts, key: said})
    if go == "stop":
        return redirect(url_for("patient.pause", visit_id=visit.id))
    following = _after(visit, instrument, asked, back=go == "back", change=change)
    if given and safety.eye_due(visit, instrument, asked.key, form.answer.data):
        after = following.number if following else 0
        return redirect(url_for("safety.eye", visit_id=visit.id, key=key, number=after))
    if following is None:
        return redirect(address(visit, Review(instrument)))
    here = address(visit, AtItem(instrument, following))
    if request.headers.get("Prefer") != NEXT_PAGE or key not in visit.drafts:
        return redirect(here)
    page = _show(visit, instrument, following, change=False)
    return make_response(page, {"Content-Location": here}) if isinstance(page, str) else page


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """A form from before the link was opened anew: what was given is shown, not stored, to be sent again."""
    return asked_again(_ask_again)


@of_visit
def _ask_again(visit: OpenVisit, key: str = "", number: int = 0) -> Page:
    if request.endpoint != "patient.answer":  # that form has no text box
        return redirect(url_for("patient.start", visit_id=visit.id))
    instrument, asked = item_asked(visit, key, number)
    if key != current(visit) or something_first(visit):
        return redirect(url_for("patient.start", visit_id=visit.id))
    form = questionnaire_form(instrument, asked.key)(_only("answer"))
    typed = question.given(form.answer.data) if form.validate() else None
    change = bool(request.form.get("change"))
    return draw_item(visit, instrument, asked, change=change, error="not_sent", typed=typed), 422


@pages.get("/visit/<int:visit_id>/help")
@of_visit
def crisis_text(visit: OpenVisit) -> Page:
    """Show the study's crisis text, before any other page.

    A device that may not know the answer asks for the year of birth. Without it, it shows the telephone
    numbers alone, because the study's own words thank for the answer or mention it.
    """
    if visit.crises:
        device.show_help(visit.id)
    elif visit.crisis_text_due and may_show(visit) and year_asked(visit):
        return redirect(url_for("other_device.ask", visit_id=visit.id))
    text = study_text(visit, visit.crisis_texts)
    told = device.was_shown_help(visit.id)
    return draw(visit, "patient/crisis_text.html", text=text if told else None, called=called(text.text))


@pages.post("/visit/<int:visit_id>/help")
@of_visit
def go_on(visit: OpenVisit) -> Page:
    """Record that this device showed where help is, and go on or stop."""
    if visit.crises and device.was_shown_help(visit.id):
        crisis_text_seen(db.session, visit.crises, at=now())
        db.session.commit()
    stop = request.form.get("go") == "stop"
    if not stop:
        device.go_past_help(visit.id)
    return redirect(url_for("patient.pause" if stop else "patient.start", visit_id=visit.id))


@pages.get("/visit/<int:visit_id>/<key>/review")
@of_visit
def review(visit: OpenVisit, key: str) -> Page:
    """Show all answers of one questionnaire, each with a link to change it."""
    instrument = instrument_asked(visit, key)
    here = _where(visit, instrument)
    if here is not None:
        return redirect(here)
    text = instrument.wording.texts[language_of(visit)]
    rows = [
        {
            "key": language.marked(text.items[asked.key], language_of(visit)),
            "value": answer_shown(visit, instrument, asked),
            "href": url_for("patient.item", visit_id=visit.id, key=key, number=asked.number, change=1),
        }
        for asked in visit.items(instrument.key)
    ]
    return draw(
        visit,
        "patient/review.html",
        rows=rows,
        text=text,
        changed=tell_changes(visit, instrument),
        may_show=may_show(visit),
        unproved=server.seals().fault(visit.drafts[key].said) is not None,
    )


@pages.post("/visit/<int:visit_id>/<key>/review")
@of_visit
def submit(visit: OpenVisit, key: str) -> Page:
    """Make the answers a response. To send twice is harmless.

    If another device changed an answer since the review was drawn, the patient sees the change before
    sending.
    """
    instrument = instrument_asked(visit, key)
    here = _where(visit, instrument)
    if here is not None and key not in visit.submitted:
        return redirect(here)
    if changes_untold(visit, instrument):
        return redirect(url_for("patient.review", visit_id=visit.id, key=key))
    stored = answering.submit(db.session, visit, instrument, server.library(), at=now(), seals=server.seals())
    db.session.commit()
    if stored is not None:
        device.sent(visit.id, key, visit.drafts[key].hidden)
    done = {*visit.submitted, key}
    finished = all(one in done for one in visit.battery)
    return redirect(address(visit, Helped()) if finished else url_for("patient.saved", visit_id=visit.id))


@pages.get("/visit/<int:visit_id>/saved")
@of_visit
def saved(visit: OpenVisit) -> Page:
    """Show, between two questionnaires, that one is saved and how long the next takes."""
    here = position(visit)
    if not visit.submitted or isinstance(here, Priority | Helped | Finished | CrisisText | ConsentDue):
        return redirect(address(visit, here))
    remaining = [key for key in visit.battery if key not in visit.submitted]
    return draw(
        visit,
        "patient/saved.html",
        done=len(visit.battery) - len(remaining),
        minutes=visit.instruments[remaining[0]].minutes,
    )


@pages.post("/visit/<int:visit_id>/saved")
@of_visit
def next_questionnaire(visit: OpenVisit) -> Page:
    """Go on to the next questionnaire."""
    return redirect(next_address(visit))


@pages.get("/visit/<int:visit_id>/thanks")
@of_visit
def thanks(visit: OpenVisit) -> Page:
    """Show the end, once everything is submitted."""
    here = position(visit)
    if not isinstance(here, Finished):
        return redirect(address(visit, here))
    copy = not tablet.in_use() and bool(device.sent_just_now(visit.id))
    again = {"crisis_text": _help_again(visit), "eye": safety.eye_again(visit)}
    page = draw(visit, "patient/thanks.html", copy=copy, **again, **feedback.at_the_end(visit))
    tablet.end()
    return page


@pages.get("/visit/<int:visit_id>/pause")
@of_visit
def pause(visit: OpenVisit) -> Page:
    """Show how to stop for now and come back."""
    return draw(visit, "patient/pause.html", crisis_text=_help_again(visit), eye=safety.eye_again(visit))


def _only(name: str) -> MultiDict[str, str]:
    return MultiDict([(name, value) for value in request.form.getlist(name)])


def _help_again(visit: OpenVisit) -> StudyText | None:
    """The crisis text for pages that repeat it on the device that showed it; otherwise empty."""
    return study_text(visit, visit.crisis_texts) if device.was_shown_help(visit.id) else None


def _where(visit: OpenVisit, instrument: Instrument) -> str | None:
    """The page to show instead of this questionnaire's review; None if the review is right."""
    if something_first(visit) or instrument.key != current(visit):
        return next_address(visit)
    open_now = first_open(visit, instrument.key)
    return None if open_now is None else address(visit, AtItem(instrument, open_now))


def _show(visit: OpenVisit, instrument: Instrument, asked: Item, *, change: bool) -> Page:
    """The page of one item, at most the first that is open."""
    if something_first(visit) or instrument.key != current(visit):
        return redirect(next_address(visit))
    open_now = first_open(visit, instrument.key)
    if open_now is not None and asked.number > open_now.number:
        return redirect(address(visit, AtItem(instrument, open_now)))
    return draw_item(visit, instrument, asked, change=change)


def _after(visit: OpenVisit, instrument: Instrument, asked: Item, *, back: bool, change: bool) -> Item | None:
    """The item to show after `asked`; None for the review."""
    items = visit.items(instrument.key)
    neighbour = items.index(asked) + (-1 if back else 1)
    return None if change or neighbour == len(items) else items[max(neighbour, 0)]
