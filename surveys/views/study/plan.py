"""The plan of a study: edited as a table, drawn along the days, with its burden on a patient each year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.db import db
from surveys.forms.plan import EMPTY_ROWS, MOST_ROWS, TREATMENTS, PlanForm, as_data, plan_form
from surveys.instruments.facts import not_before
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.schedule import PlannedVisit, Year, burden, example_visits, preset, preset_names, preset_title
from surveys.store.study import studies
from surveys.store.visit import setup
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("planning", __name__)

WIDTH = 1000  # width of a drawn line, in its own units
LEAST = 8  # keeps a single day visible


@dataclass(frozen=True)
class PlanLine:
    """One timepoint along the days: `window`, `due` and `zero` are places from 0 to `WIDTH`."""

    name: str
    days: str
    asks: str
    windows: tuple[tuple[float, float], ...]
    dues: tuple[float, ...]
    zero: float


@dataclass(frozen=True)
class PlanOverview:
    """A plan at a glance: lines by anchor, and invitations and questions per year of one example."""

    lines: tuple[tuple[str, tuple[PlanLine, ...]], ...]
    years: tuple[Year, ...]
    visits: tuple[tuple[str, int, str], ...]
    onset: bool
    treatments: bool


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/study/plan", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def edit(code: str) -> Page:
    """Edit the plan as a table; a preset fills it, and only saving stores it."""
    study, here = study_with_plan(), grant()
    plan = studies.plan_now(study.timepoints)
    chosen = request.args.get("preset")
    if chosen:
        if chosen not in preset_names():
            abort(404)
        plan = preset(chosen)
    form = filled(plan)
    if request.method == "POST" and "more" not in request.form and form.validate():
        with committed(form) as kept:
            changed = setup.set_plan(
                db.session, study, form.plan, server.library(), at=here.at, actor=here.actor
            )
        if kept:
            flash(_("The plan was saved.") if changed else _("Nothing was changed."), "success")
            return redirect(url_for("planning.edit", code=code))
    known = all(key in server.library() for row in plan for key in row.battery)
    page = render_template(
        "staff/study/plan.html",
        form=form,
        presets=[(name, preset_title(name)) for name in preset_names()],
        chosen=chosen,
        overview=overview(study, plan, server.library()) if known else None,
        more=len(form.rows) < MOST_ROWS,
    )
    return page, 422 if form.errors else 200


def overview(study: Study, plan: Sequence[PlannedVisit], library: Library) -> PlanOverview:
    """The overview of `plan` in `study`."""
    questions = {
        key: len(studies.items_asked(library.get(key), study.optional_items))
        for row in plan
        for key in row.battery
    }
    titles = {key: library.get(key).short_title for key in questions}
    names = {row.key: row.name for row in plan}
    groups: dict[str, list[PlannedVisit]] = {}
    for row in plan:
        groups.setdefault(anchor_words(row), []).append(row)
    return PlanOverview(
        lines=tuple((words, _lines(rows, titles)) for words, rows in groups.items()),
        years=tuple(burden(plan, questions, not_before(library))),
        visits=tuple(
            (
                ", ".join(names[served.key] for served in laid.serves),
                day,
                ", ".join(titles[key] for key in laid.battery),
            )
            for day, laid in example_visits(plan, not_before(library))
        ),
        onset=any(row.anchor == "onset" for row in plan),
        treatments=any(row.treatment for row in plan),
    )


def anchor_words(row: PlannedVisit) -> str:
    """The day from which a timepoint counts, in words."""
    if row.anchor != "treatment":
        return {"enrolment": _("Enrolment"), "onset": _("Onset")}[row.anchor]
    kind = row.treatment or ""
    state = _("once given") if row.treatment_state == "given" else _("when planned")
    return f"{TREATMENTS.get(kind, kind)}, {state}"


def _lines(rows: Sequence[PlannedVisit], titles: dict[str, str]) -> tuple[PlanLine, ...]:
    spans = [
        [
            (due - row.window_before, due, due + row.window_after)
            for nth in range(row.times)
            for due in (row.offset_days + nth * (row.every_days or 0),)
        ]
        for row in rows
    ]
    first = min(0, *(span[0] for found in spans for span in found))
    last = max(1, *(span[2] for found in spans for span in found))
    scale = (WIDTH - LEAST) / (last - first)

    def place(day: int) -> float:
        return round((day - first) * scale, 1)

    return tuple(
        PlanLine(
            row.name,
            _days(row),
            ", ".join(titles[key] for key in row.battery),
            tuple((place(opens), max(place(closes) - place(opens), LEAST)) for opens, _due, closes in found),
            tuple(place(due) for _opens, due, _closes in found),
            place(0),
        )
        for row, found in zip(rows, spans, strict=True)
    )


def _days(row: PlannedVisit) -> str:
    opens, closes = row.offset_days - row.window_before, row.offset_days + row.window_after
    said = _(
        "day %(due)s, open from %(opens)s to %(closes)s", due=row.offset_days, opens=opens, closes=closes
    )
    if row.times > 1:
        said += _(
            "; %(times)s times, %(apart)s",
            times=row.times,
            apart=ngettext("every day", "every %(num)d days", row.every_days or 0),
        )
    if row.unless_followed:
        said += _("; not if another one follows")
    return said


def filled(plan: Sequence[PlannedVisit], base: type[PlanForm] = PlanForm) -> PlanForm:
    """The form with the rows of `plan` and an empty one, or with those that were sent."""
    rows = len(plan) + EMPTY_ROWS
    if request.method == "POST":
        rows = request.form.get("rows", rows, type=int) + ("more" in request.form)
    made = plan_form(min(max(rows, 1), MOST_ROWS), _instruments(plan), base)
    return made(data=as_data(plan))


def _instruments(plan: Sequence[PlannedVisit]) -> list[tuple[str, str]]:
    """The instruments to choose from: the plan's in its order, then all others with a text."""
    library = server.library()
    asked = [key for key in dict.fromkeys(key for row in plan for key in row.battery) if key in library]
    others = [
        one.key
        for one in library.of_study(grant().study.code)
        if one.askable and one.answered_by != "staff" and one.key not in asked
    ]
    return [(key, library.get(key).short_title) for key in [*asked, *others]]


def study_with_plan() -> Study:
    """The study of this request, with its plan."""
    query = select(Study).where(Study.id == grant().study.id).options(selectinload(Study.timepoints))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
