"""The page that closes a patient as entered in error, or says what to do where somebody answered."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.forms.records import ErrorForm
from surveys.store.patient import mistakes
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.record import pages
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed


@pages.route("/staff/<code>/mistake/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def mistake(code: str, patient: str) -> Page:
    """Close the patient as entered in error."""
    here, found = grant(), find_patient(patient)
    form = ErrorForm(here.today)
    answered = mistakes.has_answered(db.session, found)
    if request.method == "POST" and not answered and form.validate():
        with committed(form) as kept:
            mistakes.take_back(db.session, found, reason=form.reason.data, at=here.at, actor=here.actor)
        if kept:
            told = _("%(code)s was closed as entered in error. The code may be given again.", code=patient)
            flash(told, "success")
            return redirect(url_for("patients.index", code=code))
    page = render_template("staff/clinic/mistake.html", form=form, patient_code=patient, answered=answered)
    return page, 422 if form.errors else 200
