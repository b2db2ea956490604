"""The sections of a study's page: their facts, gaps, and forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from analysis.words import joined, words
from surveys import language_names
from surveys.db import db
from surveys.forms import labels
from surveys.forms.setup import (
    AlertHoursForm,
    BasicsForm,
    DataForm,
    EthicsForm,
    SectionForm,
    in_languages,
    texts_form,
)
from surveys.models import ConsentText, Study
from surveys.models.readiness import RANKS
from surveys.store.post import head_mail
from surveys.store.study import mail_proof, readers, readiness
from surveys.store.study.readiness import Gap
from surveys.store.words import crisis_texts, eye_texts
from surveys.views.clinic import display
from surveys.views.web import language, server
from surveys.views.web.access import grant


@dataclass(frozen=True)
class StudySection:
    """A part of a study's page: `form` makes its form from the study; None if it has a page of its own."""

    title: str
    form: Callable[[Study], SectionForm] | None = None
    lead: str = ""


def languages_of(study: Study) -> tuple[tuple[str, str], ...]:
    """The languages that patients of the study use, with their names."""
    return tuple((code, language_names.in_english(code)) for code in study.locales)


def _basics(study: Study) -> SectionForm:
    known = {
        *language.languages(),
        *study.locales,
        *(code for one in server.library() for code in one.locales),
    }
    ordered = [*study.locales, *sorted(known - set(study.locales))]
    return BasicsForm([(code, language_names.in_english(code)) for code in ordered], obj=study)


def _contact(study: Study) -> SectionForm:
    kinds = (("who_reads", _("Who reads the answers, and when")),)
    form = texts_form(kinds, languages_of(study), contact=True)
    known = in_languages({"who_reads": study.who_reads, "contacts": study.contacts})
    return form(data={"contact": study.contact, **known})


def _notices(study: Study) -> SectionForm:
    form = texts_form((("privacy_notices", _("Privacy notice")),), languages_of(study))
    return form(data=in_languages({"privacy_notices": study.privacy_notices}))


def _crisis(study: Study) -> SectionForm:
    form = texts_form((("crisis_texts", _("Crisis text")),), languages_of(study))
    begun = {code: crisis_texts.TEMPLATES[code] for code in study.locales if code in crisis_texts.TEMPLATES}
    return form(data=in_languages({"crisis_texts": {**begun, **study.crisis_texts}}))


def _eye(study: Study) -> SectionForm:
    form = texts_form((("eye_texts", _("Words about the eye")),), languages_of(study))
    return form(data=in_languages({"eye_texts": {**eye_texts.begun(study.locales), **study.eye_texts}}))


def _feedback(study: Study) -> SectionForm:
    kinds = (("use_texts", _("Who uses the answers, and for what")), ("news_texts", _("News")))
    form = texts_form(kinds, languages_of(study), feedback=True)
    known = in_languages({"use_texts": study.use_texts, "news_texts": study.news_texts})
    return form(data={"feedback": study.feedback, **known})


def _alerts(study: Study) -> SectionForm:
    named = readiness.readers(db.session, study.id)
    people = [(one.id, one.name or one.email) for one in readers.candidates(db.session, study.id)]
    chosen = {rank: named[rank].staff_id if rank in named else 0 for rank in RANKS}
    return AlertHoursForm(people, obj=study, data=chosen)


SECTIONS: Mapping[str, StudySection] = {
    "basics": StudySection(words("Title, time zone, languages, lowest age"), _basics),
    "contact": StudySection(
        words("Contact, and who reads the answers"), _contact, words("Patients see this on their pages.")
    ),
    "ethics": StudySection(words("Ethics"), lambda study: EthicsForm(obj=study)),
    "data": StudySection(words("Data protection and retention"), lambda study: DataForm(obj=study)),
    "notices": StudySection(
        words("Privacy notices"),
        _notices,
        words("What patients are told about the use of their data, in each language."),
    ),
    "consent": StudySection(words("Consent text, unless every consent is given on paper")),
    "crisis": StudySection(
        words("Crisis texts"),
        _crisis,
        words(
            "Shown at once to somebody who tells of self-harm: where help is at any hour, with its telephone."
        ),
    ),
    "eye": StudySection(
        words("When an eye needs a doctor"),
        _eye,
        words(
            "Shown to somebody who tells of a bad eye, without holding the questionnaire, and always under "
            "“Where to find help”."
        ),
    ),
    "feedback": StudySection(
        words("What comes back to patients"),
        _feedback,
        words(
            "All after sending, and noted in the trail and the export. Face scores are never shown within 90 "
            "days of the onset, on the clinic’s tablet, or where somebody else answered; with them you hear "
            "of one that gets worse by the detectable change. In a trial they are an intervention."
        ),
    ),
    "alerts": StudySection(
        words("Alerts: hours, first person and deputy"),
        _alerts,
        words("Needed where patients are asked about self-harm. Both people open the link in a test alert."),
    ),
    "mail": StudySection(words("Mail that arrives")),
    "plan": StudySection(words("Plan")),
    "instruments": StudySection(words("Instruments and permissions")),
    "backup": StudySection(words("Backup, restored once")),
}


@dataclass(frozen=True)
class Task:
    """A section with its gaps and its page; `optional` if it may stay empty."""

    key: str
    title: str
    gaps: tuple[str, ...]
    said: tuple[str, ...]
    address: str | None
    optional: bool


