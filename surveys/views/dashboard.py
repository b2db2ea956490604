"""The dashboard: quality of life and depression by time since onset and treatment.

The analysis is imported when the first dashboard is asked for, never when the server starts.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, current_app, render_template, request
from sqlalchemy import func, select

from surveys import __version__
from surveys.db import db
from surveys.forms.dashboard import DashboardForm
from surveys.frames import study_frames
from surveys.models import Event
from surveys.views.access import Grant, for_roles, grant

if TYPE_CHECKING:
    import pandas as pd

    from analysis.figures import Figure
    from analysis.frame import StudyFrames

pages = Blueprint("dashboard", __name__)

KEPT = 64
_drawn: OrderedDict[tuple[Any, ...], Board] = OrderedDict()
_drawing = Lock()


@dataclass(frozen=True)
class Panel:
    """One figure as the template draws it."""

    key: str
    title: str
    summary: str
    data: str
    columns: list[dict[str, Any]]
    rows: list[list[str]]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """Everything on the page that depends on the data and the filters."""

    patients: str
    answered: str
    time: tuple[Panel, ...]
    association: Panel
    treatment: tuple[Panel, ...]
    methods: str


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
    return render_template("staff/dashboard.html", form=form, board=_board(grant(), form.data))


def _board(granted: Grant, chosen: dict[str, str]) -> Board:
    """The board, drawn once per state of the data: every change to a study leaves an event behind."""
    newest = db.session.scalar(select(func.max(Event.id)))
    key = (
        current_app.config["SETTINGS"].database_url,
        granted.study.id,
        granted.site,
        granted.may_open_patients,
        newest,
        *chosen.values(),
    )
    with _drawing:
        if key not in _drawn:
            library = current_app.extensions["library"]
            frames = study_frames(db.session, granted.study, library, site=granted.site)
            _drawn[key] = _draw(frames, chosen, may_open_patients=granted.may_open_patients)
            while len(_drawn) > KEPT:
                _drawn.popitem(last=False)
        _drawn.move_to_end(key)
        return _drawn[key]


def _draw(frames: StudyFrames, chosen: dict[str, str], *, may_open_patients: bool) -> Board:
    from analysis.figures import MAIN_SCALES, View, association_figure, time_figure, treatment_figure
    from analysis.filters import Filters, apply
    from analysis.methods import methods
    from analysis.report import data_sha256

    filters = Filters(**{name: value or None for name, value in chosen.items() if name != "strata"})
    part = apply(frames, filters)
    view = View(may_open_patients=may_open_patients, together=chosen["strata"] == "together")
    return Board(
        patients=view.count(len(part.patients)),
        answered=view.count(int(part.scores["patient"].nunique())),
        time=tuple(_panel(time_figure(part, scale, view)) for scale in MAIN_SCALES),
        association=_panel(association_figure(part, view)),
        treatment=tuple(_panel(treatment_figure(part, scale, view)) for scale in MAIN_SCALES),
        methods=methods(
            part,
            filters,
            software=f"seventh {__version__}",
            digest=data_sha256(frames),
            suppress_under=view.suppress_under,
        ),
    )


def _panel(figure: Figure) -> Panel:
    drawn = figure.figure.to_plotly_json()
    return Panel(
        key=figure.key.replace(".", "-").replace("_", "-"),
        title=figure.title,
        summary=figure.summary,
        data=json.dumps({"data": drawn["data"], "layout": drawn["layout"]}, allow_nan=False, default=_plain),
        columns=_columns(figure.table),
        rows=[["" if value is None else str(value) for value in row] for row in figure.table.values.tolist()],
        notes=figure.notes,
    )


def _columns(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{"label": str(name), "numeric": position > 0} for position, name in enumerate(table.columns)]


def _plain(value: Any) -> Any:
    """Plotly's own objects as plain data."""
    return value.to_plotly_json() if hasattr(value, "to_plotly_json") else value.tolist()
