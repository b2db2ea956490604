"""Two pages over all patients of a study: how complete it is, and whose scores changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, render_template, request, url_for

from surveys.db import db
from surveys.lists import changes as changed
from surveys.lists import completeness as complete
from surveys.lists.visits import STATES
from surveys.views.clinic import columns
from surveys.views.clinic.shifts import scales_shown, shifts_of
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.choices import chosen
from surveys.views.web.list_columns import heads
from surveys.views.web.numbers import page_number, stored

pages = Blueprint("overviews", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/completeness")
@for_roles("coordinator", "investigator")
def completeness(code: str) -> str:
    """Show patients by timepoints, with counts, by code or a timepoint; or those whom one count counts."""
    number, only, sort = page_number(), counted(), sorted_by()
    found = complete.grid(db.session, grant().scope, number, only=only, sort=sort)
    if number > found.pages:
        abort(404)
    kept: dict[str, Any] = {"timepoint": only.timepoint_id, "state": only.state} if only else {}
    keys = ["code", *(str(one.id) for one in found.columns)]
    return render_template(
        "staff/clinic/completeness.html",
        grid=found,
        columns=columns.of_completeness(found.columns),
        page=number,
        states=STATES,
        only=only,
        heads=heads(
            keys,
            "code" if sort is None else str(sort),
            lambda one: url_for(
                "overviews.completeness", code=code, **kept, sort=None if one == "code" else one
            ),
        ),
        kept={**kept, **({} if sort is None else {"sort": sort})},
    )


def sorted_by() -> int | None:
    """The timepoint by which the address sorts; without one it is by code."""
    return request.args.get("sort", type=stored)


def counted() -> complete.Only | None:
    """The count that the address names by timepoint and state; without a timepoint there is none."""
    timepoint = request.args.get("timepoint", type=stored)
    if timepoint is None:
        return None
    return complete.Only(timepoint, chosen("state", "", STATES))


@pages.get("/staff/<code>/changes")
@for_roles("coordinator", "investigator")
def changes(code: str) -> str:
    """Show whose scores changed, today's patients first or in another order."""
    number, sort = page_number(), chosen("sort", "today", changed.SORTS)
    scales = scales_shown(server.library())
    found = changed.page(db.session, grant().scope, scales, number, sort=sort)
    if number > found.pages:
        abort(404)
    return render_template(
        "staff/clinic/changes.html",
        columns=columns.of_changes(found.people),
        rows=shifts_of(found.people),
        sort=sort,
        heads=heads(
            changed.SORTS,
            sort,
            lambda one: url_for("overviews.changes", code=code, sort=one),
            down=("answered",),
        ),
        page=number,
        pages=found.pages,
    )
