"""Patients who joined by themselves: a list of those who wait, and a coordinator's look at one."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from analysis.words import words
from surveys.db import db
from surveys.forms.joining import LookForm
from surveys.lists import joined as lists
from surveys.store.errors import Refused
from surveys.store.patient import looking
from surveys.views.clinic.found import find_patient
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("joined", __name__)

MARKS = {
    "fast": words("went through the pages within half a minute"),
    "all_alike": words("all answers are alike"),
    "same_device": words("another patient joined with the same device"),
    "same_network": words("five or more joined from one network within a day"),
}
TWINS = {
    "email": words("same e-mail address"),
    "number": words("same number"),
    "device_and_year": words("same device and year of birth"),
}


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/joined")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """List who joined and waits for a look."""
    here = grant()
    rows = lists.waiting(db.session, here.scope)
    in_all = lists.count(db.session, here.scope)
    return render_template("staff/clinic/joined.html", rows=rows, in_all=in_all, marks=MARKS, twins=TWINS)


@pages.route("/staff/<code>/joined/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def look(code: str, patient: str) -> Page:
    """Show what speaks for a twin or a machine, and record who it is."""
    here, found = grant(), find_patient(patient)
    row = lists.of_patient(db.session, here.scope, found.id)
    if row is None:
        flash(
            _("%(code)s waits for no look: somebody has looked, or the clinic enrolled.", code=patient),
            "notice",
        )
        return redirect(url_for("joined.index", code=code))
    form = LookForm(data={"same_as": row.twins[0].code if row.twins else ""})
    if request.method == "POST" and form.validate():
        went = 0
        with committed(form) as kept:
            if form.outcome.data == "apart":
                looking.keep_apart(db.session, found, at=here.at, actor=here.actor)
            else:
                known = lists.named(db.session, here.scope, form.same_as.data or "")
                if known is None:
                    raise Refused(_("There is no such patient. Look at the code again."), "same_as")
                went = looking.join_into(
                    db.session, found, known, server.texts(), at=here.at, actor=here.actor
                )
        if kept:
            flash(_("It is kept who %(code)s is.", code=patient), "success")
            if went:
                flash(_("Questionnaires that went over: %(count)s", count=went), "success")
            return redirect(url_for("joined.index", code=code))
    page = render_template("staff/clinic/joined_one.html", form=form, row=row, marks=MARKS, twins=TWINS)
    return (page, 422) if form.errors else page
