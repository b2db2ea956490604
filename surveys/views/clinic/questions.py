"""Questions about data: anybody who sees a patient asks, a coordinator answers or corrects, the asker closes.

None of these pages changes what a question is about: they lead to the page that may.
"""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.forms.questions import AskForm, SayForm
from surveys.lists import history, patients
from surveys.lists import questions as lists
from surveys.models import DataQuestion, Patient
from surveys.models.question import STATES
from surveys.store.patient import questions as store
from surveys.views.clinic import values
from surveys.views.clinic.found import find_patient, note_reading
from surveys.views.web.access import for_roles, grant
from surveys.views.web.numbers import page_number
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("questions", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/questions")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """List questions by state: open, answered, closed."""
    state, number = request.args.get("state", "open"), page_number()
    if state not in STATES:
        abort(404)
    found = lists.page(db.session, grant().scope, state, number)
    if number > found.pages:
        abort(404)
    names = history.names(db.session, [row.asked_by for row in found.rows])
    return render_template(
        "staff/clinic/questions.html", found=found, state=state, states=STATES, page=number, names=names
    )


@pages.route("/staff/<code>/questions/ask/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator", "investigator")
def ask(code: str, patient: str) -> Page:
    """Ask about a value of a patient."""
    here, found = grant(), find_patient(patient)
    known = {one.about: one for one in values.of_patient(found, here)}
    form = AskForm(values.grouped(list(known.values())), data={"about": request.args.get("about")})
    if request.method == "POST" and form.validate():
        about = known[form.about.data]
        with committed(form) as kept:
            made = store.ask(
                db.session,
                found,
                about.about,
                about.label,
                about.value,
                form.text.data or "",
                at=here.at,
                actor=here.actor,
            )
            number = made.id
        if kept:
            flash(_("The question was asked. It stands on Needs a person until it is closed."), "success")
            return redirect(url_for("questions.show", code=code, question_id=number))
    page = render_template("staff/clinic/question_ask.html", form=form, patient_code=patient)
    return page, 422 if form.errors else 200


@pages.get("/staff/<code>/questions/<int:question_id>")
@for_roles("coordinator", "investigator")
def show(code: str, question_id: int) -> Page:
    """Show a question with all that was said, and what stands there now."""
    question, _patient = _find(question_id)
    note_reading(question.patient_id)
    return _draw(question_id)


@pages.post("/staff/<code>/questions/<int:question_id>/answer")
@for_roles("coordinator")
def answer(code: str, question_id: int) -> Page:
    """Answer a question."""
    here, form = grant(), SayForm()
    question, _patient = _find(question_id)
    if form.validate():
        with committed(form) as kept:
            store.answer(db.session, question, form.text.data or "", at=here.at, actor=here.actor)
        if kept:
            flash(_("The answer was kept. Who asked closes the question."), "success")
            return redirect(url_for("questions.show", code=code, question_id=question_id))
    return _draw(question_id, form), 422


@pages.post("/staff/<code>/questions/<int:question_id>/again")
@for_roles("coordinator", "investigator")
def again(code: str, question_id: int) -> Page:
    """Say why an answer will not do."""
    here, form = grant(), SayForm()
    question, _patient = _find(question_id)
    if form.validate():
        with committed(form) as kept:
            store.ask_again(db.session, question, form.text.data or "", at=here.at, actor=here.actor)
        if kept:
            flash(_("The question is open again."), "success")
            return redirect(url_for("questions.show", code=code, question_id=question_id))
    return _draw(question_id, form), 422


@pages.post("/staff/<code>/questions/<int:question_id>/close")
@for_roles("coordinator", "investigator")
def close(code: str, question_id: int) -> Page:
    """Close a question."""
    here = grant()
    question, _patient = _find(question_id)
    with committed() as kept:
        store.close(db.session, question, here.role, at=here.at, actor=here.actor)
    if kept:
        flash(_("The question is closed."), "success")
    return redirect(url_for("questions.show", code=code, question_id=question_id))


def _find(question_id: int) -> tuple[DataQuestion, Patient]:
    """The question and its patient, if within the reader's scope; otherwise 404."""
    found = lists.find(db.session, grant().scope, question_id) or abort(404)
    return found[0], found[1]


def _draw(question_id: int, form: SayForm | None = None) -> str:
    here = grant()
    question, patient = _find(question_id)
    steps = lists.steps(db.session, question_id)
    whole = patients.find(db.session, here.scope, patient.code) or abort(404)
    now = next((one for one in values.of_patient(whole, here) if one.about == question.about), None)
    endpoint, arguments = now.place if now else ("patients.show", {"patient": patient.code})
    if not here.may_open(endpoint):
        endpoint, arguments = "patients.show", {"patient": patient.code}
    return render_template(
        "staff/clinic/question.html",
        question=question,
        patient=patient,
        steps=steps,
        now=now,
        place=url_for(endpoint, code=here.study.code, **arguments),
        may_close=store.may_close(question, here.actor, here.role),
        form=form or SayForm(formdata=None),
        names=history.names(db.session, [step.by for step in steps]),
    )
