"""Patients of a study: the list, and one patient's page with its forms."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

import surveys.views.clinic.new_patient  # noqa: F401 — it adds its page to the blueprint
from analysis.data.gradings import GRADING_SCALES
from analysis.data.kinds import INJECTED
from surveys.db import db
from surveys.forms.consent import PaperConsentForm
from surveys.forms.staff import (
    NewTreatmentForm,
    UnscheduledVisitForm,
)
from surveys.lists import history, person
from surveys.lists import patients as lists
from surveys.models import Patient, Study
from surveys.store.patient import consents, injections, treatments
from surveys.store.patient import patients as store
from surveys.store.study import signatures
from surveys.store.study.signatures import Signed
from surveys.store.study.studies import items_asked, obstacles
from surveys.store.visit import visits as store_visits
from surveys.views.clinic import columns, outlook, reported, small_course, visit_table
from surveys.views.clinic.consent import consent_form, decide, text_words
from surveys.views.clinic.course import next_of
from surveys.views.clinic.found import find_patient, pages
from surveys.views.clinic.inputs import partial_date, typed
from surveys.views.clinic.links import no_link
from surveys.views.clinic.own_form import own_by_staff
from surveys.views.clinic.replanning import replan
from surveys.views.clinic.scores import score_tables
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.choices import chosen
from surveys.views.web.list_columns import heads
from surveys.views.web.numbers import page_number
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

EVENTS_SHOWN = 100


def init_app(app: Flask) -> None:
    """Register the pages, also those that `new_patient` and `links` add to the blueprint."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/patients")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """List patients by state: due, in progress, done; search by study code."""
    return _list(search=request.args.get("search", "").strip())


@pages.post("/staff/<code>/patients")
@for_roles("coordinator", "investigator", whole_study=False)
def search(code: str) -> Page:
    """Search patients by words of a name, study code, hospital number, e-mail address or telephone number.

    The search is a POST, because servers on the way write addresses down, and a name must not be in one. The
    search above every page (`open`) opens the patient if it finds a single one.
    """
    typed = request.form.get("search", "").strip()
    if not typed:
        return redirect(url_for("patients.index", code=code))
    return _list(person=typed, opens="open" in request.form)


def _list(search: str = "", person: str = "", *, opens: bool = False) -> Page:
    here = grant()
    sort = chosen("sort", "code", lists.SORTS)
    state = chosen("state", "", ("", *lists.STATES)) or None
    number = page_number()
    found = lists.page(
        db.session, here.scope, number=number, state=state, search=search, person=person, sort=sort
    )
    if number > found.pages:
        abort(404)
    if opens and found.total == 1:
        return redirect(url_for("patients.show", code=here.study.code, patient=found.rows[0].code))

    def sorted_by(one: str) -> str | None:
        """The list in that order, for who did not search by a name, which is in no address."""
        if person:
            return None
        code = here.study.code
        return url_for("patients.index", code=code, sort=one, state=state, search=search or None)

    return render_template(
        "staff/clinic/patients.html",
        found=found,
        columns=columns.PATIENTS,
        heads=heads(lists.SORTS, sort, sorted_by),
        state=state,
        states=lists.STATES,
        search=search,
        person=person,
        sort=sort,
        page=number,
        obstacles=_obstacles(here.study),
    )


@pages.get("/staff/<code>/patients/<path:patient>")
@for_roles("coordinator", "investigator")
def show(code: str, patient: str) -> Page:
    """Show everything known about one patient."""
    return _draw_patient(find_patient(patient))


@pages.post("/staff/<code>/treatments/<path:patient>")
@for_roles("coordinator")
def add_treatment(code: str, patient: str) -> Page:
    """Record a treatment that was given since enrolment."""
    here, found = grant(), find_patient(patient)
    form = NewTreatmentForm(here.today)
    if form.validate():
        row = form.treatment.form
        with committed(form) as kept:
            new = store.NewTreatment(
                row.kind.data,
                partial_date(row),
                state=form.state.data,
                product=typed(form.product),
                dose=form.dose.data,
                unit=typed(form.unit),
                side=form.side.data or None,
                note=typed(form.note),
            )
            treatments.add(db.session, found, new, today=here.today, at=here.at, actor=here.actor)
            replan(found, "treatment")
        if kept:
            flash(_("The treatment was added."), "success")
            return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(find_patient(patient), treatment=form), 422


