"""The enrolment of one patient, who may be known already."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys import same
from surveys.db import db
from surveys.forms.staff import (
    FIRST_TREATMENT_ROWS,
    MOST_TREATMENT_ROWS,
    EnrolmentForm,
    enrolment_form,
)
from surveys.models import Patient
from surveys.store.errors import Refused
from surveys.store.patient import contacts
from surveys.store.patient import patients as store
from surveys.store.post import facts
from surveys.views.clinic import outlook
from surveys.views.clinic.found import find_patient, pages
from surveys.views.clinic.inputs import given_elsewhere, partial_date, typed
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant, member
from surveys.views.web.page import Page
from surveys.views.web.saving import committed


@dataclass(frozen=True)
class PossibleMatch:
    """An enrolled patient who may be the same person, and whether the study code may be shown."""

    match: contacts.Match
    visible: bool


@pages.route("/staff/<code>/enrol", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def new(code: str) -> Page:
    """Enrol a patient, only if every field is in order."""
    here = grant()
    rows = request.form.get("rows", FIRST_TREATMENT_ROWS, type=int)
    more = "more" in request.form
    rows = min(max(rows + more, FIRST_TREATMENT_ROWS), MOST_TREATMENT_ROWS)
    region = facts.settings_in(db.session, here.study.id).region
    form = enrolment_form(rows)(here.today, region)
    known: list[PossibleMatch] = []
    if request.method == "POST" and not more and form.validate():
        known = _known(form, here)
        patient = None if form.errors else _enrol(form, here, known)
        if patient is not None:
            flash(_("Patient %(code)s was added.", code=patient.code), "success")
            for sentence in outlook.of_patient(find_patient(patient.code)):
                flash(sentence, "notice")
            return redirect(url_for("patients.show", code=code, patient=patient.code))
    page = render_template(
        "staff/clinic/enrol.html", form=form, rows=rows, most=MOST_TREATMENT_ROWS, known=known
    )
    return page, 422 if form.errors else 200


def _known(form: EnrolmentForm, here: Grant) -> list[PossibleMatch]:
    """The possible same person; asks in `form` whether it is, and refuses a second row in this study."""
    found = contacts.matches(db.session, _new_contact(form))
    known = [PossibleMatch(match, may_see(match)) for match in found]
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
    """Whether the signed-in person may open that patient."""
    person = member()
    return person.admin or any(
        one.study_id == match.study_id
        and one.role != "analyst"
        and (one.site is None or same.alike(one.site, match.site))
        for one in person.memberships
    )


def _enrol(form: EnrolmentForm, here: Grant, known: list[PossibleMatch]) -> Patient | None:
    """The stored and committed patient; None with the reasons in `form` if the store refuses."""
    new = _new_patient(form, here)
    if known and form.known.data == "same":
        new = replace(new, contact_id=known[0].match.contact_id)
    refusals = store.refusals(new, here.study.lowest_age)
    for refusal in refusals:
        form.refuse(str(refusal), refusal.field)
    if refusals:
        return None
    with committed(form, overtaken=Refused(_("This study code is taken. Choose another."), "code")) as kept:
        patient = store.enrol(
            db.session, here.study, outlook.timepoints(), new, server.library(), at=here.at, actor=here.actor
        )
    return patient if kept else None


def _new_contact(form: EnrolmentForm) -> store.NewContact:
    birth = partial_date(form.birth.form)
    return store.NewContact(
        hospital_number=typed(form.hospital_number),
        name=typed(form.name) or "",
        born_on=birth.on if birth and birth.precision == "day" else None,
        email=typed(form.email),
        telephone=typed(form.telephone),
        mobile=typed(form.mobile),
    )


def _new_patient(form: EnrolmentForm, here: Grant) -> store.NewPatient:
    birth = partial_date(form.birth.form)
    contact = _new_contact(form)
    return store.NewPatient(
        code=(form.code.data or "").strip(),
        enrolled_on=form.enrolled_on.data or here.today,
        birth_year=birth.on.year if birth else None,
        sex=form.sex.data,
        site=here.site or typed(form.site),
        side=form.side.data,
        cause=form.cause.data,
        begin=None if form.begin.data == "unknown" else form.begin.data,
        onset=partial_date(form.onset.form),
        treatments=tuple(
            store.NewTreatment(row.form.kind.data, partial_date(row.form))
            for row in form.treatments
            if row.form.kind.data
        ),
        contact=None if contact == store.NewContact() else contact,
        consent=given_elsewhere(form),
    )
