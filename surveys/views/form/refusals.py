"""The pages for a link that does not open, or a form that is older than the link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError

from surveys.db import db
from surveys.store.visit.opening import LinkRefusal, LinkRefused, OpenVisit
from surveys.views.form.visit import of_visit
from surveys.views.web.page import Page

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
    LinkRefusal.NO_COOKIES: 403,
}
ANSWERS = frozenset({"patient.answer", "about_you.answer"})


def refused(error: LinkRefused) -> tuple[str, int]:
    """Say why the link does not open now, and what to do.

    An answer that came without an open link stays on the page, to be sent once the link is open again. The
    form has no token, so that the answer is first shown and then sent.
    """
    db.session.rollback()
    kept = []
    if error.refusal is LinkRefusal.OTHER_LINK and request.method == "POST" and request.endpoint in ANSWERS:
        kept = [(name, given) for name, given in request.form.items(multi=True) if name != "csrf_token"]
    page = render_template(
        "patient/refused.html", refusal=error.refusal.value, on=error.on, contacts=error.contacts, kept=kept
    )
    return page, STATUS[error.refusal]


def asked_again(ask: Callable[..., Page]) -> Page:
    """The page that `ask` makes of a form from before the link was opened again.

    Without an open link the page asks to open it, and keeps what was given.
    """
    try:
        return ask(**request.view_args or {})
    except LinkRefused as refusal:
        return refused(refusal)


def form_too_old(error: CSRFError) -> Page:
    """The same for a form without typed text: the visit goes on at its open page."""
    return asked_again(_start)


@of_visit
def _start(visit: OpenVisit, **place: Any) -> Page:
    return redirect(url_for("patient.start", visit_id=visit.id))
