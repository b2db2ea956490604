"""The patient's way: from the personal link, item by item, to the thanks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NamedTuple

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from surveys import tokens
from surveys.db import db
from surveys.forms.questionnaire import ERRORS, questionnaire_form
from surveys.instruments.definition import Instrument, Item
from surveys.models.assistance import ANSWERED_BY
from surveys.store.visit import answering, devices, links
from surveys.store.visit.alerts import crisis_text_seen
from surveys.store.visit.answering import LinkRefusal, LinkRefused, OpenVisit
from surveys.store.visit.progress import (
    AboutYou,
    AtItem,
    Consent,
    CrisisText,
    Finished,
    Helped,
    Introduction,
    Position,
    Review,
    current,
    first_open,
    position,
    remaining_minutes,
)
from surveys.store.words.crisis_texts import called
from surveys.store.words.wordings import Texts
from surveys.views.form import device, question, tablet
from surveys.views.form.calls import with_calls
from surveys.views.form.question import Given
from surveys.views.web import language
from surveys.views.web.protection import limiter, link_key

pages = Blueprint("patient", __name__)
Page = str | Response | tuple[str, int]

STATUS = {
    LinkRefusal.UNKNOWN: 404,
    LinkRefusal.REVOKED: 410,
    LinkRefusal.EXPIRED: 410,
    LinkRefusal.CLOSED: 410,
    LinkRefusal.LEFT: 410,
    LinkRefusal.STUDY_CLOSED: 410,
    LinkRefusal.TOO_EARLY: 403,
    LinkRefusal.STUDY_NOT_OPEN: 403,
    LinkRefusal.OTHER_LINK: 403,
}


class Words(NamedTuple):
    """A text of the study, and its language."""

    text: str
    locale: str


def init_app(app: Flask) -> None:
    """Register the patient's pages."""
    limited(pages)
    app.register_blueprint(pages)
    app.add_template_filter(with_calls)


def limited(blueprint: Blueprint) -> None:
    """Count the requests to `blueprint` with all others of the same link."""
    limiter.shared_limit("600 per minute", scope="patient", key_func=_link_asked)(blueprint)


@pages.app_errorhandler(LinkRefused)
def refused(error: LinkRefused) -> tuple[str, int]:
    """Say why the link opens nothing now, and what to do."""
    db.session.rollback()
    page = render_template(
        "patient/refused.html", refusal=error.refusal.value, on=error.on, contact=error.contact
    )
    return page, STATUS[error.refusal]


@pages.get("/s/<handed_on:token>")
def open_link(token: str) -> Response:
    """Take the token out of the address bar: what follows goes by the session."""
    link_id = links.find(db.session, token)
    if link_id is None:
        raise LinkRefused(LinkRefusal.UNKNOWN)
    visit = answering.load(db.session, link_id, texts(), device=device.name(), at=now())
    device.open_link(link_id)
    return redirect(url_for("patient.start", visit_id=visit.id))


def of_visit(view: Callable[..., Page]) -> Callable[..., Page]:
    """Give `view` the open visit that the address names and the session's link opens, locked for a POST.

    The address names the visit so that a page left open in another tab can never speak for somebody else,
    whose link was opened since.
    """

    @wraps(view)
    def with_visit(visit_id: int, **arguments: Any) -> Page:
        link_id = session.get("link")
        if link_id is None:
            raise LinkRefused(LinkRefusal.OTHER_LINK)
        visit = answering.load(
            db.session, link_id, texts(), device=device.name(), at=now(), lock=request.method == "POST"
        )
        if visit.id != visit_id:
            raise LinkRefused(LinkRefusal.OTHER_LINK)
        if device.went_past_help(visit.id):
            visit = replace(visit, crisis_text_due=bool(visit.crises))
        return view(visit, **arguments)

    return with_visit


