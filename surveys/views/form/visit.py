"""The open visit behind every patient's page: its access, its languages, its frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NamedTuple

from flask import Blueprint, redirect, render_template, request, session, url_for
from limits import parse

from surveys import tokens
from surveys.db import db
from surveys.store.visit import devices, links, opening
from surveys.store.visit.opening import LinkRefusal, LinkRefused, OpenVisit
from surveys.views.form import device
from surveys.views.web import language, server
from surveys.views.web.page import Page
from surveys.views.web.protection import count

# RFC 7240; what our script prefers where somebody leaves a question by a link: the choice kept, and no page
KEEP_ALONE = "return=minimal"


class StudyText(NamedTuple):
    """A text of the study, and its language."""

    text: str
    locale: str


OF_A_LINK = parse("600 per minute")


def limited(blueprint: Blueprint) -> None:
    """Limit the requests to `blueprint` together with all others of the same link."""
    blueprint.before_request(_count)


def _count() -> None:
    """Count the request for the link in the address, otherwise for the link that this browser opened.

    To count addresses would lock a clinic's patients out.
    """
    token = (request.view_args or {}).get("token")
    link = f"link:{session.get('link')}" if token is None else f"token:{links.digest(tokens.cleaned(token))}"
    count(OF_A_LINK, link)


def enter(link_id: int) -> Page:
    """Open the link on this device: later pages use the session, and the address no longer holds the link."""
    visit = opening.load(db.session, link_id, server.texts(), device=device.name(), at=now())
    device.open_link(link_id)
    return redirect(url_for("patient.start", visit_id=visit.id, opened=1))


def of_visit(view: Callable[..., Page]) -> Callable[..., Page]:
    """Give `view` the open visit that the address names and the session's link opens, locked for a POST.

    The address names the visit so that a page left open in another tab can never speak for somebody else,
    whose link was opened since.
    """

    @wraps(view)
    def with_visit(visit_id: int, **arguments: Any) -> Page:
        link_id = session.get("link")
        if link_id is None:
            without = "opened" in request.args and not request.cookies
            raise LinkRefused(LinkRefusal.NO_COOKIES if without else LinkRefusal.OTHER_LINK)
        visit = opening.load(
            db.session, link_id, server.texts(), device=device.name(), at=now(), lock=request.method == "POST"
        )
        if visit.id != visit_id:
            raise LinkRefused(LinkRefusal.OTHER_LINK)
        device.keep_name(visit.id, visit.link_expires_at)
        if device.went_past_help(visit.id):
            visit = replace(visit, crisis_text_due=bool(visit.crises))
        return view(visit, **arguments)

    return with_visit


def now() -> datetime:
    """The instant of the request."""
    return datetime.now(UTC)


def language_of(visit: OpenVisit) -> str:
    """The language of the questions: the chosen one, otherwise the interface's, otherwise the browser's best.

    A begun questionnaire goes on in its language.
    """
    for draft in visit.drafts.values():
        return draft.locale
    choices = offered(visit)
    for wanted in (session.get("questions_in"), language.locale()):
        if wanted in choices:
            return str(wanted)
    return language.preferred(choices)


def offered(visit: OpenVisit) -> list[str]:
    """The languages that the study uses and every questionnaire of the visit has."""
    instruments = visit.instruments.values()
    return [code for code in visit.locales if all(code in one.locales for one in instruments)]


def study_text(visit: OpenVisit, texts: Mapping[str, str]) -> StudyText:
    """A text of the study in the interface's language if it exists, otherwise in the questions' language."""
    code = language.locale()
    if not texts.get(code):
        code = language_of(visit)
    return StudyText(texts.get(code, ""), code)


def may_show(visit: OpenVisit) -> bool:
    """Whether this device hides answers that the year of birth would show."""
    return visit.hides and devices.tries_left(db.session, visit.id, visit.patient_id) > 0


def year_asked(visit: OpenVisit) -> bool:
    """Whether to ask for the year of birth first, or to say that its tries are used up; one may go on."""
    if session.get("without_earlier_answers") == visit.id or not visit.hides:
        return False
    return may_show(visit) or devices.used_up(db.session, visit.id, visit.patient_id)


def draw(visit: OpenVisit, template: str, **context: Any) -> str:
    """A page of the visit."""
    study = {"title": visit.study_title, "simulated": visit.simulated}
    return render_template(template, visit=visit, study=study, questions_in=language_of(visit), **context)
