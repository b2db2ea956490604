"""What raises alerts in a study: what instruments always do, and rules of the study's own."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.db import db
from surveys.forms.staff import AlertRuleForm
from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.models import AlertRule, Timepoint
from surveys.store import alert_rules as store
from surveys.store.errors import Refused
from surveys.views import display
from surveys.views.access import for_roles, grant

pages = Blueprint("alert_rules", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/alert-rules")
@for_roles("coordinator", "investigator")
def index(code: str) -> str:
    """The rules, and the form for a further one."""
    return _draw(_form() if grant().may_open("alert_rules.add") else None)


@pages.post("/staff/<code>/alert-rules")
@for_roles("coordinator", whole_study=True)
def add(code: str) -> Response | tuple[str, int]:
    """A further rule."""
    here, form = grant(), _form()
    if not form.validate():
        return _draw(form), 422
    instrument, _dot, scale = form.measure.data.partition(".")
    number = form.at_least.data
    try:
        store.add(
            db.session,
            here.study,
            _library(),
            instrument=instrument,
            scale=scale,
            kind=form.kind.data,
            at_least=None if number is None else float(number),
            at=here.at,
            actor=here.actor,
        )
    except Refused as refusal:
        field = {"at_least": form.at_least, "kind": form.kind}.get(refusal.field or "", form.measure)
        field.errors = [str(refusal)]
        return _draw(form), 422
    db.session.commit()
    flash(_("The rule holds for answers from now on."), "success")
    return redirect(url_for("alert_rules.index", code=code))


@pages.post("/staff/<code>/alert-rules/<int:rule_id>")
@for_roles("coordinator", whole_study=True)
def remove(code: str, rule_id: int) -> Response:
    """Take a rule away."""
    here = grant()
    try:
        store.remove(db.session, here.study, rule_id, at=here.at, actor=here.actor)
    except Refused as refusal:
        flash(str(refusal), "notice")
    else:
        db.session.commit()
        flash(_("The rule raises no alerts from now on."), "success")
    return redirect(url_for("alert_rules.index", code=code))


def _draw(form: AlertRuleForm | None) -> str:
    here, library = grant(), _library()
    asked = _asked(here.study.id)
    query = select(AlertRule).where(AlertRule.study_id == here.study.id).order_by(AlertRule.id)
    own = [
        (display.rule_words(library.get(rule.instrument), store.name(rule)), rule)
        for rule in db.session.scalars(query)
    ]
    return render_template(
        "staff/alert_rules.html",
        built_in=[display.rule_words(one, alert.rule) for one in asked for alert in one.alerts],
        own=own,
        form=form,
        bands="; ".join(_bands(asked)),
    )


def _form() -> AlertRuleForm:
    form = AlertRuleForm()
    form.measure.choices = [
        SelectChoice("", _("Choose a score")),
        *(
            SelectChoice(f"{one.key}.{scale.key}", display.scale_name(one, scale))
            for one in _asked(grant().study.id)
            for scale in one.scales
        ),
    ]
    return form


def _asked(study_id: int) -> list[Instrument]:
    """The instruments of the study's plan."""
    batteries = db.session.scalars(select(Timepoint.battery).where(Timepoint.study_id == study_id))
    return [_library().get(key) for key in sorted({key for battery in batteries for key in battery})]


def _bands(asked: list[Instrument]) -> Iterator[str]:
    for one in asked:
        for scale in one.scales:
            if scale.bands:
                steps = ", ".join(f"{band.label} {band.at_least:g}" for band in scale.bands)
                yield f"{display.scale_name(one, scale)}: {steps}"


def _library() -> Library:
    library: Library = current_app.extensions["library"]
    return library
