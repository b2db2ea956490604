"""A study's messages to patients: settings, and words with a preview for a real patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.daytime import Hours
from surveys.db import db
from surveys.forms.fields import region_named
from surveys.forms.messages import MessagingForm, WordsForm
from surveys.lists import patients as lists
from surveys.mail import words
from surveys.mail.channels import templates
from surveys.mail.channels.text.signs import Size, plain, size
from surveys.models import Patient, Visit
from surveys.schedule import is_over
from surveys.store.errors import Refused
from surveys.store.post import facts, messaging
from surveys.store.visit import short_codes
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("message_words", __name__)

OFFERED = 20  # patients to preview for
LONG_DAY = date(2028, 12, 28)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/message-settings", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def settings(code: str) -> Page:
    """Show and change who writes and when; list all the words."""
    here = grant()
    now = facts.settings_in(db.session, here.study.id)
    form = MessagingForm(
        data={
            "clinic": now.clinic,
            "reminder_days": ", ".join(map(str, now.reminder_days)),
            "send_hour": now.hours.send,
            "earliest_hour": now.hours.earliest,
            "latest_hour": now.hours.latest,
            "thanks": now.thanks,
            "region": now.region or "",
        }
    )
    if request.method == "POST" and form.validate():
        new = facts.MessageSettings(
            clinic=(form.clinic.data or "").strip(),
            reminder_days=form.days,
            hours=Hours(form.send_hour.data or 0, form.earliest_hour.data or 0, form.latest_hour.data or 0),
            thanks=form.thanks.data,
            region=region_named(form.region.data),
        )
        subject = words.Words(f"From {new.clinic}", "x")
        telling = [said for field, said in words.faults(subject, "thanks", forbidden=_forbidden())]
        with committed(form) as kept:
            if telling:
                raise Refused(telling[0], "clinic")
            messaging.choose(db.session, here.study, new, at=here.at, actor=here.actor)
        if kept:
            flash(_("The settings are kept. What is planned moves at the worker's next round."), "success")
            return redirect(url_for("message_words.settings", code=code))
    page = render_template("staff/study/message_settings.html", form=form, kinds=templates())
    return (page, 422) if form.errors else page


@pages.route("/staff/<code>/message-words/<kind>/<locale>", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def edit(code: str, kind: str, locale: str) -> Page:
    """Preview one message's words with a real patient's name and dates, then store them."""
    here = grant()
    if kind not in templates() or locale not in here.study.locales:
        abort(404)
    own = facts.own_words(db.session, here.study.id, kind, locale)
    now = words.Words(*own) if own else words.default(kind, locale)
    form, is_text = WordsForm(data={"subject": now.subject, "body": now.body}), kind in words.TEXTS
    if is_text:
        del form.subject
    nobody = SelectChoice("", _("nobody in particular"))
    form.patient.choices = [nobody, *(SelectChoice(one, one) for one in _people())]
    subject = "" if is_text else form.subject.data or ""
    typed = words.Words(subject, (form.body.data or "").replace("\r\n", "\n"))
    if request.method == "POST" and form.validate():
        for field, said in words.faults(typed, kind, forbidden=_forbidden()):
            form[field].errors = [*form[field].errors, said]
        if is_text and not form.errors and (too_long := _too_long(typed, locale)):
            form.body.errors = [too_long]
        if not form.errors and request.form.get("do") == "keep":
            messaging.write(
                db.session, here.study, kind, locale, typed.subject, typed.body, at=here.at, actor=here.actor
            )
            db.session.commit()
            flash(_("These words are used from now on."), "success")
            return redirect(url_for("message_words.settings", code=code))
    page = render_template(
        "staff/study/message_words.html",
        form=form,
        name=f"{templates()[kind]}, {locale}",
        locale=locale,
        fields={name: words.FIELDS[name] for name in (words.IN_TEXT if is_text else words.FIELDS)},
        preview=None if form.errors else words.fill(typed, _filling(form.patient.data, locale), locale),
        size=_size(typed, locale) if is_text and not form.errors else None,
        own=own is not None,
    )
    return (page, 422) if form.errors else page


def _size(typed: words.Words, locale: str) -> Size:
    """How long the text is as it goes, with a short link and the longest day."""
    link = f"{server.settings().public_url}/c/{'M' * short_codes.LENGTH}"
    filled = words.fill(typed, replace(_filling(None, locale), link=link, last_day=LONG_DAY), locale)
    return size(plain(filled.body.strip()))


def _too_long(typed: words.Words, locale: str) -> str | None:
    """Why the text does not go as one message; None if it does."""
    found = _size(typed, locale)
    if found.parts == 1:
        return None
    costly = _("Leave out %(signs)s, and it holds 160.", signs=" ".join(found.costly)) if found.costly else ""
    told = _(
        "This has %(signs)s signs with its link and its day, and one text message holds %(most)s.",
        signs=found.signs,
        most=found.most,
    )
    return f"{told} {costly}".strip()


def _people() -> list[str]:
    """Patients to preview for, the latest enrolled first."""
    query = select(Patient.code).where(grant().scope.condition).order_by(Patient.id.desc()).limit(OFFERED)
    return list(db.session.scalars(query))


def _filling(code: str | None, locale: str) -> words.Filling:
    """The values of the fields for the patient `code`; a preview makes no link."""
    here = grant()
    now = facts.settings_in(db.session, here.study.id)
    patient = lists.find(db.session, here.scope, code) if code else None
    visit = None
    if patient is not None:
        query = select(Visit).where(Visit.patient_id == patient.id, ~is_over(Visit, here.today))
        visit = db.session.scalars(query.order_by(Visit.opens_on).limit(1)).first()
    return words.Filling(
        name=patient.contact.name if patient and patient.contact else "",
        clinic=now.clinic,
        contact=here.study.contact_in(locale),
        link=_("https://… (a personal link, made when the message goes)"),
        last_day=visit.closes_on if visit else here.today,
    )


def _forbidden() -> tuple[str, ...]:
    return grant().study.code, grant().study.title
