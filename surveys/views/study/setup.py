"""Setting up a study: what it still lacks, a page per section, going active and closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.db import db
from surveys.forms import labels
from surveys.forms.setup import (
    AlertHoursForm,
    BasicsForm,
    CloseForm,
    DataForm,
    EthicsForm,
    NewStudyForm,
    SectionForm,
    consent_form,
    in_languages,
    texts_form,
)
from surveys.lists import history
from surveys.models import AlertReader, ConsentText, Study
from surveys.models.readiness import RANKS
from surveys.schedule import preset, preset_names, preset_title
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.study import readers, readiness, studies
from surveys.store.study.readiness import Gap
from surveys.store.study.studies import NewStudy
from surveys.store.visit import setup
from surveys.store.words import crisis_texts, permissions
from surveys.views.clinic import display
from surveys.views.study.planning import overview
from surveys.views.web import language, server
from surveys.views.web.access import for_roles, for_staff, grant, member
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists

pages = Blueprint("setup", __name__)


@dataclass(frozen=True)
class Section:
    """A part of a study's page: `form` makes its form from the study, None where it has a page of its own."""

    title: str
    form: Callable[[Study], SectionForm] | None = None
    lead: str = ""


def _basics(study: Study) -> SectionForm:
    known = {
        *language.languages(),
        *study.locales,
        *(code for one in server.library() for code in one.locales),
    }
    ordered = [*study.locales, *sorted(known - set(study.locales))]
    return BasicsForm([(code, language.name(code, "en")) for code in ordered], obj=study)


def _contact(study: Study) -> SectionForm:
    form = texts_form((("who_reads", "Who reads the answers, and when"),), _languages(study), contact=True)
    return form(data={"contact": study.contact, **in_languages({"who_reads": study.who_reads})})


def _notices(study: Study) -> SectionForm:
    form = texts_form((("privacy_notices", "Privacy notice"),), _languages(study))
    return form(data=in_languages({"privacy_notices": study.privacy_notices}))


def _crisis(study: Study) -> SectionForm:
    form = texts_form((("crisis_texts", "Crisis text"),), _languages(study))
    begun = {code: crisis_texts.TEMPLATES[code] for code in study.locales if code in crisis_texts.TEMPLATES}
    return form(data=in_languages({"crisis_texts": {**begun, **study.crisis_texts}}))


def _alerts(study: Study) -> SectionForm:
    named = readiness.readers(db.session, study.id)
    people = [(one.id, one.name or one.email) for one in readers.candidates(db.session, study.id)]
    chosen = {rank: named[rank].staff_id if rank in named else 0 for rank in RANKS}
    return AlertHoursForm(people, obj=study, data=chosen)


SECTIONS: Mapping[str, Section] = {
    "basics": Section("Title, time zone, languages, lowest age", _basics),
    "contact": Section("Contact, and who reads the answers", _contact, "Patients see this on their pages."),
    "ethics": Section("Ethics", lambda study: EthicsForm(obj=study)),
    "data": Section("Data protection and retention", lambda study: DataForm(obj=study)),
    "notices": Section(
        "Privacy notices", _notices, "What patients are told about the use of their data, in each language."
    ),
    "consent": Section("Consent text"),
    "crisis": Section(
        "Crisis texts",
        _crisis,
        "Shown at once to somebody who tells of self-harm: where help is at any hour, with its telephone.",
    ),
    "alerts": Section(
        "Alerts: hours, first person and deputy",
        _alerts,
        "Needed where patients are asked about self-harm. Both people acknowledge a test alert.",
    ),
    "plan": Section("Plan"),
    "instruments": Section("Instruments and permissions"),
    "backup": Section("Backup, restored once"),
}


@dataclass(frozen=True)
class Task:
    """A section with what it lacks and where it is changed; `optional` where it may stay empty."""

    key: str
    title: str
    gaps: tuple[str, ...]
    said: tuple[str, ...]
    address: str | None
    optional: bool


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/study")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """Every section with its state, what the plan asks of a patient, and the way on."""
    return _draw_index()


@pages.route("/staff/<code>/study/<section>", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def section(code: str, section: str) -> Page:
    """One section's form."""
    shown = SECTIONS.get(section)
    if shown is None or shown.form is None:
        abort(404)
    study = _study()
    form = shown.form(study)
    if request.method == "POST" and form.validate() and _store(study, form):
        return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/setup_section.html", form=form, title=shown.title, lead=shown.lead, key=section
    )
    return page, 422 if form.errors else 200


