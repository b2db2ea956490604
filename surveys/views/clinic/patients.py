"""Patients of a study: the list, enrolment, one patient's page, and the visits' personal links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.staff import (
    FIRST_TREATMENT_ROWS,
    MOST_TREATMENT_ROWS,
    EnrolmentForm,
    NewTreatmentForm,
    PaperConsentForm,
    PartialDateForm,
    UnscheduledVisitForm,
    enrolment_form,
)
from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.instruments.notes import missing_sentence
from surveys.lists import alerts, history, records, visits
from surveys.lists import patients as lists
from surveys.lists.visits import ResponseRow, VisitRow
from surveys.models import ConsentText, Patient, Study, Timepoint, Visit
from surveys.store.errors import Refused
from surveys.store.patient import consents, contacts, treatments
from surveys.store.patient import patients as store
from surveys.store.study.studies import items_asked, obstacles
from surveys.store.visit import links
from surveys.store.visit import visits as store_visits
from surveys.views.clinic import display, reported
from surveys.views.clinic.replanning import replan
from surveys.views.web import language
from surveys.views.web.access import Grant, for_roles, grant, member
from surveys.views.web.numbers import page_number
from surveys.views.web.pictures import qr

pages = Blueprint("patients", __name__)
Page = str | Response | tuple[str, int]

EVENTS_SHOWN = 100


@dataclass(frozen=True)
class ScoreTable:
    """One instrument's scores over time. A line is a scale, its range and direction (empty where `about` says
    it for all scales), then value and note of each visit. `rules` say what missing answers do."""

    key: str
    title: str
    about: str
    wordings: frozenset[str]
    visits: tuple[tuple[str, date], ...]
    lines: tuple[tuple[str, str, tuple[tuple[str, str] | None, ...]], ...]
    rules: tuple[str, ...]

    @classmethod
    def of(cls, instrument: Instrument, given: list[tuple[VisitRow, ResponseRow]]) -> ScoreTable:
        """The table of `given`, visits in their order with what was answered there."""

        def cell(response: ResponseRow, scale: str) -> tuple[str, str] | None:
            stored = next((score for score in response.scores if score.scale == scale), None)
            asked = _library().get(instrument.key, response.version)
            return display.score_words(asked, response.answers, stored) if stored else None

        abouts = {display.scale_words(scale) for scale in instrument.scales}
        about = abouts.pop() if len(abouts) == 1 else ""
        lines = tuple(
            (
                scale.title,
                "" if about else display.scale_words(scale),
                tuple(cell(response, scale.key) for _, response in given),
            )
            for scale in instrument.scales
        )
        return cls(
            instrument.key,
            instrument.short_title,
            about,
            frozenset(response.wording_status for _, response in given),
            tuple((visit.title, response.completed_on) for visit, response in given),
            lines,
            tuple(dict.fromkeys(missing_sentence(scale) for scale in instrument.scales)),
        )


@dataclass(frozen=True)
class Known:
    """Somebody enrolled who may be the same person, and whether the study code may be shown."""

    match: contacts.Match
    visible: bool


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/patients")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """Who is due, in progress, done; searched by study code."""
    return _list(search=request.args.get("search", "").strip())


@pages.post("/staff/<code>/patients")
@for_roles("coordinator", "investigator", whole_study=False)
def search(code: str) -> Page:
    """Patients by part of a study code, hospital number or name.

    Posted, so that nobody's name stands in an address, which servers on the way write down.
    """
    typed = request.form.get("search", "").strip()
    return _list(person=typed) if typed else redirect(url_for("patients.index", code=code))


def _list(search: str = "", person: str = "") -> Page:
    here = grant()
    sort = request.values.get("sort", "code")
    state = request.values.get("state") or None
    number = page_number()
    if state not in {None, *lists.STATES} or sort not in lists.SORTS:
        abort(404)
    found = lists.page(
        db.session, here.scope, number=number, state=state, search=search, person=person, sort=sort
    )
    if number > found.pages:
        abort(404)
    return render_template(
        "staff/patients.html",
        found=found,
        state=state,
        states=lists.STATES,
        search=search,
        person=person,
        sort=sort,
        page=number,
        obstacles=_obstacles(here.study),
    )


@pages.route("/staff/<code>/enrol", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def new(code: str) -> Page:
    """Enrol a patient; nothing is stored unless everything is in order."""
    here = grant()
    rows = request.form.get("rows", FIRST_TREATMENT_ROWS, type=int)
    more = "more" in request.form
    rows = min(max(rows + more, FIRST_TREATMENT_ROWS), MOST_TREATMENT_ROWS)
    form = enrolment_form(rows)(here.today)
    known: list[Known] = []
    if request.method == "POST" and not more and form.validate():
        known = _known(form, here)
        patient = None if form.errors else _enrol(form, here, known)
        if patient is not None:
            flash(_("Patient %(code)s was added.", code=patient.code), "success")
            return redirect(url_for("patients.show", code=code, patient=patient.code))
    page = render_template("staff/enrol.html", form=form, rows=rows, most=MOST_TREATMENT_ROWS, known=known)
    return page, 422 if form.errors else 200


@pages.get("/staff/<code>/patients/<path:patient>")
@for_roles("coordinator", "investigator")
def show(code: str, patient: str) -> Page:
    """Everything known of one patient, on one page."""
    return _draw_patient(_find(patient))


@pages.post("/staff/<code>/treatments/<path:patient>")
@for_roles("coordinator")
def add_treatment(code: str, patient: str) -> Page:
    """Record a treatment that was given since enrolment."""
    here, found = grant(), _find(patient)
    form = NewTreatmentForm(here.today)
    if form.validate():
        row = form.treatment.form
        try:
            new = store.NewTreatment(
                row.kind.data,
                _partial(row),
                state=form.state.data,
                product=_typed(form.product),
                dose=form.dose.data,
                unit=_typed(form.unit),
                side=form.side.data or None,
                note=_typed(form.note),
            )
            treatments.add(db.session, found, new, today=here.today, at=here.at, actor=here.actor)
            replan(found, "treatment")
            db.session.commit()
        except Refused as refusal:
            box = {"year": row.year, "unit": form.unit, "dose": form.dose}.get(refusal.field or "", row.kind)
            box.errors = [str(refusal)]
        else:
            flash(_("The treatment was added."), "success")
            return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(found, treatment=form), 422


@pages.post("/staff/<code>/unscheduled/<path:patient>")
@for_roles("coordinator")
def add_visit(code: str, patient: str) -> Page:
    """Open a visit outside the plan, today."""
    here, found = grant(), _find(patient)
    form = _visit_form(here.study)
    if form.validate():
        try:
            store_visits.add_unscheduled(
                db.session,
                here.study,
                found,
                form.battery.data or [],
                _library(),
                on=here.today,
                at=here.at,
                actor=here.actor,
            )
            db.session.commit()
        except Refused as refusal:
            form.battery.errors = [str(refusal)]
        else:
            flash(_("The visit was added and is open from today."), "success")
            return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(found, visit=form), 422


@pages.post("/staff/<code>/consent/<path:patient>")
@for_roles("coordinator")
def record_consent(code: str, patient: str) -> Page:
    """Record a consent that was given on paper or by telephone, so that the link does not ask for it."""
    here, found = grant(), _find(patient)
    texts = {text.id: text for text in consents.all_texts(db.session, here.study.id)}
    if not texts:
        flash(_("This study asks for no consent."), "notice")
        return redirect(url_for("patients.show", code=code, patient=patient))
    form = _consent_form(list(texts.values()), here)
    if form.validate() and form.signed_on.data:
        try:
            consents.decide(
                db.session,
                found.id,
                texts[form.text.data],
                agreed=True,
                parts=form.parts.data or [],
                how=form.how.data,
                signed_on=form.signed_on.data,
                at=here.at,
                actor=here.actor,
            )
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal), "notice")
        else:
            flash(_("The consent was recorded."), "success")
        return redirect(url_for("patients.show", code=code, patient=patient))
    return _draw_patient(found, consent=form), 422


@pages.post("/staff/<code>/visits/<int:visit_id>/link")
@for_roles("coordinator")
def issue_link(code: str, visit_id: int) -> Page:
    """Make a personal link and show it this once: only its digest is kept."""
    here, visit = grant(), find_visit(visit_id)
    row = row_of(visit, here)
    reason = no_link(here.study, visit.patient, row)
    if reason is not None:
        flash(reason, "notice")
        return redirect(url_for("patients.show", code=code, patient=visit.patient.code))
    token = links.issue(db.session, visit, at=here.at, actor=here.actor)
    db.session.commit()
    address = f"{current_app.config['SETTINGS'].public_url}/s/{token}"
    return render_template(
        "staff/link.html", patient=visit.patient, visit=row, address=address, code_picture=qr(address)
    )


@pages.post("/staff/<code>/visits/<int:visit_id>/revoke")
@for_roles("coordinator")
def revoke_links(code: str, visit_id: int) -> Page:
    """Make every link to the visit useless."""
    here, visit = grant(), find_visit(visit_id)
    count = links.revoke(db.session, visit, at=here.at, actor=here.actor)
    db.session.commit()
    flash(ngettext("%(num)d link was revoked.", "%(num)d links were revoked.", count), "success")
    return redirect(url_for("patients.show", code=code, patient=visit.patient.code))


def no_link(study: Study, patient: Patient, visit: VisitRow) -> str | None:
    """Why no link may be made for the visit now; None where one may."""
    if study.status != "active":
        return _("No links yet: the study is not active.")
    if patient.gone:
        return _("No link: this patient takes part no longer.")
    if visit.state == "done":
        return _("No link: everything asked at this visit is answered.")
    if visit.state == "missed":
        return _("No link: this visit is over. Add an unscheduled visit instead.")
    return None


def _known(form: EnrolmentForm, here: Grant) -> list[Known]:
    """Who may be the same person; asks in `form` whether it is, and refuses a second row in this study."""
    found = contacts.matches(db.session, _new_contact(form))
    known = [Known(match, may_see(match)) for match in found]
    twice = [match for match in found if match.study_id == here.study.id]
    if found and not form.known.data:
        form.known.errors = [_("Somebody like this is enrolled already. Say whether it is the same person.")]
    elif twice and form.known.data == "same":
        seen = next((match.patient for match in twice if may_see(match)), None)
        form.known.errors = [
            _("This person takes part in this study already, as %(code)s.", code=seen)
            if seen
            else _("This person takes part in this study already, at another site.")
        ]
    return known


def may_see(match: contacts.Match) -> bool:
    """Whether the person signed in may open that patient."""
    person = member()
    return person.admin or any(
        one.study_id == match.study_id and one.role != "analyst" and one.site in {None, match.site}
        for one in person.memberships
    )


def _enrol(form: EnrolmentForm, here: Grant, known: list[Known]) -> Patient | None:
    """The patient, stored and committed; None with the reasons in `form` where the store refuses."""
    new = _new_patient(form, here)
    if known and form.known.data == "same":
        new = replace(new, contact_id=known[0].match.contact_id)
    refusals = store.refusals(new, here.study.lowest_age)
    timepoints = db.session.scalars(
        select(Timepoint).where(Timepoint.study_id == here.study.id).order_by(Timepoint.position)
    ).all()
    if not refusals:
        try:
            patient = store.enrol(db.session, here.study, timepoints, new, at=here.at, actor=here.actor)
            db.session.commit()
        except Refused as refused:
            refusals = [refused]
        except IntegrityError:  # somebody enrolled the same code at the same moment
            refusals = [Refused(_("This study code is taken. Choose another."), "code")]
        else:
            return patient
        db.session.rollback()
    for refusal in refusals:
        form.refuse(str(refusal), refusal.field)
    return None


def _new_contact(form: EnrolmentForm) -> store.NewContact:
    birth = _partial(form.birth.form)
    return store.NewContact(
        hospital_number=_typed(form.hospital_number),
        name=_typed(form.name) or "",
        born_on=birth.on if birth and birth.precision == "day" else None,
        email=_typed(form.email),
        telephone=_typed(form.telephone),
    )


def _new_patient(form: EnrolmentForm, here: Grant) -> store.NewPatient:
    birth = _partial(form.birth.form)
    contact = _new_contact(form)
    return store.NewPatient(
        code=(form.code.data or "").strip(),
        enrolled_on=here.today,
        birth_year=birth.on.year if birth else None,
        sex=form.sex.data,
        site=here.site or _typed(form.site),
        side=form.side.data,
        cause=form.cause.data,
        begin=None if form.begin.data == "unknown" else form.begin.data,
        onset=_partial(form.onset.form),
        treatments=tuple(
            store.NewTreatment(row.form.kind.data, _partial(row.form))
            for row in form.treatments
            if row.form.kind.data
        ),
        contact=None if contact == store.NewContact() else contact,
    )


def _typed(field: Any) -> str | None:
    return (field.data or "").strip() or None


def _partial(form: PartialDateForm) -> store.PartialDate | None:
    return None if form.value is None else store.PartialDate(*form.value)


def _draw_patient(
    patient: Patient,
    *,
    treatment: NewTreatmentForm | None = None,
    visit: UnscheduledVisitForm | None = None,
    consent: PaperConsentForm | None = None,
) -> str:
    here = grant()
    texts = consents.all_texts(db.session, here.study.id)
    if texts and consent is None:
        consent = _consent_form(texts, here, formdata=None)
    rows = visits.of_patient(db.session, here.scope, patient.id, here.at)
    events = history.of_patient(db.session, patient.id, EVENTS_SHOWN)
    raised = alerts.of_patient(db.session, here.scope, patient.id)
    instruments = {key: _library().get(key) for row in rows for key in (*row.battery, *row.responses)}
    notes = records.notes(db.session, patient.id)
    told = reported.tables(patient)
    actors = [
        *(event.actor for event in events),
        *(alert.acknowledged_by for alert in raised),
        *(note.written_by for note in notes),
        *reported.actors(told),
    ]
    return render_template(
        "staff/patient.html",
        patient=patient,
        visits=rows,
        no_link={row.id: no_link(here.study, patient, row) for row in rows},
        score_tables=_score_tables(rows),
        instruments=instruments,
        asked_items={
            key: len(items_asked(one, here.study.optional_items)) for key, one in instruments.items()
        },
        alerts=raised,
        events=events,
        gradings=records.gradings(db.session, patient.id),
        notes=notes,
        reported=told,
        names=history.names(db.session, actors),
        events_shown=EVENTS_SHOWN,
        treatment_form=treatment or NewTreatmentForm(here.today, formdata=None),
        visit_form=visit or _visit_form(here.study, formdata=None),
        consent=consents.of_patient(db.session, patient.id),
        consent_form=consent,
        consent_texts={text.id: _text_words(text) for text in texts},
        obstacles=_obstacles(here.study),
    )


def _consent_form(texts: list[ConsentText], here: Grant, **kwargs: Any) -> PaperConsentForm:
    parts = {part: words for text in reversed(texts) for part, words in consents.parts_of(text).items()}
    return PaperConsentForm({text.id: _text_words(text) for text in texts}, parts, here.today, **kwargs)


def _text_words(text: ConsentText) -> str:
    spoken = language.name(text.locale, language.OURS)
    return _("version %(version)s, %(language)s", version=text.version, language=spoken)


def _score_tables(rows: list[VisitRow]) -> list[ScoreTable]:
    """The scores of every instrument that was answered, a column per visit."""
    answered: dict[str, list[tuple[VisitRow, ResponseRow]]] = {}
    for row in rows:
        for key, response in row.responses.items():
            answered.setdefault(key, []).append((row, response))
    return [ScoreTable.of(_library().get(key), given) for key, given in sorted(answered.items())]


def _visit_form(study: Study, **kwargs: Any) -> UnscheduledVisitForm:
    library = _library()
    askable = [
        (key, library.get(key).short_title) for key in store_visits.askable(db.session, study, library)
    ]
    return UnscheduledVisitForm(askable, **kwargs)


def _obstacles(study: Study) -> list[str]:
    """What a study that is not active yet still lacks."""
    if study.status != "draft":
        return []
    planned = select(Study).where(Study.id == study.id).options(selectinload(Study.timepoints))
    return obstacles(db.session, db.session.scalars(planned).one(), _library())


def _find(code: str) -> Patient:
    return lists.find(db.session, grant().scope, code) or abort(404)


def find_visit(visit_id: int) -> Visit:
    """The visit, where the person signed in may see its patient; else 404."""
    return lists.find_visit(db.session, grant().scope, visit_id) or abort(404)


def row_of(visit: Visit, here: Grant) -> VisitRow:
    """The visit as it stands today."""
    rows = visits.of_patient(db.session, here.scope, visit.patient_id, here.at)
    return next(row for row in rows if row.id == visit.id)


def _library() -> Library:
    library: Library = current_app.extensions["library"]
    return library
