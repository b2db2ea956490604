"""What was done for a patient and seen by clinicians, a page each: treatments and gradings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, request
from flask_babel import gettext as _

from analysis.data.facts import CAUSES, SIDES
from analysis.data.gradings import GRADING_SCALES
from surveys.db import db
from surveys.forms import labels
from surveys.forms.records import (
    ErrorForm,
    GradingForm,
    TreatmentFactsForm,
    TreatmentStateForm,
    grading_form,
)
from surveys.lists import records as record_lists
from surveys.models import Grading, Palsy, Treatment
from surveys.store.patient import gradings, treatments
from surveys.store.patient.patients import NewTreatment
from surveys.views.clinic import display
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.inputs import partial_date, typed
from surveys.views.clinic.record import boxes, pages, record
from surveys.views.clinic.replanning import replan
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.language import small
from surveys.views.web.page import Page


@pages.route("/staff/<code>/treatment/<int:treatment_id>", methods=["GET", "POST"])
@for_roles("coordinator")
def treatment(code: str, treatment_id: int) -> Page:
    """Record the outcome of a treatment."""
    here = grant()
    shown, found = record_lists.find(db.session, here.scope, Treatment, treatment_id) or abort(404)
    form = TreatmentStateForm(here.today)

    def store() -> str:
        treatments.change_state(
            db.session,
            found,
            shown,
            form.state.data,
            on=form.on.data,
            reason=form.reason.data,
            today=here.today,
            at=here.at,
            actor=here.actor,
        )
        known = treatments.facts_of(shown)
        told = replace(
            known,
            product=typed(form.product) or known.product,
            dose=known.dose if form.dose.data is None else form.dose.data,
            unit=typed(form.unit) or known.unit,
        )
        if form.state.data == "given" and told != known:
            treatments.correct(db.session, found, shown, told, reason=form.reason.data, **_when(here))
        replan(found, "treatment", form.reason.data)
        return _("The treatment was changed.")

    return record(found, form, _treatment_words(shown), _("Save"), store)


@pages.route("/staff/<code>/treatments/<int:treatment_id>", methods=["GET", "POST"])
@for_roles("coordinator")
def treatment_facts(code: str, treatment_id: int) -> Page:
    """Correct what is recorded of a treatment."""
    here = grant()
    shown, found = record_lists.find(db.session, here.scope, Treatment, treatment_id) or abort(404)
    stands = {} if request.method == "POST" else _began(shown)
    form = TreatmentFactsForm(here.today, obj=None if request.method == "POST" else shown, data=stands)

    def store() -> str:
        new = NewTreatment(
            kind=form.kind.data,
            started=partial_date(form.began.form),
            state=shown.state,
            ended_on=form.ended_on.data,
            product=typed(form.product),
            dose=form.dose.data,
            unit=typed(form.unit),
            sessions=form.sessions.data,
            side=form.side.data or None,
            note=typed(form.note),
        )
        changed = treatments.correct(db.session, found, shown, new, reason=form.reason.data, **_when(here))
        if changed:
            replan(found, "treatment", form.reason.data)
        return _("The treatment was corrected.") if changed else _("Nothing was changed.")

    lead = _("The old facts stay in the record of changes. A treatment that never was is cancelled instead.")
    return record(found, form, _treatment_words(shown), _("Correct the treatment"), store, lead)


@pages.route("/staff/<code>/gradings/<int:grading_id>/error", methods=["GET", "POST"])
@for_roles("coordinator", "investigator", whole_study=False)
def grading_error(code: str, grading_id: int) -> Page:
    """Take away a grading that was entered in error."""
    here = grant()
    shown, found = record_lists.find(db.session, here.scope, Grading, grading_id) or abort(404)
    form = ErrorForm(here.today)

    def store() -> str:
        gradings.remove(db.session, found, shown, reason=form.reason.data, at=here.at, actor=here.actor)
        return _("The grading was taken away. Record the right one, if there is one.")

    title = _(
        "Entered in error: %(scale)s %(value)s of %(day)s",
        scale=server.library().get(shown.scale).short_title,
        value=shown.value,
        day=display.day(shown.graded_on),
    )
    lead = _("It leaves every list and analysis. What it was stays in the record of changes.")
    return record(found, form, title, _("Take it away"), store, lead)


@pages.route("/staff/<code>/grading/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator", "investigator")
def grading(code: str, patient: str) -> Page:
    """Record a grading on the scale `?scale=…`, with a field for each part."""
    here, found = grant(), find_patient(patient)
    scale = request.args.get("scale", GRADING_SCALES[0])
    if scale not in GRADING_SCALES or not found.palsies:
        abort(404)
    instrument = server.library().get(scale)
    form: GradingForm = grading_form(instrument)(
        here.today,
        [(one.number, _words_of(one)) for one in found.palsies],
        data={"graded_on": here.today, "mode": "in_person"},
    )
    if len(found.palsies) == 1:
        form.palsy.data = found.palsies[0].number
        graded = found.palsies[0]
        del form.palsy
    else:
        graded = next((one for one in found.palsies if one.number == form.palsy.data), found.palsies[0])

    def store() -> str:
        made = gradings.add(
            db.session,
            found,
            graded,
            scale,
            {item.key: form[item.key].data for item in instrument.items},
            server.library(),
            on=form.graded_on.data or here.today,
            mode=form.mode.data,
            graded_by=typed(form.graded_by),
            today=here.today,
            at=here.at,
            actor=here.actor,
        )
        return _("%(scale)s %(value)s was recorded.", scale=instrument.short_title, value=made.value)

    title = _("Grade with %(scale)s", scale=instrument.short_title)
    return record(found, form, title, _("Record the grading"), store)


def _when(here: Grant) -> dict[str, Any]:
    return {"today": here.today, "at": here.at, "actor": here.actor}


def _began(treatment: Treatment) -> dict[str, Any]:
    """The boxes of a known start, as exactly as it is known."""
    if treatment.started_on is None:
        return {}
    return {"began": boxes(treatment.started_on, treatment.started_precision)}


def _words_of(palsy: Palsy) -> str:
    return f"{palsy.number}: {CAUSES[palsy.cause]}, {small(SIDES[palsy.side])}"


def _treatment_words(treatment: Treatment) -> str:
    began = display.partial(treatment.started_on, treatment.started_precision)
    return f"{labels.TREATMENTS[treatment.kind]}, {began or _('date not known')}"
