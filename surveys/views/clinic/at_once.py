"""Many patients or visits at once: chosen, looked at, then changed in one transaction or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveys.db import db
from surveys.forms import labels
from surveys.forms.records import MissedForm, RecordForm, StatusForm
from surveys.lists import needs, patients
from surveys.lists import visits as visit_lists
from surveys.store.patient import at_once, participation
from surveys.store.visit import visits
from surveys.views.clinic import display
from surveys.views.clinic.ending import what_ends
from surveys.views.clinic.record import sent
from surveys.views.web.access import for_roles, grant
from surveys.views.web.numbers import page_number, stored
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("at_once", __name__)


@dataclass(frozen=True)
class Chosen:
    """One patient or visit that was chosen: what would become of it, and the act of the store."""

    id: int
    patient: str
    becomes: str
    act: Callable[[], object]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/at-once/status", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def status(code: str) -> Page:
    """Change whether many patients take part."""
    here, number = grant(), page_number()
    form = StatusForm(here.today, data={"status": "active", "since": here.today, "where": "everywhere"})
    chosen: list[Chosen] = []
    if request.method == "POST" and form.validate():
        words, since = labels.PATIENT_STATUSES, form.since.data or here.today
        for patient in patients.of_ids(db.session, here.scope, _ids()):
            becomes = _("%(old)s → %(new)s", old=words[patient.status], new=words[form.status.data])
            act = partial(
                participation.change_status,
                db.session,
                patient,
                form.status.data,
                on=since,
                at=here.at,
                actor=here.actor,
                reason=form.reason.data,
                why=form.why.data or None,
                everywhere=form.where.data == "everywhere",
            )
            chosen.append(Chosen(patient.id, patient.code, becomes, act))
    everywhere = form.status.data == "died" or form.where.data == "everywhere"

    def stops(ids: Sequence[int]) -> participation.Stopping:
        able = patients.of_ids(db.session, here.scope, ids)
        return participation.stopping(db.session, able, everywhere)

    ends = what_ends(form.status.data)
    found = patients.page(db.session, here.scope, number=number)
    rows = {row.id: (row.code, row.site or "–", row.visit or "–") for row in found.rows}
    return _page(
        "status",
        form,
        chosen,
        rows,
        title=_("Change the status of many"),
        heads=(_("Patient"), _("Site"), _("Visit")),
        ends=ends,
        stops=stops if ends else None,
        back=url_for("patients.index", code=code),
        page=number,
        pages=found.pages,
    )


@pages.route("/staff/<code>/at-once/missed", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def missed(code: str) -> Page:
    """Say of many visits why they were missed."""
    here, form = grant(), MissedForm(grant().today)
    chosen: list[Chosen] = []
    if request.method == "POST" and form.validate():
        rows = patients.visits_of_ids(db.session, here.scope, _ids())
        titles = visit_lists.titles(db.session, [visit.id for visit in rows])
        for visit in rows:
            act = partial(
                visits.miss, db.session, visit, form.reason.data or "", at=here.at, actor=here.actor
            )
            chosen.append(
                Chosen(visit.id, visit.patient.code, _("%(visit)s: missed", visit=titles[visit.id]), act)
            )
    overdue = needs.overdue(db.session, here.scope)
    return _page(
        "missed",
        form,
        chosen,
        {row.visit_id: (row.patient, row.visit, str(display.day(row.closes_on))) for row in overdue},
        title=_("Say why visits were missed"),
        heads=(_("Patient"), _("Visit"), _("Closes")),
        ends=_("What was answered stays. Each visit can be opened again for a late answer."),
        back=url_for("clinic.today", code=code, _anchor="overdue"),
        page=1,
        pages=1,
    )


def _ids() -> list[int]:
    return request.form.getlist("chosen", type=stored)[: at_once.MOST]


def _page(
    what: str,
    form: RecordForm,
    chosen: Sequence[Chosen],
    rows: Mapping[int, tuple[str, ...]],
    *,
    back: str,
    ends: str | None,
    stops: Callable[[Sequence[int]], participation.Stopping] | None = None,
    **shown: object,
) -> Page:
    """The list to choose from, what would become of the chosen ones, or the way back once that is done."""
    posted = request.method == "POST"
    if posted and not form.errors and not chosen:
        form.form_errors.append(_("Choose at least one."))
    if chosen and request.form.get("do") == "change":
        with committed(form) as kept:
            for one in chosen:
                one.act()
        if kept:
            flash(ngettext("%(num)d was changed.", "%(num)d were changed.", len(chosen)), "success")
            return redirect(back)
    elif chosen:
        why = at_once.hindrances(db.session, [one.act for one in chosen])
        db.session.rollback()
        able = [one for one, hindrance in zip(chosen, why, strict=True) if hindrance is None]
        return render_template(
            "staff/clinic/at_once_look.html",
            what=what,
            able=able,
            unable=[(one, hindrance) for one, hindrance in zip(chosen, why, strict=True) if hindrance],
            fields=sent(form),
            ends=ends,
            stopping=stops([one.id for one in able]) if stops else None,
            back=back,
            **shown,
        )
    page = render_template(
        "staff/clinic/at_once.html", what=what, form=form, rows=rows, ticked=_ids(), back=back, **shown
    )
    return page, 422 if form.errors or form.form_errors else 200
