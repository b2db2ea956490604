"""The dashboard: quality of life and depression by time since onset and treatment."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request
from sqlalchemy import func, select

from surveys.db import db
from surveys.forms.dashboard import DashboardForm
from surveys.frames import study_frames
from surveys.models import Event
from surveys.views.access import Grant, for_roles, grant
from surveys.views.board import Board, draw

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
    """The figures for the filters in the address."""
    form = DashboardForm(request.args)
    if not form.validate():
        return render_template("staff/dashboard.html", form=form, board=None), 422
    return render_template("staff/dashboard.html", form=form, board=_board(grant(), form))


def _board(granted: Grant, form: DashboardForm) -> Board:
    """The board, drawn once per state of the data: every change to a study leaves an event behind."""
    newest = db.session.scalar(select(func.max(Event.id)))
    state = (current_app.config["SETTINGS"].database_url, newest)
    key = (
        *state,
        granted.study.id,
        granted.site,
        granted.may_open_patients,
        form.together,
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
                together=form.together,
                may_open_patients=granted.may_open_patients,
            )
        return _drawn[key]


def _forget_older(state: tuple[Any, ...]) -> None:
    """Drop what older data gave, as it may hold answers erased since, and the oldest of too many."""
    for key in list(_drawn):
        if key[0] == state[0] and key[1] != state[1]:
            del _drawn[key]
    while len(_drawn) >= KEPT:
        _drawn.popitem(last=False)