@pages.get("/visit/<int:visit_id>")
@of_visit
def start(visit: OpenVisit) -> Page:
    """The introduction, or wherever the patient had got to."""
    here = position(visit)
    if isinstance(here, AboutYou | AtItem | Review) and _birth_year_asked(visit):
        return redirect(url_for("other_device.ask", visit_id=visit.id))
    if not isinstance(here, Introduction):
        return redirect(_address(visit, here))
    return draw(
        visit,
        "patient/introduction.html",
        minutes=remaining_minutes(visit),
        offered=_offered(visit),
        who_reads=in_words(visit, visit.who_reads),
    )


@pages.post("/visit/<int:visit_id>")
@of_visit
def begin(visit: OpenVisit) -> Page:
    """Go on from the introduction, in the language chosen there."""
    answering.open_visit(db.session, visit, at=now())
    db.session.commit()
    chosen = request.form.get("questions_in")
    if chosen in _offered(visit):
        session["questions_in"] = chosen
    return redirect(next_address(visit))


@pages.get("/visit/<int:visit_id>/<key>/<int:number>")
@of_visit
def item(visit: OpenVisit, key: str, number: int) -> Page:
    """One item. Nobody gets ahead of the first that is open."""
    instrument, asked = _asked(visit, key, number)
    if _something_first(visit) or key != current(visit):
        return redirect(next_address(visit))
    open_now = first_open(visit, instrument.key)
    if open_now is not None and asked.number > open_now.number:
        return redirect(_address(visit, AtItem(instrument, open_now)))
    return _draw_item(visit, instrument, asked, change=bool(request.args.get("change")))


@pages.post("/visit/<int:visit_id>/<key>/<int:number>")
@of_visit
def answer(visit: OpenVisit, key: str, number: int) -> Page:
    """Store one answer, or the decision to skip, before the next item shows."""
    instrument, asked = _asked(visit, key, number)
    if key in visit.submitted or visit.consent_due or visit.background_due:
        return redirect(next_address(visit))
    read = request.form.get("read")
    if read and key not in visit.drafts and read != instrument.wording.sha256:
        # The study asks in other words since the page was drawn: the question is asked again in these.
        return redirect(_address(visit, AtItem(instrument, asked)))
    go, change = request.form.get("go"), bool(request.form.get("change"))
    form = questionnaire_form(instrument, asked.key)(_only("answer"))
    given = "answer" in request.form
    if not asked.chosen:  # a box to type in is always sent, empty too
        given = bool(request.form.get("answer", "").strip()) and go != "skip"
    fault = None
    if given and (not form.validate() or (asked.chosen and "answer" in g.hidden_signs_in)):
        fault = ERRORS[asked.kind]
    elif not given and go not in {"back", "skip"} and not _hidden(visit, key, asked):
        fault = "no_answer"
    if fault and visit.crisis_text_due:
        return redirect(_address(visit, CrisisText()))
    if fault:
        typed = None if asked.chosen else request.form.get("answer", "")
        return _draw_item(visit, instrument, asked, change=change, error=fault, typed=typed), 422
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
        )
        db.session.commit()
        if crisis_text_due:
            return redirect(_address(visit, CrisisText()))
    return redirect(_after(visit, instrument, asked, back=go == "back", change=change))


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """A form from before the link was opened anew: what was given is not stored, but shown, to be sent again.

    Without an open link the page asks to open it; Back then shows this form again as it was filled in.
    """
    try:
        return _ask_again(**request.view_args or {})
    except LinkRefused as refusal:
        return refused(refusal)


@of_visit
def _ask_again(visit: OpenVisit, key: str = "", number: int = 0) -> Page:
    if request.endpoint != "patient.answer":  # nothing was typed there
        return redirect(url_for("patient.start", visit_id=visit.id))
    instrument, asked = _asked(visit, key, number)
    if key != current(visit) or _something_first(visit):
        return redirect(url_for("patient.start", visit_id=visit.id))
    form = questionnaire_form(instrument, asked.key)(_only("answer"))
    typed = question.given(form.answer.data) if form.validate() else None
    change = bool(request.form.get("change"))
    return _draw_item(visit, instrument, asked, change=change, error="not_sent", typed=typed), 422


