"""Amend the plan of an active study: what would come, move and go is shown before it is decided."""

from __future__ import annotations

from dataclasses import asdict
from typing import cast

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.db import db
from surveys.forms.plan import MOST_ROWS, AmendmentForm
from surveys.instruments.instrument import canonical_sha256
from surveys.lists import history
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.study import studies
from surveys.store.visit import amendments
from surveys.store.visit.amendments import Effect, NewAmendment
from surveys.views.study.plan import filled, study_with_plan
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed, tried

pages = Blueprint("amending", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/study/amend", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def amend(code: str) -> Page:
    """Show what an amendment would change, and store it once that was seen."""
    study = study_with_plan()
    form = cast(AmendmentForm, filled(studies.plan_now(study.timepoints), AmendmentForm))
    form.consent_version.choices = _versions(study)
    effect = None
    if request.method == "POST" and "more" not in request.form and form.validate():
        if request.form.get("do") == "amend":
            with committed(form) as kept:
                if _sign(_amend(form), form) != request.form.get("looked"):
                    raise Refused(
                        _("This is not what you have looked at. Look at what it changes once more.")
                    )
            if kept:
                flash(_("The plan was amended."), "success")
                return redirect(url_for("planning.edit", code=code))
        else:
            with tried(form):
                effect = _amend(form)
    past = amendments.of_study(db.session, grant().study.id)
    page = render_template(
        "staff/study/amend.html",
        form=form,
        effect=effect,
        looked=_sign(effect, form) if effect else "",
        names_of={row.key: row.name for row in (*form.plan, *studies.plan_now(study_with_plan().timepoints))},
        more=len(form.rows) < MOST_ROWS,
        past=past,
        people=history.names(db.session, [one.recorded_by for one in past]),
    )
    return page, 422 if form.errors else 200


def _amend(form: AmendmentForm) -> Effect:
    here, facts = grant(), form.facts
    new = NewAmendment(**{**facts, "consent_version": facts["consent_version"] or None})
    return amendments.amend(
        db.session, study_with_plan(), form.plan, new, server.library(), at=here.at, actor=here.actor
    )


def _sign(effect: Effect, form: AmendmentForm) -> str:
    """A digest of what was looked at: what was typed, and what would come of it."""
    typed = {name: str(value) for name, value in form.facts.items()}
    return canonical_sha256([typed, [asdict(row) for row in form.plan], asdict(effect)])


def _versions(study: Study) -> list[SelectChoice]:
    newest = next(iter(consents.all_texts(db.session, study.id)), None)
    if newest is None:
        return [SelectChoice("", _("Not asked anew"))]
    anew = SelectChoice(newest.version, _("Asked anew, in version %(version)s", version=newest.version))
    return [SelectChoice("", _("Not asked anew")), anew]
