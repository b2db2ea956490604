"""The first page after sign-in: the studies that the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, render_template, url_for
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.lists.alerts import waiting_by_study
from surveys.models import Study
from surveys.views.clinic import display
from surveys.views.web.access import Grant, for_staff, grants, member
from surveys.views.web.navigation import FIRST_PAGES

pages = Blueprint("staff", __name__)


@dataclass(frozen=True)
class StudyCard:
    """A study on the first page, and its address; `alerts` is None for a person who may not see them."""

    study: Study
    role: str
    address: str
    alerts: int | None


def init_app(app: Flask) -> None:
    """Register the page, and the filters that the staff's templates use."""
    display.init_app(app)
    app.register_blueprint(pages)


@pages.get("/staff/")
@for_staff
def index() -> str | Response:
    """List the person's studies; a single one opens at once, except for people who can make studies."""
    places = grants()
    if len(places) == 1 and not member().admin:
        return redirect(_address(places[0]))
    alerts = waiting_by_study(db.session, [place.scope for place in places])
    cards = [
        StudyCard(
            place.study,
            place.role,
            _address(place),
            None if place.role == "analyst" else alerts.get(place.study.id, 0),
        )
        for place in places
    ]
    return render_template("staff/clinic/studies.html", cards=cards)


def _address(place: Grant) -> str:
    """A role's first page."""
    return url_for(FIRST_PAGES[place.role], code=place.study.code)