@pages.get("/visit/<int:visit_id>/help")
@of_visit
def crisis_text(visit: OpenVisit) -> Page:
    """The study's crisis text, before anything else.

    A device that may not know what was answered asks for the year of birth, else shows the telephone numbers
    alone: the study's own words thank for the answer or speak of it.
    """
    if visit.crises:
        device.show_help(visit.id)
    elif visit.crisis_text_due and _birth_year_asked(visit):
        return redirect(url_for("other_device.ask", visit_id=visit.id))
    text = in_words(visit, visit.crisis_texts)
    told = device.was_shown_help(visit.id)
    return draw(visit, "patient/crisis_text.html", text=text if told else None, called=called(text.text))


@pages.post("/visit/<int:visit_id>/help")
@of_visit
def go_on(visit: OpenVisit) -> Page:
    """Note that where help is was shown here, and go on or stop."""
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
    """All answers of one questionnaire, each with a link to change it."""
    instrument = _instrument(visit, key)
    here = _where(visit, instrument)
    if here is not None:
        return redirect(here)
    text = instrument.wording.texts[language_of(visit)]
    rows = [
        {
            "key": language.marked(text.items[asked.key], language_of(visit)),
            "value": _said(visit, instrument, asked),
            "href": url_for("patient.item", visit_id=visit.id, key=key, number=asked.number, change=1),
        }
        for asked in visit.items(instrument.key)
    ]
    return draw(
        visit,
        "patient/review.html",
        rows=rows,
        text=text,
        changed=_changed(visit, instrument),
        may_show=may_show(visit),
    )


@pages.post("/visit/<int:visit_id>/<key>/review")
@of_visit
def submit(visit: OpenVisit, key: str) -> Page:
    """Make the answers a response. A second time changes nothing.

    What another device changed since the review was drawn is shown first: nobody sends what they did not see.
    """
    instrument = _instrument(visit, key)
    here = _where(visit, instrument)
    if here is not None and key not in visit.submitted:
        return redirect(here)
    if _untold(visit, instrument):
        return redirect(url_for("patient.review", visit_id=visit.id, key=key))
    stored = answering.submit(db.session, visit, instrument, at=now())
    db.session.commit()
    if stored is not None:
        device.sent(visit.id, key, visit.drafts[key].hidden)
    done = {*visit.submitted, key}
    finished = all(one in done for one in visit.battery)
    return redirect(url_for("patient.helped" if finished else "patient.saved", visit_id=visit.id))


@pages.get("/visit/<int:visit_id>/saved")
@of_visit
def saved(visit: OpenVisit) -> Page:
    """Between two questionnaires: what is saved and how long the next takes."""
    here = position(visit)
    if not visit.submitted or isinstance(here, Helped | Finished | CrisisText | Consent):
        return redirect(_address(visit, here))
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


@pages.get("/visit/<int:visit_id>/helped")
@of_visit
def helped(visit: OpenVisit) -> Page:
    """Whether anyone helped: asked once, at the end, and it may be passed over."""
    here = position(visit)
    if not isinstance(here, Helped):
        return redirect(_address(visit, here))
    return draw(visit, "patient/helped.html", values=ANSWERED_BY)


@pages.post("/visit/<int:visit_id>/helped")
@of_visit
def tell_help(visit: OpenVisit) -> Page:
    """Keep what was said, and go on to the thanks."""
    said = request.form.get("answer")
    answering.tell_help(db.session, visit, said if said in ANSWERED_BY else None, at=now())
    db.session.commit()
    return redirect(url_for("patient.thanks", visit_id=visit.id))


@pages.get("/visit/<int:visit_id>/thanks")
@of_visit
def thanks(visit: OpenVisit) -> Page:
    """The end, once everything is submitted."""
    here = position(visit)
    if not isinstance(here, Finished):
        return redirect(_address(visit, here))
    copy = not tablet.in_use() and bool(device.sent_just_now(visit.id))
    page = draw(visit, "patient/thanks.html", crisis_text=_help_again(visit), copy=copy)
    tablet.end()
    return page