@pages.post("/staff/<code>/unscheduled/<path:patient>")
@for_roles("coordinator")
def add_visit(code: str, patient: str) -> Page:
    """Open a visit outside the plan, today."""
    here, found = grant(), find_patient(patient)
    form = _visit_form(here.study)
    if form.validate():
        with committed(form) as kept:
            store_visits.add_unscheduled(
                db.session,
                here.study,
                found,
                form.battery.data or [],
                server.library(),
                on=here.today,
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("The visit was added and is open from today."), "success")
            return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(find_patient(patient), visit=form), 422


@pages.post("/staff/<code>/consent/<path:patient>")
@for_roles("coordinator")
def record_consent(code: str, patient: str) -> Page:
    """Record a consent that was given on paper, by telephone or elsewhere: the link then asks for none."""
    here, found = grant(), find_patient(patient)
    texts = consents.all_texts(db.session, here.study.id)
    form = consent_form(texts, here)
    if form.validate():
        with committed() as kept:
            decide(found.id, form, texts, here)
        if kept:
            flash(_("The consent was recorded."), "success")
        return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(found, consent=form), 422


def _draw_patient(
    patient: Patient,
    *,
    treatment: NewTreatmentForm | None = None,
    visit: UnscheduledVisitForm | None = None,
    consent: PaperConsentForm | None = None,
) -> str:
    here = grant()
    texts = consents.all_texts(db.session, here.study.id)
    if consent is None:
        consent = consent_form(texts, here, formdata=None)
    known = person.of_patient(db.session, here.scope, patient.id, here.at, latest=EVENTS_SHOWN)
    rows = known.visits
    signed: dict[int | None, list[Signed]] = {}
    for one in signatures.of_visits(db.session, [row.id for row in rows]):
        signed.setdefault(one.visit_id, []).append(one)
    instruments = {key: server.library().get(key) for row in rows for key in (*row.battery, *row.responses)}
    by_staff, at_title = own_by_staff(here.study), {row.title: row for row in rows}
    told = reported.tables(patient, known.tellings)
    score_columns = visit_table.columns_of(rows)
    decisions = consents.all_of_patient(db.session, patient.id)
    actors = [
        *(event.actor for event in known.events),
        *(one.actor for one in known.readers),
        *(alert.acknowledged_by for alert in known.alerts),
        *(note.written_by for note in known.notes),
        *(one.recorded_by for one in decisions),
        *reported.actors(told),
    ]
    return render_template(
        "staff/clinic/patient.html",
        patient=patient,
        visits=rows,
        outlook=outlook.of_patient(patient),
        no_link={row.id: no_link(here.study, patient, row) for row in rows},
        score_tables=score_tables(rows),
        next_visit=next_of(rows),
        score_columns=score_columns,
        cells={row.id: visit_table.cells_of(row, score_columns, may_enter=here.may_change) for row in rows},
        course=small_course.of_patient(patient, rows, here.today),
        instruments=instruments,
        asked_items={
            key: len(items_asked(one, here.study.optional_items)) for key, one in instruments.items()
        },
        alerts=known.alerts,
        events=known.events,
        readers=known.readers,
        signatures=signed,
        gradings=known.gradings,
        injection_maps=injections.maps_of(db.session, patient.id),
        injected=INJECTED,
        grading_scales=GRADING_SCALES,
        mended=known.mended,
        notes=known.notes,
        joining=known.joining,
        questions=known.questions,
        reported=told,
        names=history.names(db.session, actors),
        events_shown=EVENTS_SHOWN,
        treatment_form=treatment or NewTreatmentForm(here.today, formdata=None),
        visit_form=visit or _visit_form(here.study, formdata=None),
        decisions=decisions,
        consent_form=consent,
        consent_texts={text.id: text_words(text) for text in texts},
        obstacles=_obstacles(here.study),
        own_at_visits=[one for one in by_staff if not one.once],
        own_once=[(one, at_title.get(one.key)) for one in by_staff if one.once],
    )


def _visit_form(study: Study, **kwargs: Any) -> UnscheduledVisitForm:
    library = server.library()
    askable = [
        (key, library.get(key).short_title) for key in store_visits.askable(db.session, study, library)
    ]
    return UnscheduledVisitForm(askable, **kwargs)


def _obstacles(study: Study) -> list[str]:
    """The facts that a study lacks to go active."""
    if study.status != "draft":
        return []
    planned = select(Study).where(Study.id == study.id).options(selectinload(Study.timepoints))
    return obstacles(db.session, db.session.scalars(planned).one(), server.library())