@pages.route("/staff/<code>/study/consent", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def consent(code: str) -> Page:
    """The consent texts there are, and a new version."""
    study, here = _study(), grant()
    made = consent_form(_languages(study), tuple(labels.CONSENT_PARTS.items()))
    known = _consent_texts(study)
    form = made(data={"version": str(len({text.version for text in known}) + 1), **_consent_data(known)})
    if request.method == "POST" and form.validate():
        try:
            told = form.texts(study.locales, consents.PARTS)
            texts = {locale: NewText(text, parts) for locale, (text, parts) in told.items()}
            _same_parts(texts)
            version = (form.version.data or "").strip()
            new = consents.load(db.session, study, version, texts, at=here.at, actor=here.actor)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(str(refusal), refusal.field)
        else:
            said = _("Patients are asked in this version from now on.") if new else _("It is there already.")
            flash(said, "success")
            return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/setup_consent.html",
        form=form,
        texts=known,
        locales=_languages(study),
        parts=labels.CONSENT_PARTS,
        names=history.names(db.session, [text.loaded_by for text in known]),
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/<code>/study/test-alert")
@for_roles("coordinator", whole_study=True)
def send_test(code: str) -> Page:
    """Raise a test alert with the two who read alerts."""
    here = grant()

    def raise_test() -> str:
        told = readers.send_test(db.session, _study(), at=here.at, actor=here.actor)
        if why := readiness.no_mail(here.study, server.settings()):
            flash(why, "notice")
        people = " and ".join(row.staff.name or row.staff.email for row in _with_staff(told))
        return _("A test alert goes to %(people)s, who acknowledge it on this page.", people=people)

    return _do(raise_test)


@pages.post("/staff/<code>/study/test-alert/acknowledge")
@for_roles("coordinator", "investigator", whole_study=False)
def acknowledge_test(code: str) -> Page:
    """Take the test alert, as one of the two who read alerts."""
    here = grant()

    def acknowledge() -> str:
        readers.acknowledge(db.session, here.study, member().id, at=here.at, actor=here.actor)
        return _("You acknowledged the test alert.")

    return _do(acknowledge)


@pages.post("/staff/<code>/study/phq8")
@for_roles("coordinator", whole_study=True)
def ask_phq8(code: str) -> Page:
    """Ask PHQ-8 wherever the plan asks PHQ-9."""
    here, study = grant(), _study()

    def swap() -> str:
        rows = setup.instead_of_crisis(studies.plan_of(study.timepoints))
        setup.set_plan(db.session, study, rows, server.library(), at=here.at, actor=here.actor)
        return _("The plan asks PHQ-8 now: nobody is asked about self-harm.")

    return _do(swap)


@pages.post("/staff/<code>/study/activate")
@for_roles("coordinator", whole_study=True)
def activate(code: str) -> Page:
    """Let patients answer."""
    here = grant()

    def go() -> str:
        studies.activate(db.session, _study(), server.library(), at=here.at, actor=here.actor)
        return _("The study is active: patients can answer.")

    return _do(go)


@pages.route("/staff/<code>/study/close", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def close(code: str) -> Page:
    """Close the study for good, with a reason."""
    here, study, form = grant(), _study(), CloseForm()
    if request.method == "POST" and form.validate():
        try:
            studies.close(db.session, study, reason=form.reason.data or "", at=here.at, actor=here.actor)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(str(refusal), refusal.field)
        else:
            flash(_("The study is closed."), "success")
            return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/setup_close.html",
        form=form,
        hindrances=readiness.hindrances_to_closing(db.session, study),
        under_way=studies.under_way(db.session, study),
    )
    return page, 422 if form.errors else 200


@pages.route("/staff/studies/new", methods=["GET", "POST"])
@for_staff
def new() -> Page:
    """Make a draft study; for administrators."""
    person = member()
    if not person.admin:
        abort(403)
    form = NewStudyForm([(name, preset_title(name)) for name in preset_names()])
    if request.method == "POST" and form.validate():
        facts = form.facts
        try:
            made = studies.create(
                db.session,
                NewStudy(facts["code"], title=facts["title"], timezone=facts["timezone"]),
                preset(facts["plan"]),
                server.library(),
                at=datetime.now(UTC),
                actor=f"staff:{person.id}",
            )
            code = made.code
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            form.refuse(str(refusal), refusal.field)
        else:
            return redirect(url_for("setup.index", code=code))
    return render_template("staff/setup_new.html", form=form), 422 if form.errors else 200


def _store(study: Study, form: SectionForm) -> bool:
    """Keep what the form holds; where the store refuses, the form says why."""
    here = grant()
    try:
        changed = setup.change(db.session, study, form.facts, server.library(), at=here.at, actor=here.actor)
        if isinstance(form, AlertHoursForm) and (form.first.data or form.deputy.data):
            first, deputy = form.first.data or 0, form.deputy.data or 0
            changed |= readers.name(db.session, study, first, deputy, at=here.at, actor=here.actor)
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        form.refuse(str(refusal), refusal.field)
        return False
    flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return True


def _do(act: Callable[[], str]) -> Page:
    """Do what one button asks, say so, and show the study's page again."""
    try:
        told = act()
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        for line in str(refusal).splitlines():
            flash(line, "notice")
    else:
        flash(told, "success")
    return redirect(url_for("setup.index", code=grant().study.code))


def _draw_index() -> str:
    study = _study()
    gaps = readiness.gaps(db.session, study, server.library()) if study.status == "draft" else []
    named = readiness.readers(db.session, study.id)
    people = {row.rank: row for row in _with_staff(list(named.values()))}
    asked = permissions.asked(
        db.session, study, {key for row in study.timepoints for key in row.battery}, server.texts()
    )
    return render_template(
        "staff/setup.html",
        tasks=[_task(key, gaps, study) for key in SECTIONS],
        gaps=gaps,
        warnings=readiness.warnings(study, server.settings()) if study.status != "closed" else [],
        readers=people,
        mine=next((row for row in named.values() if row.staff_id == member().id), None),
        crisis=readiness.crisis_instruments(asked),
        overview=overview(study, studies.plan_of(study.timepoints), server.library()),
        statuses=labels.STUDY_STATUSES,
    )


def _task(key: str, gaps: list[Gap], study: Study) -> Task:
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
        optional=key == "consent",
    )


