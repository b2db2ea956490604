"""One patient's records, a page each: contact, enrolment, status, palsies, notes, missed visits."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

import surveys.views.clinic.care
import surveys.views.clinic.consent
import surveys.views.clinic.injection
import surveys.views.clinic.mistake
import surveys.views.clinic.own_form  # noqa: F401 — all add their pages to the blueprint
from surveys.db import db
from surveys.forms import labels
from surveys.forms.records import (
    ContactForm,
    EnrolmentFactsForm,
    ErrorForm,
    MissedForm,
    NoteForm,
    PalsyForm,
    StatusForm,
)
from surveys.language_names import name as named
from surveys.lists import records as record_lists
from surveys.lists import visits as visit_lists
from surveys.models import Palsy
from surveys.store.patient import clinic, contacts, enrolment, palsies, participation
from surveys.store.patient.patients import NewContact
from surveys.store.post import facts
from surveys.store.visit import visits as store_visits
from surveys.views.clinic import display
from surveys.views.clinic.ending import what_ends
from surveys.views.clinic.found import find_patient, find_visit
from surveys.views.clinic.inputs import partial_date, typed
from surveys.views.clinic.record import boxes, pages, record, sent
from surveys.views.clinic.replanning import replan
from surveys.views.web.access import for_roles, grant
from surveys.views.web.numbers import stored
from surveys.views.web.page import Page
from surveys.views.web.saving import committed


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/contact/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def contact(code: str, patient: str) -> Page:
    """Change the person's name, birth date, numbers and language."""
    here, found = grant(), find_patient(patient)
    locales = [(locale, named(locale)) for locale in here.study.locales]
    region = facts.settings_in(db.session, here.study.id).region
    form = ContactForm(here.today, locales, region, obj=found.contact)

    def store() -> str:
        new = NewContact(
            hospital_number=typed(form.hospital_number),
            name=typed(form.name) or "",
            born_on=form.born_on.data,
            email=typed(form.email),
            telephone=typed(form.telephone),
            locale=form.locale.data or None,
            channel=form.channel.data or None,
            address=typed(form.address),
            timezone=typed(form.timezone),
            mobile=typed(form.mobile),
        )
        contacts.change(db.session, found, new, at=here.at, actor=here.actor)
        same = contacts.matches(db.session, new, but=found.contact_id)
        if same:
            told = ngettext(
                "%(num)d other patient has the same hospital number, or the same name and birth date.",
                "%(num)d other patients have the same hospital number, or the same name and birth date.",
                len(same),
            )
            flash(told, "notice")
        return _("The contact was changed.")

    lead = _("Kept apart from everything else, never part of an analysis or export.")
    if others := participation.others(db.session, found):
        lead += " " + ngettext(
            "This person takes part in %(num)d other study, which uses the same contact.",
            "This person takes part in %(num)d other studies, which use the same contact.",
            others,
        )
    return record(found, form, _("Contact"), _("Save the contact"), store, lead)


