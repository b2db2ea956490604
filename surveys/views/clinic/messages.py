"""A study's messages: planned, not arrived, sent; and one patient's messages."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import format_currency, format_decimal
from flask_babel import gettext as _

from surveys.db import db
from surveys.lists import messages as lists
from surveys.lists import visits
from surveys.mail.channels import by_hand, by_machine, channels
from surveys.store.post import asked, settling
from surveys.store.post.asked import Offer
from surveys.store.study import readiness
from surveys.views.clinic import columns, display
from surveys.views.clinic.found import find_patient, find_visit
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

FINE = "0.00####"  # a text costs less than a cent in some countries

pages = Blueprint("messages", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/messages")
@for_roles("coordinator", "investigator")
def index(code: str) -> str:
    """List the messages in one state, by default planned ones."""
    here = grant()
    state = request.args.get("state", "planned")
    number = request.args.get("page", 1, type=int)
    counts = lists.counts(db.session, here.scope)
    pages_in_all = max(1, -(-counts.get(state, 0) // lists.PAGE))
    if state not in lists.STATES or not 1 <= number <= pages_in_all:
        abort(404)
    return render_template(
        "staff/clinic/messages.html",
        rows=lists.page(db.session, here.scope, state, number),
        columns=columns.of_messages(here),
        state=state,
        counts=counts,
        costs=_costs(here) if state == "sent" else [],
        no_mail=readiness.no_mail(here.study, server.settings()),
        page=number,
        pages=pages_in_all,
    )


@pages.post("/staff/<code>/message/<int:message_id>/came-back")
@for_roles("coordinator")
def came_back(code: str, message_id: int) -> Page:
    """Record that a sent message did not arrive; the address gets no mail until it is corrected."""
    here = grant()
    row = lists.find(db.session, here.scope, message_id) or abort(404)
    settling.bounced(db.session, row.id, "told by staff", at=here.at, actor=here.actor)
    db.session.commit()
    flash(_("Nothing goes to this address until it is corrected."), "success")
    return redirect(url_for("messages.of_patient", code=code, patient=row.patient))


@pages.post("/staff/<code>/visits/<int:visit_id>/send")
@for_roles("coordinator")
def send_now(code: str, visit_id: int) -> Page:
    """Let the link of an open visit go as soon as it may."""
    here, visit = grant(), find_visit(visit_id)
    patient = visit.patient.code
    with committed() as kept:
        offer = asked.send_now(db.session, visit.id, at=here.at, actor=here.actor)
    if kept:
        flash(_when(offer), "success")
    return redirect(url_for("messages.of_patient", code=code, patient=patient))


@pages.post("/staff/<code>/message/<int:message_id>/again")
@for_roles("coordinator")
def send_again(code: str, message_id: int) -> Page:
    """Send an invitation or a reminder once more."""
    here = grant()
    row = lists.find(db.session, here.scope, message_id) or abort(404)
    with committed() as kept:
        offer = asked.send_again(db.session, row.id, at=here.at, actor=here.actor)
    if kept:
        flash(_when(offer), "success")
    return redirect(url_for("messages.of_patient", code=code, patient=row.patient))


@pages.post("/staff/<code>/message/<int:message_id>/arrived")
@for_roles("coordinator")
def arrived(code: str, message_id: int) -> Page:
    """Record that a message arrived which came back, or whose fate was unknown."""
    here = grant()
    row = lists.find(db.session, here.scope, message_id) or abort(404)
    with committed() as kept:
        asked.arrived(db.session, row.id, at=here.at, actor=here.actor)
    if kept:
        flash(_("It counts as arrived, and its address as good."), "success")
    return redirect(url_for("messages.of_patient", code=code, patient=row.patient))


@pages.get("/staff/<code>/patients/<path:patient>/messages")
@for_roles("coordinator", "investigator")
def of_patient(code: str, patient: str) -> str:
    """Show one patient's messages, sent and planned."""
    here = grant()
    found = find_patient(patient)
    contact = found.contact  # before the rows are read anew
    offers = asked.offers(db.session, found.id, at=here.at)
    return render_template(
        "staff/clinic/patient_messages.html",
        patient=found,
        contact=contact,
        by_machine=by_machine(),
        rows=lists.of_patient(db.session, here.scope, found.id),
        offers=offers,
        titles=visits.titles(db.session, list(offers)),
        no_mail=readiness.no_mail(here.study, server.settings()),
    )


def _costs(here: Grant) -> list[str]:
    """A sentence for each channel whose gateway counts: how many, and what they cost at today's price."""
    month = datetime.combine(here.today.replace(day=1), time(), ZoneInfo(here.study.timezone))
    return [_cost(one) for one in lists.counted(db.session, here.scope, month)]


def _cost(one: lists.Counted) -> str:
    known = channels()[one.channel]
    told = _(
        "%(channel)s: %(went)s went, which the gateway counts as %(parts)s, %(latest)s of them this month.",
        channel=known.choice,
        went=one.went,
        parts=one.parts,
        latest=one.parts_since,
    )
    price = known.price(server.settings())
    if price is None:
        return told
    return (
        told
        + " "
        + _(
            "At today's price of %(each)s each that is %(all)s, this month %(latest)s.",
            each=f"{format_decimal(price.each, FINE)} {price.currency}",
            all=format_currency(price.each * one.parts, price.currency),
            latest=format_currency(price.each * one.parts_since, price.currency),
        )
    )


def _when(offer: Offer) -> str:
    """When and how a message goes that was asked for."""
    if offer.channel in by_hand():
        return _("It waits under Needs a person: somebody has to call, or to post it.")
    if offer.not_before is not None:
        goes_at = display.moment(offer.not_before, grant().study.timezone)
        return _("It goes on %(time)s: the patient’s day has not begun.", time=goes_at)
    return _("It goes out with the worker’s next round, within a minute.")
