"""The study's own forms that staff fill in, on a patient's page."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.instruments.instrument import Instrument
from surveys.models import Study
from surveys.store.visit import visits
from surveys.store.words import own_forms
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.record import pages
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed


@pages.post("/staff/<code>/own-forms/<key>/<path:patient>")
@for_roles("coordinator")
def own_form(code: str, key: str, patient: str) -> Page:
    """Begin a form that is filled in once for the patient."""
    here, found = grant(), find_patient(patient)
    if key not in [one.key for one in own_by_staff(here.study) if one.once]:
        flash(_("The study has no such form."), "notice")
        return redirect(url_for("patients.show", code=code, patient=patient))
    visit_id = None
    with committed() as kept:
        visit_id = visits.keep_once(
            db.session, here.study, found, key, on=here.today, at=here.at, actor=here.actor
        ).id
    if not kept:
        return redirect(url_for("patients.show", code=code, patient=patient))
    return redirect(url_for("answers.enter", code=code, visit_id=visit_id, key=key))


def own_by_staff(study: Study) -> list[Instrument]:
    """The forms of the study that staff fill in."""
    found = own_forms.of_study(db.session, study.id, server.library())
    return [one for one in found if one.answered_by == "staff"]
