"""Letters that are due: printed one by one or many at once, and posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from surveys.db import db
from surveys.lists import messages as lists
from surveys.lists import needs
from surveys.lists.messages import MessageRow
from surveys.mail import words
from surveys.mail.channels.channel import Draft
from surveys.mail.channels.letter import CHANNEL as LETTER
from surveys.models import Visit
from surveys.store.post import facts, settling
from surveys.store.visit import links, short_codes
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.numbers import stored
from surveys.views.web.page import Page
from surveys.views.web.pictures import qr
from surveys.views.web.saving import committed

pages = Blueprint("letters", __name__)


@dataclass(frozen=True)
class Letter:
    """A letter as it is printed, with its own link and code, which are shown this once."""

    name: str
    address: str
    text: words.Words
    locale: str
    code: str
    picture: Markup


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.post("/staff/<code>/message/<int:message_id>/letter")
@for_roles("coordinator")
def one(code: str, message_id: int) -> Page:
    """Show one letter; posting it is recorded elsewhere."""
    row = lists.find(db.session, grant().scope, message_id) or abort(404)
    return _print([row])


@pages.route("/staff/<code>/letters", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def many(code: str) -> Page:
    """List the letters that are due; print the chosen ones together, or record that they were posted."""
    here = grant()
    if request.method == "GET":
        return render_template(
            "staff/clinic/letters.html", rows=needs.letters(db.session, here.scope, here.at)
        )
    chosen = request.form.getlist("message", type=stored)[: needs.MOST_LETTERS]
    rows = lists.of_ids(db.session, here.scope, chosen)
    if not rows:
        flash(_("Choose at least one letter."), "notice")
        return redirect(url_for("letters.many", code=code))
    return _post(rows) if request.form.get("do") == "posted" else _print(rows)


def _print(rows: Sequence[MessageRow]) -> Page:
    """The letters as one document, each on a page of its own, and which may not go and why."""
    here, public = grant(), server.settings().public_url
    visits = facts.load(db.session, Visit.id.in_([row.visit_id for row in rows]))
    by_visit = {one.visit.id: one for one in visits}
    printed, refused = dict[int, Letter](), list[tuple[str, str]]()
    with committed() as kept:
        for row in rows:
            one = by_visit[row.visit_id]
            if why := _why_not(row, one):
                refused.append((row.patient, why))
                continue
            token = links.issue(db.session, one.visit, at=here.at, actor=here.actor)
            short_code = short_codes.make(db.session, links.find(db.session, token) or abort(404))
            own = facts.own_words(db.session, here.study.id, "letter", one.locale)
            name = one.contact.name if one.contact else ""
            address = LETTER.address(one.contact) if one.contact else ""
            filling = words.Filling(
                name=name,
                clinic=one.settings.clinic,
                contact=here.study.contact_in(one.locale),
                link=f"{public}/s/{token}",
                last_day=one.visit.closes_on,
            )
            printed[row.id] = Letter(
                name=name,
                address=address,
                text=LETTER.write(Draft("letter", one.locale, own, filling, address, "")),
                locale=one.locale,
                code=short_code,
                picture=qr(f"{public}/s/{token}"),
            )
    if not kept or not printed:
        for patient, why in refused:
            flash(_("Nothing was printed for %(patient)s: %(why)s.", patient=patient, why=why), "notice")
        return redirect(url_for("clinic.today", code=here.study.code, _anchor="by-hand"))
    return render_template(
        "staff/clinic/letter.html",
        letters=printed,
        refused=refused,
        short_address=f"{public}/c".partition("://")[2],
    )


def _why_not(row: MessageRow, one: facts.OneVisit) -> str | None:
    """Why this message is no letter to print now, for example because the patient answered meanwhile."""
    if row.channel != LETTER.key:
        return _("this goes another way now")
    message = next(message for message in one.rows if message.id == row.id)
    decided = facts.decision(one, message, grant().at)
    why = message.outcome or decided.cancelled or (decided.held if decided.held != "hours" else None)
    return display.words(why, "message_reason") if why else None


def _post(rows: Sequence[MessageRow]) -> Page:
    """Record that the letters were posted: all of those that still wait, or none."""
    here = grant()
    waiting = [row for row in rows if row.channel == LETTER.key and not row.outcome and not row.claimed_at]
    with committed() as kept:
        for row in waiting:
            settling.done_by_hand(db.session, row.id, at=here.at, actor=here.actor)
    if kept:
        told = ngettext("%(num)d letter was posted.", "%(num)d letters were posted.", len(waiting))
        if others := len(rows) - len(waiting):
            told += " " + ngettext(
                "%(num)d was done or cancelled before.", "%(num)d were done or cancelled before.", others
            )
        flash(told, "success")
    return redirect(url_for("clinic.today", code=here.study.code, _anchor="by-hand"))
