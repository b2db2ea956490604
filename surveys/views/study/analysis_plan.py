"""The analysis plan of a study: its versions to read, and the page that fixes or amends it."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from surveys.db import db
from surveys.forms.analysis_plan import EMPTY_ROWS, AnalysisPlanForm, analysis_plan_form, as_data
from surveys.lists import history
from surveys.models import Timepoint
from surveys.store.study import analysis_plans
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("analysis_plan", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/analysis-plan")
@for_roles("coordinator", "investigator", "analyst")
def index(code: str) -> str:
    """Show the plan, and its earlier versions."""
    kept = list(reversed(analysis_plans.of_study(db.session, grant().study.id)))
    return render_template(
        "staff/study/analysis_plan.html",
        versions=[(one, one.told) for one in kept],
        labels=_scales(everything=True),
        people=history.names(db.session, [one.fixed_by for one in kept]),
    )


@pages.route("/staff/<code>/analysis-plan/fix", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def fix(code: str) -> Page:
    """Fix the plan, or amend it."""
    here = grant()
    past = analysis_plans.of_study(db.session, here.study.id)
    form = _filled(past)
    if request.method == "POST" and "more" not in request.form and form.validate():
        with committed(form) as kept:
            analysis_plans.fix(
                db.session,
                here.study,
                form.questions,
                server.library(),
                reason=form.reason.data or "",
                at=here.at,
                actor=here.actor,
            )
        if kept:
            said = _("The analysis plan was amended.") if past else _("The analysis plan is fixed.")
            flash(said, "success")
            return redirect(url_for("analysis_plan.index", code=code))
    page = render_template(
        "staff/study/analysis_plan_fix.html",
        form=form,
        past=past,
        answered=analysis_plans.responses(db.session, here.study.id),
        more=len(form.rows) < analysis_plans.MOST,
    )
    return page, 422 if form.errors else 200


def _filled(past: analysis_plans.Versions) -> AnalysisPlanForm:
    questions = past[-1].told.questions if past else ()
    shown = len(questions) + EMPTY_ROWS
    if request.method == "POST":
        sent = request.form.get("rows", type=int) or shown
        shown = sent + EMPTY_ROWS if "more" in request.form else sent
    made = analysis_plan_form(max(1, min(shown, analysis_plans.MOST)), _scales())
    return made(data=as_data(questions))


def _scales(*, everything: bool = False) -> dict[str, str]:
    """The scores that the study asks for, by key; those of all instruments where its plan names none yet."""
    rows = db.session.scalars(select(Timepoint.battery).where(Timepoint.study_id == grant().study.id))
    asked = {key for battery in rows for key in battery}
    every = [(one, scale) for one in server.library() for scale in one.scales]
    chosen = [(one, scale) for one, scale in every if one.key in asked]
    shown = every if everything or not chosen else chosen
    return {f"{one.key}.{scale.key}": display.scale_name(one, scale) for one, scale in shown}