@pages.route("/staff/<code>/status/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def status(code: str, patient: str) -> Page:
    """Change whether a patient takes part: paused, left, lost, died, or taking part again."""
    here, found = grant(), find_patient(patient)
    form = StatusForm(here.today, data={"status": found.status, "since": here.today, "where": "everywhere"})
    others = participation.others(db.session, found)
    if not others:
        del form.where
    ends = what_ends(request.form.get("status")) if request.form.get("status") != found.status else None
    if request.method == "POST" and ends and request.form.get("sure") != "yes" and form.validate():
        everywhere = form.status.data == "died" or not others or form.where.data == "everywhere"
        return render_template(
            "staff/clinic/status_sure.html",
            patient=found,
            becomes=labels.PATIENT_STATUSES[form.status.data],
            ends=ends,
            stopping=participation.stopping(db.session, [found], everywhere),
            fields=sent(form),
        )

    def store() -> str:
        changed = participation.change_status(
            db.session,
            found,
            form.status.data,
            on=form.since.data or here.today,
            at=here.at,
            actor=here.actor,
            reason=form.reason.data,
            why=form.why.data or None,
            everywhere=not others or form.where.data == "everywhere",
        )
        if len(changed) == 1:
            return _("The status was changed.")
        return _("The status was changed here and elsewhere: %(number)d studies.", number=len(changed))

    lead = _(
        "From now on nothing goes out to who is paused, lost, left or died. Links of who left or died stop "
        "working at once. A death holds in every study."
    )
    return record(found, form, _("Taking part"), _("Change the status"), store, lead)


@pages.route("/staff/<code>/enrolment/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def enrolled(code: str, patient: str) -> Page:
    """Correct what was said at enrolment."""
    here, found = grant(), find_patient(patient)
    form = EnrolmentFactsForm(here.today, data=vars(enrolment.facts_of(found)))
    if found.contact is None:
        del form.born_on
    if here.site is not None:
        del form.site

    def store() -> str:
        facts = enrolment.EnrolmentFacts(
            code=form.code.data or "",
            enrolled_on=form.enrolled_on.data or here.today,
            birth_year=form.birth_year.data,
            born_on=form.born_on.data if "born_on" in form else None,
            sex=form.sex.data,
            site=typed(form.site) if "site" in form else found.site,
        )
        changed = enrolment.correct(
            db.session,
            found,
            facts,
            reason=form.reason.data,
            today=here.today,
            at=here.at,
            actor=here.actor,
        )
        if "enrolled_on" in changed:
            replan(found, "enrolment", form.reason.data)
        if "code" in changed:
            flash(_("A file that names the old code makes another patient: correct it there too."), "notice")
        if changed & {"birth_year", "enrolled_on"} and enrolment.was_too_young(found, here.study):
            told = _(
                "The patient was younger than %(age)s years at enrolment. Decide whether to go on.",
                age=here.study.lowest_age,
            )
            flash(told, "notice")
        return _("What was said at enrolment was corrected.") if changed else _("Nothing was changed.")

    lead = _(
        "The old facts stay in the record of changes. Ages, visits and codes on letters follow the new ones."
    )
    if participation.others(db.session, found):
        lead += " " + _("A birth is corrected in every study that this person takes part in.")
    return record(found, form, _("Enrolment"), _("Correct the enrolment"), store, lead)


@pages.route("/staff/<code>/palsy/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def palsy(code: str, patient: str) -> Page:
    """Correct the palsy `?number=…`, or add one."""
    here, found = grant(), find_patient(patient)
    number = request.args.get("number", type=stored)
    shown = next((one for one in found.palsies if one.number == number), None)
    if number is not None and shown is None:
        abort(404)
    form = PalsyForm(here.today, obj=None if request.method == "POST" else shown, data=_onset(shown))
    if shown is None:
        del form.reason

    def store() -> str:
        facts = palsies.PalsyFacts(
            side=form.side.data,
            cause=form.cause.data,
            begin=form.begin.data,
            onset=partial_date(form.onset.form),
            recovered_on=form.recovered_on.data,
            synkinesis_noted_on=form.synkinesis_noted_on.data,
        )
        when: dict[str, Any] = {"today": here.today, "at": here.at, "actor": here.actor}
        if shown is None:
            palsies.add(db.session, found, facts, **when)
            return _("The palsy was added.")
        if palsies.correct(db.session, found, shown, facts, reason=form.reason.data, **when):
            replan(found, "onset", form.reason.data)
        return _("The palsy was corrected.")

    title = _("A further palsy") if shown is None else _("Palsy %(number)s", number=shown.number)
    lead = (
        _("A relapse, or the other side. Times since onset rest on the first one.") if shown is None else ""
    )
    return record(found, form, title, _("Save the palsy"), store, lead)


@pages.route("/staff/<code>/palsies/<int:palsy_id>/error", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=False)
def palsy_error(code: str, palsy_id: int) -> Page:
    """Take away a palsy that was entered in error."""
    here = grant()
    shown, found = record_lists.find(db.session, here.scope, Palsy, palsy_id) or abort(404)
    form = ErrorForm(here.today)

    def store() -> str:
        index = palsies.remove(
            db.session, found, shown, reason=form.reason.data, at=here.at, actor=here.actor
        )
        if index is not None:
            flash(_("Times since onset now rest on palsy %(number)s.", number=index.number), "notice")
            replan(found, "onset", form.reason.data)
        return _("The palsy was taken away.")

    title = _("Entered in error: palsy %(number)s", number=shown.number)
    lead = _(
        "It leaves every list and analysis, and visits that count from it move or are withdrawn. What it was "
        "stays on the patient's page and in the record of changes. Treatments stay: they move to the palsy "
        "that times since onset rest on."
    )
    return record(found, form, title, _("Take it away"), store, lead)


@pages.route("/staff/<code>/note/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator", "investigator")
def note(code: str, patient: str) -> Page:
    """Write a note about the patient."""
    here, found = grant(), find_patient(patient)
    form = NoteForm(here.today)

    def store() -> str:
        clinic.write_note(db.session, found.id, form.text.data or "", at=here.at, actor=here.actor)
        return _("The note was kept.")

    lead = _(
        "Seen by staff of this study only, never part of an analysis or export. It cannot be changed later."
    )
    return record(found, form, _("Write a note"), _("Keep the note"), store, lead)


@pages.route("/staff/<code>/visits/<int:visit_id>/missed", methods=["GET", "POST"])
@for_roles("coordinator")
def missed(code: str, visit_id: int) -> Page:
    """Record why a visit is missed."""
    here, visit = grant(), find_visit(visit_id)
    form = MissedForm(here.today)

    def store() -> str:
        store_visits.miss(db.session, visit, form.reason.data or "", at=here.at, actor=here.actor)
        return _("The visit is recorded as missed.")

    title = visit_lists.titles(db.session, [visit.id])[visit.id]
    lead = _("What was answered stays. The visit can be opened again for a late answer.")
    return record(visit.patient, form, _("Missed: %(visit)s", visit=title), _("Record"), store, lead)


@pages.post("/staff/<code>/visits/<int:visit_id>/late")
@for_roles("coordinator")
def late(code: str, visit_id: int) -> Page:
    """Open a closed visit again for a late answer."""
    here, visit = grant(), find_visit(visit_id)
    with committed() as kept:
        store_visits.let_in_late(db.session, visit, on=here.today, at=here.at, actor=here.actor)
    if kept:
        flash(_("The visit is open until %(day)s.", day=display.day(visit.closes_on)), "success")
    return redirect(url_for("patients.show", code=code, patient=visit.patient.code))


def _onset(palsy: Palsy | None) -> dict[str, Any]:
    """The boxes of a known onset, as exactly as it is known."""
    if palsy is None or palsy.onset_on is None:
        return {}
    return {"onset": boxes(palsy.onset_on, palsy.onset_precision)}
