"""Alerts of a study: those waiting with their clock, and taking one on."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.staff import AcknowledgeForm
from surveys.instruments.library import Library
from surveys.lists import alerts as lists
from surveys.lists import history
from surveys.store.alerts import acknowledge as take_on
from surveys.store.errors import Refused
from surveys.views import display
from surveys.views.access import for_roles, grant

pages = Blueprint("alerts", __name__)

STATES = ("new", "acknowledged", "historical")


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)
    app.add_template_global(rule_words)
    app.add_template_global(answer_words)


@pages.get("/staff/<code>/alerts")
@for_roles("coordinator", "investigator")
def index(code: str) -> str:
    """The alerts in one state, those that nobody has taken on first of all."""
    return _draw()


@pages.post("/staff/<code>/alerts/<int:alert_id>")
@for_roles("coordinator", "investigator")
def acknowledge(code: str, alert_id: int) -> Response | tuple[str, int]:
    """Take an alert on, with a note of what will be done."""
    here = grant()
    if lists.find(db.session, here.scope, alert_id) is None:
        abort(404)
    form = AcknowledgeForm(prefix=prefix(alert_id))
    if not form.validate():
        return _draw(refused={alert_id: form}), 422
    try:
        take_on(db.session, alert_id, at=here.at, actor=here.actor, note=form.note.data)
    except Refused as refusal:
        flash(str(refusal), "notice")
    else:
        db.session.commit()
        flash(_("You have taken this alert on. It is under “Taken on” now."), "success")
    return redirect(url_for("alerts.index", code=code))


def prefix(alert_id: int) -> str:
    """What the names of an alert's form fields begin with: one page holds several such forms."""
    return f"alert-{alert_id}-"


def rule_words(alert: lists.AlertRow) -> str:
    """What raised the alert, in words."""
    return display.rule_words(_library().get(alert.instrument), alert.rule)


def answer_words(alert: lists.AlertRow, value: int | None) -> str:
    """One of the alert's answers, with its words."""
    return display.answer_words(_library().get(alert.instrument), alert.rule, value)


def _draw(refused: dict[int, AcknowledgeForm] | None = None) -> str:
    here = grant()
    state = request.args.get("state", "new")
    number = request.args.get("page", 1, type=int)
    counts = lists.counts(db.session, here.scope)
    total = counts.get(state, 0)
    pages_in_all = max(1, -(-total // lists.PAGE))
    if state not in STATES or not 1 <= number <= pages_in_all:
        abort(404)
    rows = lists.page(db.session, here.scope, state, number)
    forms = {row.id: AcknowledgeForm(formdata=None, prefix=prefix(row.id)) for row in rows}
    return render_template(
        "staff/alerts.html",
        rows=rows,
        state=state,
        counts=counts,
        page=number,
        pages=pages_in_all,
        forms={**forms, **(refused or {})},
        waited={row.id: display.waited(row.raised_at, here.at) for row in rows},
        names=history.names(db.session, [row.acknowledged_by for row in rows]),
    )


def _library() -> Library:
    library: Library = current_app.extensions["library"]
    return library
