"""The enrolment of many patients from a list: checked first, every fault by row, then all or none."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveys.db import db
from surveys.exchange import enrolment_file, enrolment_template
from surveys.exchange.enrolment_columns import COLUMNS, fits
from surveys.exchange.enrolment_file import EnrolmentList, ListRefusedError
from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import reading
from surveys.exchange.sheets.workbook import SheetsToChooseError
from surveys.forms.records import EnrolmentListForm
from surveys.store.errors import Refused
from surveys.store.patient import outlooks, patients
from surveys.views.clinic import outlook
from surveys.views.clinic.inputs import given_elsewhere
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}

pages = Blueprint("enrolment", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/enrol/many", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
@takes_lists
def many(code: str) -> Page:
    """Check a list of patients, then enrol them; a list with a fault enrols no patient."""
    here = grant()
    form = EnrolmentListForm(here.today)
    checked: EnrolmentList | None = None
    refused: FileRefused | None = None
    if request.method == "POST" and form.validate():
        try:
            checked = _checked(form, here)
        except SheetsToChooseError as several:
            form.ask_sheet(several.names)
        except FileRefused as refusal:
            refused = refusal
            if isinstance(refusal, ListRefusedError):
                form.ask(refusal.unknown, order=refusal.order_asked)
        if checked and "add" in request.form:
            if checked.warnings and not form.looked.data:
                form.looked.errors = [_("Look at the warnings first, then tick this box.")]
            elif _enrol(form, here, checked):
                told = ngettext(
                    "%(num)d patient was added.", "%(num)d patients were added.", len(checked.patients)
                )
                flash(told, "success")
                return redirect(url_for("patients.index", code=code))
    page = render_template(
        "staff/clinic/enrol_many.html",
        form=form,
        checked=checked,
        outlooks=_outlooks(checked) if checked else {},
        refused=refused,
        columns=list(COLUMNS),
        meanings=[(code, column, *words) for column, code, *words in enrolment_template.meanings()],
    )
    return page, 422 if form.errors or refused else 200


@pages.get("/staff/<code>/enrol/template.<any(xlsx, csv):ending>")
@for_roles("coordinator", whole_study=False)
def template(code: str, ending: str) -> Response:
    """An empty list to fill in."""
    content = enrolment_template.workbook() if ending == "xlsx" else enrolment_template.csv()
    name = f"{code}-{enrolment_template.LIST}.{ending}"
    return send_file(BytesIO(content), KINDS[ending], as_attachment=True, download_name=name)


def _checked(form: EnrolmentListForm, here: Grant) -> EnrolmentList:
    """The list that was sent; its text goes back into the form, with the codes that were given."""
    text = reading.text(form.content, form.sheet.data or None, fits)
    form.rows.data = text
    checked = enrolment_file.read(
        db.session,
        here.study,
        text,
        site=here.site,
        today=here.today,
        order=form.order.data or None,
        pass_over=form.pass_over.data,
        consent=given_elsewhere(form),
    )
    form.rows.data = checked.text
    return checked


def _outlooks(checked: EnrolmentList) -> dict[str, list[str]]:
    """What is to be said of the patients' visits: each sentence with the study codes."""
    plan, library = outlook.timepoints(), server.library()
    found: dict[str, list[str]] = {}
    for new in checked.patients:
        for sentence in outlook.sentences(outlooks.of_new(new, plan, library)):
            found.setdefault(sentence, []).append(new.code)
    return found


def _enrol(form: EnrolmentListForm, here: Grant, checked: EnrolmentList) -> bool:
    """Whether all were enrolled and committed; otherwise none, with the reason in `form`."""
    library = server.library()
    overtaken = Refused(_("One of these study codes was taken just now. Check the list again."))
    with committed(form, overtaken=overtaken) as kept:
        patients.enrol_all(
            db.session,
            here.study,
            outlook.timepoints(),
            checked.patients,
            library,
            at=here.at,
            actor=here.actor,
        )
    return bool(kept)
