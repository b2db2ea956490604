"""Answers that staff enter from paper or telephone, look at, correct and annul."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.db import db
from surveys.forms.entry import AnnulForm, CorrectedForm, EnteredForm, answers_form
from surveys.instruments.instrument import Instrument
from surveys.lists import answers as lists
from surveys.lists import history
from surveys.lists import patients as patient_lists
from surveys.lists import visits as visit_lists
from surveys.models import Alert, Study, Visit
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.study.studies import items_asked
from surveys.store.visit import corrections
from surveys.store.words import permissions
from surveys.store.words.wordings import UnknownWording
from surveys.views.clinic import display
from surveys.views.clinic.consent import asked_first, decide
from surveys.views.clinic.found import find_visit, note_reading
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("answers", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)
    app.add_template_global(display.given_words)


@pages.get("/staff/<code>/responses/<int:response_id>")
@for_roles("coordinator", "investigator")
def show(code: str, response_id: int) -> Page:
    """Show answers and scores of one questionnaire, and its corrections."""
    found = _find(response_id)
    note_reading(found.visit.patient_id)
    return render_template(
        "staff/clinic/response.html",
        found=found,
        visit_title=_title(found.visit),
        instrument=_instrument_of(found),
        names=history.names(db.session, []),
    )


@pages.route("/staff/<code>/visits/<int:visit_id>/enter/<key>", methods=["GET", "POST"])
@for_roles("coordinator")
def enter(code: str, visit_id: int, key: str) -> Page:
    """Enter a questionnaire that was answered on paper or over the telephone."""
    here = grant()
    visit = find_visit(visit_id)
    if key not in visit.battery and not _by_staff(key, here.study):
        abort(404)
    instrument = permissions.asked(db.session, here.study, [key], server.texts())[key]
    items = items_asked(instrument, here.study.optional_items)
    form: Any = answers_form(EnteredForm, instrument, items)(here.today)
    if request.method == "GET":
        form.on.data = here.today
    first = asked_first(visit.patient, here)
    # Both, so that every fault is said at once.
    if request.method == "POST" and all([form.validate(), first is None or first.validate()]):
        without = first.why.data if first and first.given.data == "no" else None
        entry = corrections.TypedAnswers(
            form.answers,
            form.source.data,
            form.on.data,
            here.study.locales[0],
            form.answered_by.data or None,
            without,
        )
        with committed(form, overtaken=_overtaken()) as kept:
            if first and not without:
                decide(visit.patient_id, first, consents.all_texts(db.session, here.study.id), here)
            corrections.enter(
                db.session,
                here.study,
                visit,
                instrument,
                entry,
                server.library(),
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("%(name)s was entered.", name=instrument.short_title), "success")
            _tell_alerts(visit.id, key)
            return _to_patient(code, visit)
    page = render_template(
        "staff/clinic/entry.html",
        form=form,
        instrument=instrument,
        visit=visit,
        visit_title=_title(visit),
        response=None,
        consent_form=first,
        consent_text=consents.newest(db.session, here.study.id, here.study.locales[0]) if first else None,
    )
    return page, 422 if form.errors or (first and first.errors) else 200


@pages.route("/staff/<code>/responses/<int:response_id>/correct", methods=["GET", "POST"])
@for_roles("coordinator")
def correct(code: str, response_id: int) -> Page:
    """Correct answers, with a reason."""
    here, found = grant(), _find(response_id)
    instrument = _instrument_of(found)
    asked = items_asked(instrument, here.study.optional_items)
    items = tuple(one for one in instrument.items if one in asked or one.key in found.response.answers)
    form: Any = answers_form(CorrectedForm, instrument, items)(here.today, dict(found.response.answers))
    if request.method == "POST" and form.validate():
        with committed(form, overtaken=_overtaken()) as kept:
            new = corrections.correct(
                db.session,
                here.study,
                found.response,
                instrument,
                form.answers,
                reason=form.reason.data,
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("The answers were corrected. What was stored before is kept."), "success")
            _tell_alerts(found.visit.id, instrument.key)
            return redirect(url_for("answers.show", code=code, response_id=new))
    page = render_template(
        "staff/clinic/entry.html",
        form=form,
        instrument=instrument,
        visit=found.visit,
        visit_title=_title(found.visit),
        response=found.response,
    )
    return page, 422 if form.errors else 200


@pages.route("/staff/<code>/responses/<int:response_id>/annul", methods=["GET", "POST"])
@for_roles("coordinator")
def annul(code: str, response_id: int) -> Page:
    """Annul answers under the wrong patient; enter them under the right one if it is known."""
    here, found = grant(), _find(response_id)
    instrument = _instrument_of(found)
    form = AnnulForm(here.today)
    valid = request.method == "POST" and form.validate()
    visits = _visits_of(form, found) if request.method == "POST" else []
    right = next((one for one in visits if str(one.id) == form.visit.data), None)
    if valid and not form.errors and (right or not visits):
        with committed(form, overtaken=_overtaken()) as kept:
            new = corrections.annul(
                db.session,
                found.response,
                instrument,
                server.library(),
                reason=form.reason.data or "",
                right=right,
                study=here.study,
                at=here.at,
                actor=here.actor,
            )
        if kept:
            if new is None or right is None:
                flash(_("The answers were annulled. They are kept, and counted nowhere."), "success")
                return _to_patient(code, found.visit)
            flash(_("The answers were annulled here and entered under the right patient."), "success")
            _tell_alerts(right.id, instrument.key)
            return redirect(url_for("answers.show", code=code, response_id=new))
    page = render_template(
        "staff/clinic/annul.html",
        form=form,
        found=found,
        visit_title=_title(found.visit),
        instrument=instrument,
        choose_visit=bool(visits),
    )
    return page, 422 if form.errors else 200


def _visits_of(form: AnnulForm, found: lists.Found) -> list[Visit]:
    """The visits that may take the answers; empty, with a fault, if the typed patient has none."""
    typed = (form.patient.data or "").strip()
    if not typed:
        return []
    patient = patient_lists.find(db.session, grant().scope, typed)
    if patient is None or patient.id == found.patient.id:
        form.patient.errors = [_("Enter the study code of another patient of this study.")]
        return []
    visits = lists.free_visits(db.session, patient, found.response.instrument)
    if not visits:
        form.patient.errors = [_("This patient has no visit without this questionnaire. Add one first.")]
    titles = visit_lists.titles(db.session, [one.id for one in visits])
    form.visit.choices = [
        SelectChoice("", _("Choose a visit")),
        *(SelectChoice(str(one.id), f"{titles[one.id]}, {display.day(one.due_on)}") for one in visits),
    ]
    return visits


def _tell_alerts(visit_id: int, key: str) -> None:
    """Tell the person who enters answers about new alerts at once: the patient may be on the telephone."""
    waiting = select(Alert.id).where(
        Alert.visit_id == visit_id, Alert.instrument == key, Alert.state == "new"
    )
    if db.session.scalars(waiting).first():
        flash(_("An alert is waiting for this visit. Please read it now, under Alerts."), "notice")


def _by_staff(key: str, study: Study) -> bool:
    """Whether it is a form of the study that staff fill in, at any visit."""
    library = server.library()
    return key in library and (library.get(key).study, library.get(key).answered_by) == (study.code, "staff")


def _overtaken() -> Refused:
    return Refused(_("Somebody else stored this questionnaire at the same moment."))


def _to_patient(code: str, visit: Visit) -> Response:
    return redirect(url_for("patients.show", code=code, patient=visit.patient.code))


def _find(response_id: int) -> lists.Found:
    return lists.find(db.session, grant().scope, response_id) or abort(404)


def _title(visit: Visit) -> str:
    return visit_lists.titles(db.session, [visit.id])[visit.id]


def _instrument_of(found: lists.Found) -> Instrument:
    """The instrument as it was answered, or in the definition's own words if the text is not known."""
    version = found.version
    try:
        return server.texts().get(db.session, version.instrument, version.version, version.wording)
    except UnknownWording:
        return server.texts().library.get(version.instrument, version.version)