def _said(key: str, study: Study) -> list[str]:
    """What the study says in a section, a line each; long texts are not repeated."""
    in_words = ", ".join
    if key == "basics":
        spoken = in_words(language.name(code, "en") for code in study.locales)
        asked = _("asks about the palsy and its treatment") if study.asks_background else ""
        return [study.title, study.timezone, spoken, _("from %(age)s years", age=study.lowest_age), asked]
    if key == "contact":
        return [study.contact]
    if key == "ethics":
        opinion = in_words(filter(None, (study.ethics_committee, study.ethics_number)))
        return [opinion, study.ethics_not_required]
    if key == "data":
        years = study.retention_years
        kept = _("Kept for %(years)s years", years=years) if years else ""
        shown = _("Groups from %(count)s patients on are shown", count=study.smallest_group)
        return [study.controller, study.data_protection_contact, study.legal_basis, kept, shown]
    if key in {"notices", "crisis"}:
        texts = study.privacy_notices if key == "notices" else study.crisis_texts
        return [in_words(language.name(code, "en") for code in texts)]
    if key == "alerts" and study.alert_days:
        days = in_words(labels.WEEKDAYS[day] for day in study.alert_days)
        return [f"{days}, {study.alert_from or '?'}–{study.alert_until or '?'}"]
    if key == "plan":
        return [in_words(row.name for row in study.timepoints)]
    if key == "backup":
        proved = readiness.backup_proved_at(db.session)
        return [display.moment(proved, study.timezone) or ""]
    if key == "consent":
        texts_there = _consent_texts(study)
        return [_("Version %(version)s", version=texts_there[-1].version)] if texts_there else []
    return []


def _with_staff(rows: list[AlertReader]) -> list[AlertReader]:
    ids = [row.id for row in rows]
    query = select(AlertReader).where(AlertReader.id.in_(ids)).options(selectinload(AlertReader.staff))
    return list(db.session.scalars(query.order_by(AlertReader.rank.desc())))


def _consent_texts(study: Study) -> list[ConsentText]:
    query = select(ConsentText).where(ConsentText.study_id == study.id).order_by(ConsentText.id)
    return list(db.session.scalars(query))


def _consent_data(known: list[ConsentText]) -> dict[str, str]:
    """The newest version in the boxes of the form, to begin the next one from."""
    data = {}
    for text in known:
        if text.version == known[-1].version:
            data[f"text__{text.locale}"] = text.text
            data |= {f"{part}__{text.locale}": said for part, said in text.parts.items()}
    return data


def _same_parts(texts: Mapping[str, NewText]) -> None:
    if len({frozenset(text.parts) for text in texts.values()}) > 1:
        raise Refused("Every language must have the same parts.")


def _study() -> Study:
    """The study of this request, with its plan."""
    query = select(Study).where(Study.id == grant().study.id).options(selectinload(Study.timepoints))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _languages(study: Study) -> tuple[tuple[str, str], ...]:
    return tuple((code, language.name(code, "en")) for code in study.locales)
