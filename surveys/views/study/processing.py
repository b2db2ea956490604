"""The record of processing and the data-protection impact sheet of a study, to print and complete by hand."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from surveys.db import db
from surveys.lists.processing import processing
from surveys.store.study.readiness import backup_proved_at
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page

pages = Blueprint("processing", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/data-protection")
@for_roles("coordinator", "investigator", whole_study=False)
def show(code: str) -> Page:
    """Show both sheets, made from the settings of study and installation."""
    here = grant()
    found, library = processing(db.session, here.study), server.library()
    asked = [library.get(key) for key in found.asked]
    return render_template(
        "staff/study/processing.html",
        found=found,
        asked=[one.short_title for one in asked],
        asks_of_self_harm=any(alert.crisis for one in asked for alert in one.alerts),
        backup_proved_at=backup_proved_at(db.session),
        settings=server.settings(),
        today=here.today,
    )
