"""The causes of alerts in a study: those of instruments, and the study's own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.db import db
from surveys.forms.alerts import AlertRuleForm, ConfirmRuleForm
from surveys.instruments.definition import Instrument, Item, Scale
from surveys.instruments.facts import bad_end
from surveys.models import AlertRule, Timepoint
from surveys.store.visit import alert_rules as store
from surveys.store.visit.item_rules import is_of_item
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.saving import committed

pages = Blueprint("alert_rules", __name__)


@dataclass(frozen=True)
class OwnRule:
    """A rule of the study in words; `meant` is its meaning once it is confirmed, None if it needs none."""

    id: int
    words: str
    meant: str | None
    direction: str
    form: ConfirmRuleForm | None


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/alert-rules")
@for_roles("coordinator", "investigator")
def index(code: str) -> str:
    """Show the rules, and the form for another one."""
    return _draw(_form() if grant().may_open("alert_rules.add") else None)


@pages.post("/staff/<code>/alert-rules")
@for_roles("coordinator", whole_study=True)
def add(code: str) -> Response | tuple[str, int]:
    """Add a rule."""
    here, form = grant(), _form()
    if not form.validate():
        return _draw(form), 422
    instrument, _dot, scale = form.measure.data.partition(".")
    with committed(form) as kept:
        rule = store.add(
            db.session,
            here.study,
            server.library(),
            instrument=instrument,
            scale=scale,
            kind=form.kind.data,
            threshold=form.at_least.data,
            at=here.at,
            actor=here.actor,
        )
    if not kept:
        return _draw(form), 422
    flash(_("%(rule)s raises an alert, in answers from now on.", rule=_words(rule)), "success")
    return redirect(url_for("alert_rules.index", code=code))


@pages.post("/staff/<code>/alert-rules/<int:rule_id>/confirm")
@for_roles("coordinator", whole_study=True)
def confirm(code: str, rule_id: int) -> Response | tuple[str, int]:
    """Confirm the score of a rule that was set before rules had a direction."""
    here, form = grant(), ConfirmRuleForm(prefix=prefix(rule_id))
    if not form.validate():
        return _draw(_form(), {rule_id: form}), 422
    with committed(form) as kept:
        done = store.confirm(
            db.session,
            here.study,
            server.library(),
            rule_id,
            threshold=form.threshold.data,
            at=here.at,
            actor=here.actor,
        )
    if form.threshold.errors:
        return _draw(_form(), {rule_id: form}), 422
    for message in form.form_errors:  # the rule is gone or confirmed, and its form with it
        flash(message, "notice")
    if kept:
        flash(
            _("Confirmed: %(rule)s raises an alert.", rule=_words(done.rule)) + " " + _raised(done), "success"
        )
    return redirect(url_for("alert_rules.index", code=code))


@pages.post("/staff/<code>/alert-rules/<int:rule_id>")
@for_roles("coordinator", whole_study=True)
def remove(code: str, rule_id: int) -> Response:
    """Remove a rule."""
    here = grant()
    with committed() as kept:
        store.remove(db.session, here.study, rule_id, at=here.at, actor=here.actor)
    if kept:
        flash(_("The rule raises no alerts from now on."), "success")
    return redirect(url_for("alert_rules.index", code=code))


def prefix(rule_id: int) -> str:
    """The prefix of a rule's form fields, because one page holds several such forms."""
    return f"rule-{rule_id}-"


def _raised(done: store.ConfirmedRule) -> str:
    """The alerts that a confirmed rule raised from earlier answers, in words."""
    if not done.new and not done.historical:
        return str(_("No earlier answer raised another alert."))
    new = ngettext("%(num)d alert is waiting", "%(num)d alerts are waiting", done.new)
    old = ngettext("%(num)d is listed as historical", "%(num)d are listed as historical", done.historical)
    return str(_("Of earlier answers %(new)s, %(old)s.", new=new, old=old))


def _draw(form: AlertRuleForm | None, refused: dict[int, ConfirmRuleForm] | None = None) -> str:
    here = grant()
    asked = _asked(here.study.id)
    unconfirmed = {
        rule.id: scale for rule, scale in store.to_confirm(db.session, here.study, server.library())
    }
    query = select(AlertRule).where(AlertRule.study_id == here.study.id).order_by(AlertRule.id)
    return render_template(
        "staff/study/alert_rules.html",
        built_in=[display.rule_words(one, alert.rule) for one in asked for alert in one.alerts],
        own=[_own(rule, unconfirmed.get(rule.id), refused or {}) for rule in db.session.scalars(query)],
        form=form,
        bands="; ".join(_bands(asked)),
    )


def _own(rule: AlertRule, scale: Scale | None, refused: dict[int, ConfirmRuleForm]) -> OwnRule:
    if scale is None:
        return OwnRule(rule.id, _words(rule), None, "", None)
    form = refused.get(rule.id) or ConfirmRuleForm(
        formdata=None, prefix=prefix(rule.id), data={"threshold": rule.threshold}
    )
    meant = display.rule_words(server.library().get(rule.instrument), store.name_as_confirmed(rule, scale))
    return OwnRule(rule.id, _words(rule), meant, display.direction_words(scale), form)


def _words(rule: AlertRule) -> str:
    return display.study_rule_words(rule, server.library())


def _form() -> AlertRuleForm:
    form = AlertRuleForm()
    form.measure.choices = [
        SelectChoice("", _("Choose a score or an answer")),
        *(
            SelectChoice(
                f"{one.key}.{scale.key}",
                f"{display.scale_name(one, scale)} ({display.scale_words(scale)})",
            )
            for one in _asked(grant().study.id)
            for scale in one.scales
        ),
        *(
            SelectChoice(f"{one.key}.{item.key}", _item_words(one, item))
            for one in _asked(grant().study.id)
            for item in one.items
            if is_of_item(one, item.key) and bad_end(one, item.key)
        ),
    ]
    return form


def _item_words(instrument: Instrument, item: Item) -> str:
    low, high = instrument.extent(item.key)
    told = {
        "title": instrument.short_title,
        "number": item.number,
        "label": item.label,
        "low": f"{low:g}",
        "high": f"{high:g}",
    }
    if bad_end(instrument, item.key) == "at_least":
        return str(_("%(title)s item %(number)s (%(label)s; %(low)s–%(high)s, higher is worse)", **told))
    return str(_("%(title)s item %(number)s (%(label)s; %(low)s–%(high)s, lower is worse)", **told))


def _asked(study_id: int) -> list[Instrument]:
    """The instruments of the study's plan."""
    batteries = db.session.scalars(select(Timepoint.battery).where(Timepoint.study_id == study_id))
    return [server.library().get(key) for key in sorted({key for battery in batteries for key in battery})]


def _bands(asked: list[Instrument]) -> Iterator[str]:
    for one in asked:
        for scale in one.scales:
            if scale.bands:
                steps = ", ".join(f"{band.label} {band.at_least:g}" for band in scale.bands)
                yield f"{display.scale_name(one, scale)}: {steps}"