@pages.get("/visit/<int:visit_id>/pause")
@of_visit
def pause(visit: OpenVisit) -> Page:
    """How to stop for now and come back."""
    return draw(visit, "patient/pause.html", crisis_text=_help_again(visit))


def _birth_year_asked(visit: OpenVisit) -> bool:
    """Whether to ask for the year of birth before going on; whoever would rather not say goes on without."""
    return session.get("without_earlier_answers") != visit.id and may_show(visit)


def may_show(visit: OpenVisit) -> bool:
    """Whether something is hidden here that the year of birth would show."""
    return visit.hides and devices.tries_left(db.session, visit.id, visit.patient_id) > 0


def _hidden(visit: OpenVisit, key: str, asked: Item) -> bool:
    """Whether `asked` was answered on another device, which this one may not show."""
    return key in visit.drafts and asked.key in visit.drafts[key].hidden


def _changed(visit: OpenVisit, instrument: Instrument) -> list[int]:
    """The questions that another device answered again, as numbered on the pages; each is told once."""
    untold = _untold(visit, instrument)
    draft = visit.drafts.get(instrument.key)
    changed = dict(draft.changed) if draft else {}
    if changed != session.get("changes_told", {}):
        session["changes_told"] = changed
    return untold


def _untold(visit: OpenVisit, instrument: Instrument) -> list[int]:
    """Likewise, without telling: those that this device has not been told of."""
    draft = visit.drafts.get(instrument.key)
    changed = draft.changed if draft else {}
    told = session.get("changes_told", {})
    return [
        number
        for number, asked in enumerate(visit.items(instrument.key), start=1)
        if asked.key in changed and changed[asked.key] != told.get(asked.key)
    ]


def _said(visit: OpenVisit, instrument: Instrument, asked: Item) -> str | Markup:
    """An answer as the review shows it here."""
    draft = visit.drafts[instrument.key]
    changed = asked.key in draft.changed
    if asked.key in draft.hidden:
        return _("Changed on another device") if changed else _("Answered on another device")
    locale = language_of(visit)
    words = question.answer_words(instrument, asked, locale, draft.given[asked.key])
    return Markup("{} ({})").format(words, _("changed on another device")) if changed else words


def _link_asked() -> str:
    """Who is counted: the link in the address, else the link that this browser opened."""
    token = (request.view_args or {}).get("token")
    return link_key() if token is None else f"token:{links.digest(tokens.cleaned(token))}"


def texts() -> Texts:
    """Every instrument in every wording."""
    found: Texts = current_app.extensions["texts"]
    return found


def now() -> datetime:
    """The instant that a request is dated with."""
    return datetime.now(UTC)


def _only(name: str) -> MultiDict[str, str]:
    return MultiDict([(name, value) for value in request.form.getlist(name)])


def language_of(visit: OpenVisit) -> str:
    """The language of the questions: the one chosen, else the interface's, else what the browser likes best.

    A questionnaire once begun goes on in its language.
    """
    for draft in visit.drafts.values():
        return draft.locale
    offered = _offered(visit)
    for wanted in (session.get("questions_in"), language.locale()):
        if wanted in offered:
            return str(wanted)
    return language.preferred(offered)


def _offered(visit: OpenVisit) -> list[str]:
    """The languages that the study uses and every questionnaire of the visit has."""
    instruments = visit.instruments.values()
    return [code for code in visit.locales if all(code in one.locales for one in instruments)]


def in_words(visit: OpenVisit, texts: Mapping[str, str]) -> Words:
    """A text of the study: in the interface's language where it is there, else in the questions'."""
    code = language.locale()
    if not texts.get(code):
        code = language_of(visit)
    return Words(texts.get(code, ""), code)


def _help_again(visit: OpenVisit) -> Words | None:
    """The crisis text for pages that repeat it to whoever was shown it; else nothing."""
    return in_words(visit, visit.crisis_texts) if device.was_shown_help(visit.id) else None


def _instrument(visit: OpenVisit, key: str) -> Instrument:
    if key not in visit.battery:
        abort(404)
    return visit.instruments[key]