def consent_texts(study: Study) -> list[ConsentText]:
    """Every consent text of the study, the oldest first."""
    query = select(ConsentText).where(ConsentText.study_id == study.id).order_by(ConsentText.id)
    return list(db.session.scalars(query))


def task(key: str, gaps: list[Gap], study: Study) -> Task:
    """The section `key` for the study's page."""
    own_pages = {"consent": "setup.consent", "plan": "planning.edit", "instruments": "instruments.index"}
    endpoint = own_pages.get(key) or ("setup.section" if SECTIONS[key].form else None)
    values: dict[str, Any] = {"section": key} if endpoint == "setup.section" else {}
    changed_by = "instruments.permit" if key == "instruments" else endpoint
    open_to = changed_by and grant().may_open(changed_by) and study.status != "closed"
    return Task(
        key=key,
        title=SECTIONS[key].title,
        gaps=tuple(gap.reason for gap in gaps if gap.section == key),
        said=tuple(filter(None, _said(key, study))),
        address=url_for(endpoint, code=study.code, **values) if endpoint and open_to else None,
        optional=key in {"consent", "feedback"} or (key == "mail" and study.simulated),
    )


def _tested(one: mail_proof.Tested, zone: str) -> str:
    """What became of the newest test alert to one person."""
    told = {"name": one.name, "time": display.moment(one.outcome_at or one.planned_at, zone)}
    if one.outcome == "sent" and one.opened_at:
        opened = display.moment(one.opened_at, zone)
        return _(
            "%(name)s: the mail server took the test alert on %(time)s; its link was opened on %(opened)s",
            opened=opened,
            **told,
        )
    if one.outcome == "sent":
        return _(
            "%(name)s: the mail server took the test alert on %(time)s; its link is not opened yet", **told
        )
    if one.outcome == "unknown":
        return _("%(name)s: it is not known whether the mail server took the test alert", **told)
    if one.outcome:
        return _("%(name)s: the mail server refused the test alert (%(code)s)", code=one.error or "?", **told)
    if one.error:
        return _(
            "%(name)s: the mail server did not take the test alert yet (%(code)s); it is tried again",
            code=one.error,
            **told,
        )
    return _("%(name)s: the test alert of %(time)s has not gone to the mail server yet", **told)


def _heads_kept(study: Study) -> str:
    """Where the heads of the audit trail go, and what became of the last mail."""
    if not study.heads_address:
        return ""
    told = {"address": study.heads_address}
    mail = head_mail.last(db.session, study.id)
    if mail is None or mail.outcome_at is None:
        return _("Heads of the audit trail go to %(address)s; none went yet", **told)
    told["day"] = display.moment(mail.outcome_at, study.timezone) or ""
    if mail.outcome == "sent":
        return _("Heads of the audit trail go to %(address)s, last on %(day)s", **told)
    return _("Heads of the audit trail go to %(address)s; the mail of %(day)s did not arrive", **told)


def _said(key: str, study: Study) -> list[str]:
    """The facts of the study in a section, a line each, without long texts."""
    in_words = partial(joined, ", ")
    if key == "basics":
        spoken = in_words(language_names.in_english(code) for code in study.locales)
        asked = _("asks about the palsy and its treatment") if study.asks_background else ""
        return [study.title, study.timezone, spoken, _("from %(age)s years", age=study.lowest_age), asked]
    if key == "contact":
        return list(study.contact_texts.values())
    if key == "feedback":
        return [labels.FEEDBACK[one] for one in study.feedback]
    if key == "ethics":
        opinion = in_words(filter(None, (study.ethics_committee, study.ethics_number)))
        return [opinion, study.ethics_not_required]
    if key == "data":
        years = study.retention_years
        kept = ngettext("Kept for %(num)d year", "Kept for %(num)d years", years) if years else ""
        shown = _("Groups from %(count)s patients on are shown", count=study.smallest_group)
        consented = (
            _("Patients whose consent does not stand are left out of figures and exports")
            if study.leaves_out_without_consent
            else ""
        )
        own = [study.controller, study.data_protection_contact, study.legal_basis, kept, shown, consented]
        return [*own, _heads_kept(study)]
    texts_of = {"notices": study.privacy_notices, "crisis": study.crisis_texts, "eye": study.eye_texts}
    if (texts := texts_of.get(key)) is not None:
        return [in_words(language_names.in_english(code) for code in texts)]
    if key == "alerts" and study.alert_days:
        days = in_words(labels.WEEKDAYS[day] for day in study.alert_days)
        return [f"{days}, {study.alert_from or '?'}–{study.alert_until or '?'}"]
    if key == "plan":
        return [in_words(row.name for row in study.timepoints)]
    if key == "backup":
        proved = readiness.backup_proved_at(db.session)
        return [display.moment(proved, study.timezone) or ""]
    if key == "mail":
        hindrance = readiness.no_mail(study, server.settings()) or ""
        return [hindrance, *(_tested(one, study.timezone) for one in mail_proof.newest(db.session, study.id))]
    if key == "consent":
        texts_there = consent_texts(study)
        return [_("Version %(version)s", version=texts_there[-1].version)] if texts_there else []
    return []
