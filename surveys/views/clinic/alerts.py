"""Alerts of a study: those that wait, with their clock; the actions on each; and monthly reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.alerts import AcknowledgeForm, ActedOnForm, CloseAlertForm
from surveys.forms.staff import StaffForm
from surveys.lists import alert_report, history
from surveys.lists import alerts as lists
from surveys.store.visit import alerts as store
from surveys.views.clinic import display
from surveys.views.clinic.alert_columns import answer_words, columns, rule_words
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.choices import chosen
from surveys.views.web.saving import committed

pages = Blueprint("alerts", __name__)

STATES = ("new", "acknowledged", "acted_on", "closed", "historical")
# A patient who answered on the clinic's tablet so recently may still be there to talk to.
STILL_THERE = timedelta(hours=2)
FORMS: dict[str, Callable[..., StaffForm]] = {
    "new": AcknowledgeForm,
    "acknowledged": ActedOnForm,
    "acted_on": CloseAlertForm,
}


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)
    app.add_template_global(rule_words)
    app.add_template_global(answer_words)


@pages.get("/staff/<code>/alerts")
@for_roles("coordinator", "investigator")
def index(code: str) -> str:
    """List the alerts in one state, by default those that wait."""
    return _draw()


@pages.post("/staff/<code>/alerts/<int:alert_id>")
@for_roles("coordinator", "investigator")
def acknowledge(code: str, alert_id: int) -> Response | tuple[str, int]:
    """Take an alert on, with a note of what will be done."""
    done = _("You have taken this alert on. It is under “Taken on” now.")
    return _change(code, alert_id, "new", AcknowledgeForm, store.acknowledge, done)


@pages.post("/staff/<code>/alerts/<int:alert_id>/act")
@for_roles("coordinator", "investigator")
def act(code: str, alert_id: int) -> Response | tuple[str, int]:
    """Record the action about an alert."""
    done = _("What was done is kept. The alert is under “Acted on” now.")
    return _change(code, alert_id, "acknowledged", ActedOnForm, store.act, done)


@pages.post("/staff/<code>/alerts/<int:alert_id>/close")
@for_roles("coordinator", "investigator")
def close(code: str, alert_id: int) -> Response | tuple[str, int]:
    """Close an alert; it stays in the list of closed ones."""
    return _change(code, alert_id, "acted_on", CloseAlertForm, store.close, _("The alert is closed."))


@pages.get("/staff/<code>/alert-report")
@for_roles("coordinator", "investigator")
def report(code: str) -> str:
    """Show one month: alerts by cause, how soon they were taken on, and how many are open."""
    here = grant()
    months = alert_report.months(db.session, here.scope, here.study.timezone)
    wanted = request.args.get("month") or f"{months[0] if months else here.today:%Y-%m}"
    try:
        first = date.fromisoformat(f"{wanted}-01")
        found = alert_report.of_month(db.session, here.scope, first, here.study.timezone)
    except (ValueError, OverflowError):  # not a month, or one outside the calendar
        abort(404)
    return render_template(
        "staff/clinic/alert_report.html", month=first, months=months, report=found, at=here.at
    )


def prefix(alert_id: int) -> str:
    """The prefix of an alert's form fields, because one page holds several such forms."""
    return f"alert-{alert_id}-"


def _totals(alert: lists.AlertRow, sent: lists.SentAnswers) -> str:
    """The scores of the questionnaire to which the alert's answer belongs, with their ranges."""
    instrument = server.library().get(alert.instrument)
    told = (
        f"{display.scale_name(instrument, scale)} {display.decimal(value)} ({display.scale_words(scale)})"
        if (value := sent.scores[scale.key]) is not None
        else _("%(scale)s: no score", scale=display.scale_name(instrument, scale))
        for scale in instrument.scales
        if scale.key in sent.scores
    )
    return "; ".join(told)


def _change(
    code: str,
    alert_id: int,
    state: str,
    form_class: Callable[..., StaffForm],
    change: Callable[..., object],
    done: str,
) -> Response | tuple[str, int]:
    here = grant()
    if lists.find(db.session, here.scope, alert_id) is None:
        abort(404)
    form = form_class(prefix=prefix(alert_id))
    if not form.validate():
        return _draw(state, {alert_id: form}), 422
    with committed() as kept:
        change(db.session, alert_id, at=here.at, actor=here.actor, note=form["note"].data)
    if kept:
        flash(done, "success")
    return redirect(url_for("alerts.index", code=code))


def _draw(state: str | None = None, refused: dict[int, StaffForm] | None = None) -> str:
    here = grant()
    state = state or request.args.get("state", "new")
    number, sort = request.args.get("page", 1, type=int), chosen("sort", "raised", lists.SORTS)
    counts = lists.counts(db.session, here.scope)
    total = counts.get(state, 0)
    pages_in_all = max(1, -(-total // lists.PAGE))
    if state not in STATES or not 1 <= number <= pages_in_all:
        abort(404)
    rows = lists.page(db.session, here.scope, state, number, sort=sort)
    form_class = FORMS.get(state)
    forms = {row.id: form_class(formdata=None, prefix=prefix(row.id)) for row in rows} if form_class else {}
    let_wait = timedelta(hours=here.study.escalate_after_hours)
    sent = lists.sent_answers(db.session, rows)
    names = history.names(db.session, [actor for row in rows for actor in row.people])
    return render_template(
        "staff/clinic/alerts.html",
        rows=rows,
        sent=sent,
        totals={row.id: _totals(row, sent[row.id]) for row in rows if row.id in sent},
        state=state,
        states=STATES,
        sort=sort,
        counts=counts,
        page=number,
        pages=pages_in_all,
        forms={**forms, **(refused or {})},
        waited={row.id: display.waited(row.raised_at, here.at) for row in rows},
        overdue={row.id for row in rows if row.state == "new" and here.at - row.raised_at >= let_wait},
        still_there={
            row.id for row in rows if row.source == "kiosk" and here.at - row.raised_at < STILL_THERE
        },
        names=names,
        columns=columns(here, names),
    )