def _asked(visit: OpenVisit, key: str, number: int) -> tuple[Instrument, Item]:
    instrument = _instrument(visit, key)
    asked = next((one for one in visit.items(instrument.key) if one.number == number), None)
    return (instrument, asked) if asked else abort(404)


def _something_first(visit: OpenVisit) -> bool:
    """Whether something comes before any question of a questionnaire."""
    return visit.crisis_text_due or visit.consent_due or visit.background_due


def _where(visit: OpenVisit, instrument: Instrument) -> str | None:
    """Where to go instead of this questionnaire's review; None where the review is right."""
    if _something_first(visit) or instrument.key != current(visit):
        return next_address(visit)
    open_now = first_open(visit, instrument.key)
    return None if open_now is None else _address(visit, AtItem(instrument, open_now))


def next_address(visit: OpenVisit) -> str:
    """Where going on leads: whatever is open, the introduction being passed."""
    here = position(visit)
    if isinstance(here, Introduction):
        if visit.consent_due:
            return _address(visit, Consent())
        if visit.background_due:
            return _address(visit, AboutYou(1))
        first = visit.battery[0]
        return _address(visit, AtItem(visit.instruments[first], visit.items(first)[0]))
    return _address(visit, here)


def _address(visit: OpenVisit, here: Position) -> str:
    match here:
        case Introduction():
            return url_for("patient.start", visit_id=visit.id)
        case Consent():
            return url_for("taking_part.consent", visit_id=visit.id)
        case AboutYou(None):
            return url_for("about_you.review", visit_id=visit.id)
        case AboutYou(number):
            return url_for("about_you.question", visit_id=visit.id, number=number)
        case CrisisText():
            return url_for("patient.crisis_text", visit_id=visit.id)
        case AtItem(instrument, asked):
            return url_for("patient.item", visit_id=visit.id, key=instrument.key, number=asked.number)
        case Review(instrument):
            return url_for("patient.review", visit_id=visit.id, key=instrument.key)
        case Helped():
            return url_for("patient.helped", visit_id=visit.id)
        case Finished():
            return url_for("patient.thanks", visit_id=visit.id)


def _after(visit: OpenVisit, instrument: Instrument, asked: Item, *, back: bool, change: bool) -> str:
    numbers = [one.number for one in visit.items(instrument.key)]
    neighbour = numbers.index(asked.number) + (-1 if back else 1)
    if change or neighbour == len(numbers):
        return _address(visit, Review(instrument))
    number = numbers[max(neighbour, 0)]
    return url_for("patient.item", visit_id=visit.id, key=instrument.key, number=number)


def draw(visit: OpenVisit, template: str, **context: Any) -> str:
    """A page of the visit."""
    study = {"title": visit.study_title, "simulated": visit.simulated}
    return render_template(template, visit=visit, study=study, questions_in=language_of(visit), **context)


def _draw_item(
    visit: OpenVisit,
    instrument: Instrument,
    asked: Item,
    *,
    change: bool,
    error: str | None = None,
    typed: Given = None,
) -> str:
    """The page of one item; `error` says what is wrong, `typed` what was given this time."""
    locale = language_of(visit)
    draft = visit.drafts.get(instrument.key)
    given = draft.shown if draft else {}
    asked_numbers = [one.number for one in visit.items(instrument.key)]
    error_text = question.error_text(instrument, asked, error) if error else None
    shown = question.given(given.get(asked.key)) if typed is None else typed
    if isinstance(shown, str):
        shown = shown[: question.LONGEST_TYPED]
    return draw(
        visit,
        "patient/item.html",
        text=instrument.wording.texts[locale],
        question=question.drawn(instrument, asked.key, locale, shown, error_text),
        error=error_text,
        number=asked_numbers.index(asked.number) + 1,
        total=len(asked_numbers),
        part=visit.battery.index(instrument.key) + 1,
        change=change,
        read=None if draft else instrument.wording.sha256,
        kept=_hidden(visit, instrument.key, asked),
        may_show=may_show(visit),
        changed=_changed(visit, instrument),
        may_skip=error == "no_answer" or (asked.key in given and given[asked.key] is None),
    )
