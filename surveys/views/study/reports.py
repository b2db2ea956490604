"""Reports on a study: made by a job, listed, and fetched again as page, PDF and JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange import pdf as pdfs
from surveys.forms.report import ReportForm
from surveys.lists import history
from surveys.models.report import NUMBERS, PAGE
from surveys.store.errors import Refused
from surveys.store.study import freezes, reports
from surveys.views.web import jobs
from surveys.views.web.access import for_roles, grant

pages = Blueprint("reports", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/reports")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def index(code: str) -> str:
    """List the reports."""
    return _listed(_form(formdata=None, data={"source": request.args.get("freeze") or None}))


@pages.post("/staff/<code>/reports")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def make(code: str) -> Response | tuple[str, int]:
    """Have a report made and kept."""
    here, form = grant(), _form()
    if not form.validate():
        return _listed(form), 422
    number = jobs.note(here, "report", {"freeze": form.freeze})
    db.session.commit()
    jobs.wait(number)
    job = jobs.find(here, number)
    if job is None or job.state != "done":
        return redirect(url_for("jobs.show", code=code, number=number))
    flash(_("The report is made."), "success")
    return redirect(url_for("reports.index", code=code))


@pages.get("/staff/<code>/reports/<int:report_id>.html")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def page(code: str, report_id: int) -> Response:
    """Show the report; the headers let its own styles work and nothing else."""
    return _sent(report_id, PAGE, "text/html; charset=utf-8", "inline")


@pages.get("/staff/<code>/reports/<int:report_id>.json")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def numbers(code: str, report_id: int) -> Response:
    """Send the report as numbers."""
    return _sent(report_id, NUMBERS, "application/json", "attachment")


@pages.get("/staff/<code>/reports/<int:report_id>.pdf")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def pdf(code: str, report_id: int) -> Response:
    """Have the report's page made a PDF, and send it."""
    here = grant()
    if not any(one.id == report_id for one in reports.of_study(db.session, here.study.id)):
        abort(404)
    number = jobs.note_at_once(here, "report_pdf", {"report": report_id})
    jobs.wait(number)
    return jobs.sent(here, number, code)


def _sent(report_id: int, form: str, kind: str, disposition: str) -> Response:
    here = grant()
    if not any(one.id == report_id for one in reports.of_study(db.session, here.study.id)):
        abort(404)
    content = reports.file(db.session, here.study.id, report_id, form)
    if content is None:
        raise Refused(reports.GONE)
    db.session.rollback()  # a slow reader must not keep a transaction open
    name = f"{here.study.code}-report-{report_id}.{form}"
    jobs.note_download(here, name)
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", disposition, filename=name)
    return answer


def _form(**given: Any) -> ReportForm:
    kept = freezes.of_study(db.session, grant().study.id)
    return ReportForm({one.id: one.name for one in kept if one.emptied_at is None}, **given)


def _listed(form: ReportForm) -> str:
    kept = reports.of_study(db.session, grant().study.id)
    return render_template(
        "staff/study/reports.html",
        form=form,
        reports=kept,
        names=history.names(db.session, [one.made_by for one in kept]),
        makes_pdf=pdfs.is_there(),
    )
