"""The dashboard: quality of life and mood by time since onset and treatment, on pages that share filters."""

from __future__ import annotations

import csv
from collections import OrderedDict
from io import StringIO
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.dashboard import DashboardForm
from surveys.frames import study_frames
from surveys.models import Event, Timepoint
from surveys.views.access import Grant, for_roles, grant
from surveys.views.board import Board, draw
from surveys.views.board_pages import PAGES

pages = Blueprint("dashboard", __name__)

KEPT = 64
_drawn: OrderedDict[tuple[Any, ...], Board] = OrderedDict()
_drawing = Lock()


def init_app(app: Flask) -> None:
    """Register the dashboard."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/dashboard")
@for_roles("coordinator", "investigator", "analyst")
def index(code: str) -> str | tuple[str, int]:
    """The overview, for the filters in the address."""
    return _shown("overview")


@pages.get("/staff/<code>/dashboard/<page>")
@for_roles("coordinator", "investigator", "analyst")
def page(code: str, page: str) -> str | tuple[str, int]:
    """One further page, for the same filters."""
    return _shown(page) if page in PAGES else abort(404)


@pages.get("/staff/<code>/dashboard/<page>/<figure>.csv")
@for_roles("coordinator", "investigator", "analyst")
def table(code: str, page: str, figure: str) -> Response:
    """The table under a figure, as it is shown, for a spreadsheet; without it, the page that says why."""
    form = _form()
    sections = _board(grant(), form, page).sections if page in PAGES and form.validate() else ()
    found = next((one for part in sections for one in part.figures if one.key == figure), None)
    if found is None:
        return redirect(url_for("dashboard.page", code=code, page=page) + f"?{request.query_string.decode()}")
    text = StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow([column["label"] for column in found.table.columns])
    rows.writerows(found.table.rows)
    name = f"{grant().study.code}-{figure}.csv"
    return Response(
        "\ufeff" + text.getvalue(),  # the mark by which spreadsheets know UTF-8
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _shown(page: str) -> str | tuple[str, int]:
    form = _form()
    if not form.validate():
        return render_template("staff/dashboard.html", form=form, board=None, page=page, pages=PAGES), 422
    board = _board(grant(), form, page)
    return render_template("staff/dashboard.html", form=form, board=board, page=page, pages=PAGES)


def _form() -> DashboardForm:
    study = grant().study
    named = select(Timepoint.key, Timepoint.name).filter_by(study_id=study.id).order_by(Timepoint.position)
    return DashboardForm(
        request.args,
        visits={row.key: row.name for row in db.session.execute(named)},
        locales=study.locales,
        may_open_patients=grant().may_open_patients,
    )


def _board(granted: Grant, form: DashboardForm, page: str) -> Board:
    """The board, drawn once per state of the data: every change to a study leaves an event behind."""
    newest = db.session.scalar(select(func.max(Event.id)))
    state = (current_app.config["SETTINGS"].database_url, newest)
    key = (
        *state,
        page,
        granted.study.id,
        granted.site,
        granted.may_open_patients,
        form.together,
        form.pair.data,
        granted.today,
        *sorted(form.filters.items()),
    )
    kept = _drawn.get(key)
    if kept is not None:
        return kept
    with _drawing:
        if key not in _drawn:
            library = current_app.extensions["library"]
            frames = study_frames(db.session, granted.study, library, site=granted.site)
            _forget_older(state)
            _drawn[key] = draw(
                frames,
                form.filters,
                page=page,
                pair=form.pair.data or "",
                visits=form.visits,
                on=granted.today,
                together=form.together,
                may_open_patients=granted.may_open_patients,
                suppress_under=granted.study.smallest_group,
            )
        return _drawn[key]


def _forget_older(state: tuple[Any, ...]) -> None:
    """Drop what older data gave, as it may hold answers erased since, and the oldest of too many."""
    for key in list(_drawn):
        if key[0] == state[0] and key[1] != state[1]:
            del _drawn[key]
    while len(_drawn) >= KEPT:
        _drawn.popitem(last=False)
