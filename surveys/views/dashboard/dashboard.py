"""The dashboard: quality of life and mood by time since onset and treatment, on pages that share filters."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from analysis.data.pages import PAGE_OF, QUESTIONS, TABS, TITLES
from surveys.db import db
from surveys.exchange.list_file import Cell, ListFile
from surveys.forms.dashboard import DashboardForm
from surveys.jobs.boards import asking
from surveys.jobs.boards.asking import Answer
from surveys.jobs.boards.board import Drawing
from surveys.jobs.boards.copies import Order
from surveys.models import Timepoint
from surveys.views.web import jobs
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.language import locale
from surveys.views.web.list_files import Ending, sent

pages = Blueprint("dashboard", __name__)

LOOK_AGAIN = 3  # seconds until a page without its board loads again

_NUMBER = re.compile(r"[−-]?[0-9]+(\.[0-9]+)?")

Page = str | tuple[str, int] | tuple[str, int, dict[str, str]]


def init_app(app: Flask) -> None:
    """Register the dashboard."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/dashboard")
@for_roles("coordinator", "investigator", "analyst")
def index(code: str) -> Page:
    """Show the overview for the filters in the address."""
    return _shown("overview")


@pages.get("/staff/<code>/dashboard/<page>")
@for_roles("coordinator", "investigator", "analyst")
def page(code: str, page: str) -> Page:
    """Show another page, or a tab of one, for the same filters."""
    return _shown(page) if page in PAGE_OF else abort(404)


@pages.get("/staff/<code>/dashboard/<page>/<figure>.<any(xlsx, csv):ending>")
@for_roles("coordinator", "investigator", "analyst")
def table(code: str, page: str, figure: str, ending: Ending) -> Response:
    """Send the table under a figure for a spreadsheet; without it, the page that says why."""
    found = _figure(page, figure)
    if found is None:
        return _back(code, page)
    columns = found.table.columns
    rows = [
        [_cell(text) if column["numeric"] else text for column, text in zip(columns, row, strict=True)]
        for row in found.table.rows
    ]
    return sent(grant(), ListFile(figure, [column["label"] for column in columns], rows), figure, ending)


def _cell(text: str) -> Cell:
    """A number as one; what says more than a number stays words."""
    if not _NUMBER.fullmatch(text):
        return text
    plain = text.replace("−", "-")
    return float(plain) if "." in plain else int(plain)


@pages.get("/staff/<code>/dashboard/<page>/<figure>.html")
@for_roles("coordinator", "investigator", "analyst")
def plain_table(code: str, page: str, figure: str) -> Page | Response:
    """Show that table alone, to be copied into a document."""
    found = _figure(page, figure)
    if found is None:
        return _back(code, page)
    jobs.note_download(grant(), f"{grant().study.code}-{figure}.html")
    return render_template("staff/dashboard/table.html", figure=found, filters=_form().in_words)


def _figure(page: str, figure: str) -> Drawing | None:
    """A figure with all its notes, for the filters in the address.

    A table by itself does not tell its age, so it comes only from the newest board.
    """
    form = _form()
    answer = _board(grant(), form, page) if page in PAGE_OF and form.validate() else None
    sections = answer.dated.board.sections if answer and answer.dated and answer.is_ == "new" else ()
    found = ((one, part.notes) for part in sections for one in part.figures if one.key == figure)
    return next((replace(one, notes=(*one.notes, *shared)) for one, shared in found), None)


def _back(code: str, page: str) -> Response:
    return redirect(url_for("dashboard.page", code=code, page=page) + f"?{request.query_string.decode()}")


def _shown(screen: str) -> Page:
    form = _form()
    valid = form.validate()
    answer = _board(grant(), form, screen) if valid else None
    page = PAGE_OF[screen]
    shown = render_template(
        "staff/dashboard/dashboard.html",
        form=form,
        answer=answer,
        screen=screen,
        page=page,
        pages=TITLES,
        tabs=TABS.get(page, {}),
        question=QUESTIONS[screen],
    )
    if answer is None:
        return shown, 422
    if answer.dated is None and answer.is_ == "being drawn":
        return shown, 202, {"Refresh": str(LOOK_AGAIN)}
    return shown, 200 if answer.dated else 503


def _form() -> DashboardForm:
    study = grant().study
    named = select(Timepoint.key, Timepoint.name).filter_by(study_id=study.id).order_by(Timepoint.position)
    return DashboardForm(
        request.args,
        visits={row.key: row.name for row in db.session.execute(named)},
        locales=study.locales,
        may_open_patients=grant().may_open_patients,
    )


def _board(granted: Grant, form: DashboardForm, page: str) -> Answer:
    """The board so far; a job draws it, once per state of the data."""
    order = Order(
        study_id=granted.study.id,
        site=granted.site,
        may_open_patients=granted.may_open_patients,
        smallest_group=granted.study.smallest_group,
        page=page,
        filters=tuple(sorted(form.filters.items())),
        pair=form.pair.data or "",
        together=form.together,
        visits=tuple(form.visits.items()),
        language=locale(),
    )
    return asking.board(jobs.desk(), order, granted.today, by=granted.actor)
