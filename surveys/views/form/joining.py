"""A study's public page: who may join, consent, an address that is proved, and the first visit.

What is told on the way stands in the session alone. Nothing of it is stored before somebody agreed and named
an address, and the pages say the same whether or not that address is known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from limits import parse
from sqlalchemy.exc import IntegrityError

from surveys import same, tokens
from surveys.db import db
from surveys.language_names import territories
from surveys.mail import at_once, words
from surveys.mail.channels.text import CHANNEL as TEXT
from surveys.mail.channels.text.gateway import Text
from surveys.mail.channels.text.signs import plain
from surveys.mail.mailer import MailSettingsError, NotTaken, PerhapsTaken
from surveys.mobile_numbers import NoMobileError, mobile_number
from surveys.models import JoiningPage, Study
from surveys.store.patient import consents, joining
from surveys.store.patient.joining import Applicant, EnoughError, NobodyNowError, NotProvedError
from surveys.store.post import facts
from surveys.store.study.studies import today
from surveys.store.visit import links
from surveys.store.visit.opening import LinkRefusal, LinkRefused
from surveys.typed import birth_year
from surveys.views.form import device
from surveys.views.form.refusals import refused
from surveys.views.form.visit import enter, now
from surveys.views.web import language, server
from surveys.views.web.page import Page
from surveys.views.web.protection import count

pages = Blueprint("joining", __name__)

OF_A_NETWORK = parse("60 per hour")  # an evening of a patients' association may share one
OF_AN_ADDRESS = parse("5 per hour")
CODES = parse("30 per hour")
LEAST_SECONDS = 5
LONGEST_TYPED = 254


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


def of_study(view: Callable[..., Page]) -> Callable[..., Page]:
    """Give `view` the study that the address names, and its public page, if people may join."""

    @wraps(view)
    def with_study(code: str) -> Page:
        found = joining.find(db.session, code)
        if found is None:
            return _end(None, "closed"), 404
        return view(*found)

    return with_study


@pages.get("/join/<code>")
@of_study
def information(study: Study, page: JoiningPage) -> Page:
    """Say what the study is about, who may join, and whom to ask."""
    code = _locale(study)
    text = page.information.get(code, "")
    return _draw(study, "join.html", text=text, locale=code, countries=_countries(page), age=study.lowest_age)


@pages.post("/join/<code>")
@of_study
def begin(study: Study, page: JoiningPage) -> Page:
    """Go on to the questions about who may join."""
    session["joining"] = {"study": study.id, "begun": datetime.now(UTC).timestamp()}
    return redirect(url_for("joining.who", code=study.code))


@pages.get("/join/<code>/who")
@of_study
def who(study: Study, page: JoiningPage) -> Page:
    """Ask for the year of birth, the palsy and the country."""
    if _begun(study) is None:
        return redirect(url_for("joining.information", code=study.code))
    return _draw(study, "join_who.html", countries=_countries(page), error="", typed="")


@pages.post("/join/<code>/who")
@of_study
def tell_who(study: Study, page: JoiningPage) -> Page:
    """Go on to the consent text, or say kindly that this study is for others. Nothing is stored."""
    told = _begun(study)
    if told is None:
        return redirect(url_for("joining.information", code=study.code))
    typed = request.form.get("birth_year", "")[:20]
    year, palsy = birth_year(typed), request.form.get("palsy")
    country = request.form.get("country") or None
    error = "year" if year is None else "palsy" if palsy not in {"yes", "no"} else ""
    if not error and page.countries and country not in {*page.countries, "other"}:
        error = "country"
    if error or year is None:
        return _draw(study, "join_who.html", countries=_countries(page), error=error, typed=typed), 422
    on = today(study, now())
    if not joining.may_join(study, page, year, palsy == "yes", country, on):
        session.pop("joining", None)
        return _end(study, "not_this_one")
    session["joining"] = {**told, "year": year}
    return redirect(url_for("joining.consent", code=study.code))


@pages.get("/join/<code>/consent")
@of_study
def consent(study: Study, page: JoiningPage) -> Page:
    """Show the consent text, with an empty box for each part."""
    told, text = _begun(study), consents.newest(db.session, study.id, _locale(study))
    if told is None or "year" not in told or text is None:
        return redirect(url_for("joining.information", code=study.code))
    notice = study.privacy_notices.get(_locale(study), "")
    return _draw(study, "join_consent.html", text=text, parts=consents.parts_of(text), notice=notice)


@pages.post("/join/<code>/consent")
@of_study
def decide(study: Study, page: JoiningPage) -> Page:
    """Go on to the address, or end kindly. Nothing is stored of who declines."""
    told = _begun(study)
    if told is None or "year" not in told:
        return redirect(url_for("joining.information", code=study.code))
    if request.form.get("decision") != "agree":
        session.pop("joining", None)
        return _end(study, "declined")
    parts = [part for part in request.form.getlist("parts") if part in consents.PARTS]
    session["joining"] = {**told, "parts": parts}
    return redirect(url_for("joining.reach", code=study.code))


@pages.get("/join/<code>/address")
@of_study
def reach(study: Study, page: JoiningPage) -> Page:
    """Ask where the questions are to go."""
    told = _begun(study)
    if told is None or "parts" not in told:
        return redirect(url_for("joining.information", code=study.code))
    return _reach(study, told)


@pages.post("/join/<code>/address")
@of_study
def tell_address(study: Study, page: JoiningPage) -> Page:
    """Send the link or the code. A machine fills the hidden field, is told the same, and is sent nothing."""
    told = _begun(study)
    if told is None or "parts" not in told:
        return redirect(url_for("joining.information", code=study.code))
    typed = request.form.get("address", "").strip()[:LONGEST_TYPED]
    way = "email" if "@" in typed else "text"
    if way not in joining.ways(told["parts"], _texts_go(study)):
        return _reach(study, told, "email" if way == "text" else "address", typed)
    try:
        address = same.email_address(typed) if way == "email" else mobile_number(typed, _region(study))
    except (same.NoAddressError, NoMobileError):
        return _reach(study, told, "address", typed)
    seconds = int(now().timestamp() - told["begun"])
    if request.form.get("website"):
        return redirect(url_for("joining.sent", code=study.code))
    if seconds < LEAST_SECONDS:
        return _reach(study, told, "once_more", typed)
    secret = server.settings().secret_key
    network = request.remote_addr or ""
    count(OF_A_NETWORK, f"joining:{network}")
    count(OF_AN_ADDRESS, f"joining-address:{joining.keyed(same.email(address), secret)}")
    new = Applicant(
        way, address, told["year"], _locale(study), told["parts"], device.name(), network, max(seconds, 0)
    )
    token = joining.ask(db.session, study, new, secret=secret, at=now())
    waits_for = joining.request_of(db.session, address, study) if way == "text" else None
    db.session.commit()
    if not _send(study, new, token):
        return _reach(study, told, "not_gone", typed)
    session["joining"] = {**told, "asked": waits_for}
    return redirect(url_for("joining.sent", code=study.code))


@pages.get("/join/<code>/sent")
@of_study
def sent(study: Study, page: JoiningPage) -> Page:
    """Say that mail was sent, or ask for the code of the text message."""
    told = _begun(study) or {}
    return _draw(study, "join_sent.html", code=bool(told.get("asked")), error="")


@pages.post("/join/<code>/sent")
@of_study
def prove_code(study: Study, page: JoiningPage) -> Page:
    """Join with the code of the text message."""
    told = _begun(study) or {}
    asked = told.get("asked")
    if not asked:
        return redirect(url_for("joining.information", code=study.code))
    count(CODES, f"joining-code:{request.remote_addr}")
    secret = server.settings().secret_key
    try:
        row = joining.by_code(db.session, asked, request.form.get("code", "")[:20], secret=secret, at=now())
    except NotProvedError:
        db.session.commit()
        return _draw(study, "join_sent.html", code=True, error="code"), 422
    return _join(study, row)


@pages.get("/joining/<handed_on:token>")
def open_proof(token: str) -> Page:
    """Ask for a press: programs that look at links press nothing."""
    try:
        row = joining.by_link(db.session, token, secret=server.settings().secret_key, at=now(), lock=False)
    except NotProvedError:
        return _end(None, "too_old"), 404
    return _draw(db.session.get_one(Study, row.study_id), "join_proof.html")


@pages.post("/joining/<handed_on:token>")
def prove(token: str) -> Page:
    """Join with the link of the mail."""
    try:
        row = joining.by_link(db.session, token, secret=server.settings().secret_key, at=now(), lock=True)
    except NotProvedError:
        return _end(None, "too_old"), 404
    return _join(db.session.get_one(Study, row.study_id), row)


@pages.errorhandler(CSRFError)
def form_too_old(error: CSRFError) -> Page:
    """Begin again where the session was lost; without cookies it would do so for ever."""
    if not request.cookies:
        return refused(LinkRefused(LinkRefusal.NO_COOKIES))
    return redirect(request.path)


def _join(study: Study, row: Any) -> Page:
    """Make the patient, and enter the first visit."""
    try:
        visit = joining.join(db.session, row, server.library(), at=now())
    except EnoughError:
        db.session.rollback()
        return _end(study, "enough"), 409
    except NobodyNowError:
        db.session.rollback()
        return _end(study, "closed"), 409
    except IntegrityError:  # staff gave the same code at the same moment: the page asks for another press
        db.session.rollback()
        return redirect(request.path)
    if visit is None:
        db.session.commit()
        session.pop("joining", None)
        return _end(study, "later")
    token = links.issue(db.session, visit, at=now(), actor=joining.ACTOR)
    link_id = links.find(db.session, token)
    db.session.commit()
    session.pop("joining", None)
    return enter(link_id) if link_id is not None else abort(404)


def _send(study: Study, new: Applicant, token: str) -> bool:
    """Send link or code; no transaction is open. Whether it may have gone."""
    settings = server.settings()
    clinic = facts.settings_in(db.session, study.id).clinic
    by_mail = new.way == "email"
    link = f"{settings.public_url}/joining/{token}" if by_mail else token
    filling = words.Filling("", clinic, study.contact_in(new.locale), link, today(study, now()))
    text = words.fill(words.default("proof" if by_mail else "proof_text", new.locale), filling, new.locale)
    db.session.rollback()
    if by_mail:
        try:
            at_once.send(at_once.written(new.address, text), settings)
        except at_once.NotSent as failure:
            return isinstance(failure.__cause__, PerhapsTaken)
        return True
    reference = f"joining.{tokens.new()}"
    message = Text(
        new.address, plain(text.body.strip()), reference, f"{settings.public_url}/texts/{reference}"
    )
    try:
        sender = TEXT.sender(settings, sys.stdout)
        sender.send(message)
    except PerhapsTaken:
        return True
    except (NotTaken, MailSettingsError):
        return False
    return True


def _begun(study: Study) -> dict[str, Any] | None:
    """What was told on the way into this study, in this browser."""
    told = session.get("joining")
    return told if isinstance(told, dict) and told.get("study") == study.id else None


def _reach(study: Study, told: dict[str, Any], error: str = "", typed: str = "") -> Page:
    ways = joining.ways(told["parts"], _texts_go(study))
    drawn = _draw(study, "join_address.html", ways=ways, error=error, typed=typed)
    return (drawn, 422) if error else drawn


def _texts_go(study: Study) -> bool:
    return study.simulated or TEXT.hindrance(server.settings()) is None


def _region(study: Study) -> str | None:
    return facts.settings_in(db.session, study.id).region


def _locale(study: Study) -> str:
    """The interface's language if the study speaks it, otherwise the study's first."""
    code = language.locale()
    return code if code in study.locales else language.preferred(study.locales)


def _countries(page: JoiningPage) -> dict[str, str]:
    """The countries where who joins lives, by name in the interface's language."""
    names = territories(language.locale())
    return {code: names.get(code, code) for code in page.countries}


def _draw(study: Study, template: str, **context: Any) -> str:
    told = {
        "title": study.title,
        "simulated": study.simulated,
        "contact": study.contact_in(_locale(study)),
        "code": study.code,
    }
    return render_template(f"patient/{template}", study=told, **context)


def _end(study: Study | None, why: str) -> str:
    """A kind end."""
    contact = study.contact_in(_locale(study)) if study else ""
    return render_template("patient/join_end.html", why=why, contact=contact)
