"""Consent given on paper, by telephone or elsewhere: recorded, and corrected."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from surveys import language_names
from surveys.db import db
from surveys.forms.consent import ConsentFactsForm, ConsentFirstForm, PaperConsentForm
from surveys.lists import history
from surveys.models import Consent, ConsentText, Patient
from surveys.store.patient import consents
from surveys.store.patient.consents import Decision
from surveys.store.visit import corrections
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.record import pages, record
from surveys.views.web import language, server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.page import Page


@pages.route("/staff/<code>/consents/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def consent(code: str, patient: str) -> Page:
    """Correct the decision that is recorded."""
    here, found = grant(), find_patient(patient)
    stands = consents.of_patient(db.session, found.id)
    if stands is None:
        flash(_("No consent of this patient is recorded yet."), "notice")
        return redirect(url_for("patients.show", code=code, patient=patient))
    texts = consents.all_texts(db.session, here.study.id)
    by_id = {text.id: text for text in texts}
    known: dict[str, Any] = {
        "text": stands.consent_text_id,
        "how": stands.how,
        "signed_on": stands.signed_on,
        "reference": stands.reference,
        "parts": [part for part, agreed in stands.parts.items() if agreed],
        "decision": stands.decision,
    }
    form = ConsentFactsForm(*_choices(texts), here.today, known)

    def store() -> str:
        agreed = form.decision.data == "agreed"
        wanted = _decision(form, by_id, here, agreed=agreed)
        told: dict[str, Any] = {"reason": form.reason.data, "at": here.at, "actor": here.actor}
        told["library"] = server.library()
        was_gone = found.gone
        if not consents.correct(db.session, found, wanted, **told):
            return _("Nothing was changed.")
        if agreed and stands.decision == "declined":
            flash(
                _("The status was not changed. If it is wrong too, change it."),
                "notice",
            )
        elif found.gone and not was_gone:
            flash(_("The patient declined, and takes part no longer."), "notice")
        return _("The consent was corrected.")

    return record(found, form, _("Consent"), _("Correct the consent"), store, _lead(stands))


@pages.get("/staff/<code>/consent-copy/<path:patient>")
@for_roles("coordinator", "investigator")
def consent_copy(code: str, patient: str) -> Page:
    """Show the decision that stands with its text and parts, to print and sign."""
    found = find_patient(patient)
    given = consents.of_patient(db.session, found.id)
    if given is None:
        flash(_("No consent of this patient is recorded yet."), "notice")
        return redirect(url_for("patients.show", code=code, patient=patient))
    text = consents.text_of(db.session, given)
    known = {"patient": _("the patient"), **history.names(db.session, [given.recorded_by])}
    return render_template(
        "staff/clinic/consent_copy.html",
        patient=found,
        given=given,
        text=text,
        parts=consents.parts_of(text) if text else {},
        by=known.get(given.recorded_by, given.recorded_by),
    )


def consent_form(texts: list[ConsentText], here: Grant, **kwargs: Any) -> PaperConsentForm:
    """The form that records a consent."""
    return PaperConsentForm(*_choices(texts), here.today, **kwargs)


def asked_first(patient: Patient, here: Grant) -> ConsentFirstForm | None:
    """The question that comes before answers of a patient whose consent is due; None if it is not."""
    if not corrections.consent_due(db.session, patient):
        return None
    return ConsentFirstForm(*_choices(consents.all_texts(db.session, here.study.id)), here.today)


def decide(patient_id: int, form: PaperConsentForm, texts: list[ConsentText], here: Grant) -> None:
    """Store the consent that the form says."""
    made = _decision(form, {text.id: text for text in texts}, here, agreed=True)
    consents.decide(
        db.session,
        patient_id,
        made.text,
        agreed=True,
        parts=form.agreed_parts,
        how=made.how,
        signed_on=made.signed_on,
        reference=made.reference,
        library=server.library(),
        at=here.at,
        actor=here.actor,
    )


def _decision(
    form: PaperConsentForm, texts: dict[int, ConsentText], here: Grant, *, agreed: bool
) -> Decision:
    text = texts[form.text_id] if form.text_id else None
    parts = consents.decided(text, form.agreed_parts if agreed else ())
    kept_in = (form.reference.data or "").strip()
    return Decision(text, agreed, parts, form.how.data, form.signed_on.data or here.today, kept_in)


def text_words(text: ConsentText) -> str:
    """Version and language of a consent text."""
    spoken = language_names.name(text.locale, language.OURS)
    return _("version %(version)s, %(language)s", version=text.version, language=spoken)


def _choices(texts: list[ConsentText]) -> tuple[dict[int, str], dict[str, str]]:
    parts = {part: words for text in reversed(texts) for part, words in consents.parts_of(text).items()}
    return {text.id: text_words(text) for text in texts}, parts


def _lead(stands: Consent) -> str:
    if stands.how == "link":
        return _(
            "The patient decided this by the personal link. Change it only on the patient's own word: say "
            "how and on which day it was given. What was decided before is kept and shown."
        )
    return _("For what was typed wrongly. What was recorded before is kept.")
