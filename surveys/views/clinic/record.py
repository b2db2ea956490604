"""The page of one record of a patient: a form, and the way back to the patient's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.forms.staff import StaffForm
from surveys.models import Patient
from surveys.store.errors import Refused
from surveys.views.web.access import grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("records", __name__)


def record(
    patient: Patient,
    form: StaffForm,
    title: str,
    button: str,
    store: Callable[[], str],
    lead: str = "",
    template: str = "staff/clinic/record.html",
    **shown: Any,
) -> Page:
    """Show the form, or store it and go back to the patient's page; `shown` is for another `template`."""
    code = patient.code
    if request.method == "POST" and form.validate():
        overtaken = Refused(_("Somebody recorded the same at the same moment. Look at the patient's page."))
        with committed(form, overtaken=overtaken) as kept:
            told = store()
        if kept:
            flash(told, "success")
            return redirect(url_for("patients.show", code=grant().study.code, patient=patient.code))
    facts = {"patient_code": code, "form": form, "title": title, "button": button, "lead": lead}
    page = render_template(template, **facts, **shown)
    return page, 422 if form.errors else 200


def sent(form: StaffForm) -> list[tuple[str, str]]:
    """What was typed into `form`, for a page that asks once more and sends it again."""
    names = [field.name for field in form if field.type != "CSRFTokenField"]
    return [(name, value) for name in names for value in request.form.getlist(name)]


def boxes(on: date, precision: str | None) -> dict[str, int | None]:
    """The boxes of a date, as exactly as it is known."""
    return {
        "year": on.year,
        "month": None if precision == "year" else on.month,
        "day": on.day if precision == "day" else None,
    }
