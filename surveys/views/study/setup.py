"""The setup of a study: its gaps, a page per section, going active and closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.db import db
from surveys.forms import labels
from surveys.forms.setup import (
    AlertHoursForm,
    CloseForm,
    NewStudyForm,
    SectionForm,
    consent_form,
)
from surveys.instruments.definition import Instrument
from surveys.instruments.facts import without_crisis_item
from surveys.lists import history
from surveys.models import AlertReader, ConsentText, Study
from surveys.schedule import preset, preset_names, preset_title
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.study import mail_proof, readers, readiness, spoken, studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import feedback, setup
from surveys.store.words import permissions
from surveys.views.study.plan import overview
from surveys.views.study.sections import SECTIONS, consent_texts, languages_of, task
from surveys.views.web import server
from surveys.views.web.access import for_roles, for_staff, grant, member
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

pages = Blueprint("setup", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/study")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """Show every section with its state, the plan's burden on a patient, and the next step."""
    return _draw_index()


@pages.route("/staff/<code>/study/<section>", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def section(code: str, section: str) -> Page:
    """Show and store one section's form."""
    shown = SECTIONS.get(section)
    if shown is None or shown.form is None:
        abort(404)
    study = _study()
    form = shown.form(study)
    if request.method == "POST" and form.validate() and _store(study, form):
        return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/study/setup_section.html", form=form, title=shown.title, lead=shown.lead, key=section
    )
    return page, 422 if form.errors else 200


@pages.route("/staff/<code>/study/consent", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def consent(code: str) -> Page:
    """Show the consent texts, and store a new version."""
    study, here = _study(), grant()
    made = consent_form(languages_of(study), tuple(labels.CONSENT_PARTS.items()))
    known = consent_texts(study)
    form = made(data={"version": str(len({text.version for text in known}) + 1), **_consent_data(known)})
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            told = form.texts(study.locales, consents.PARTS)
            texts = {locale: NewText(text, parts) for locale, (text, parts) in told.items()}
            _same_parts(texts)
            version = (form.version.data or "").strip()
            new = consents.load(db.session, study, version, texts, at=here.at, actor=here.actor)
        if kept:
            said = _("Patients are asked in this version from now on.") if new else _("It is there already.")
            flash(said, "success")
            return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/study/setup_consent.html",
        form=form,
        texts=known,
        locales=languages_of(study),
        parts=labels.CONSENT_PARTS,
        names=history.names(db.session, [text.loaded_by for text in known]),
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/<code>/study/test-alert")
@for_roles("coordinator", whole_study=True)
def send_test(code: str) -> Page:
    """Send a test alert to the two readers of alerts, or to who asks for it while nobody is named."""
    here = grant()

    def raise_test() -> str:
        study = _study()
        if why := readiness.no_mail(study, server.settings()):
            flash(why, "notice")
        if not readiness.readers(db.session, study.id):
            mail_proof.ask(db.session, study, member().id, at=here.at, actor=here.actor)
            return _("A test alert goes to you. Open the link in its mail.")
        told = readers.send_test(db.session, study, at=here.at, actor=here.actor)
        people = " and ".join(row.staff.name or row.staff.email for row in _with_staff(told))
        return _("A test alert goes to %(people)s, who open the link in its mail.", people=people)

    return _do(raise_test)


@pages.route("/staff/<code>/study/test-alert/<proof>", methods=["GET", "POST"])
@for_roles("coordinator", "investigator", whole_study=False)
def open_test(code: str, proof: str) -> Page:
    """Show where the link in a test alert leads, and record that the mail arrived."""
    here, secret_key = grant(), server.settings().secret_key
    with committed() as kept:
        arrived = request.method == "POST"
        mail = mail_proof.find(
            db.session, here.study, proof, member().id, secret_key=secret_key, at=here.at, lock=arrived
        )
        if arrived:
            mail_proof.opened(db.session, here.study, mail, at=here.at, actor=here.actor)
    if kept and request.method == "GET":
        return render_template("staff/study/test_mail.html", proof=proof)
    if kept:
        flash(_("Thank you: it is known now that mail reaches you."), "success")
    return redirect(url_for("setup.index", code=code))


@pages.post("/staff/<code>/study/phq8")
@for_roles("coordinator", whole_study=True)
def ask_phq8(code: str) -> Page:
    """Replace instruments in the plan by those without the question about self-harm: PHQ-8 for PHQ-9."""
    here, study = grant(), _study()

    def swap() -> str:
        asked = [server.library().get(key) for row in study.timepoints for key in row.battery]
        without = dict.fromkeys(title for _, title in _instead_of_crisis(asked))
        rows = setup.instead_of_crisis(studies.plan_now(study.timepoints), server.library())
        setup.set_plan(db.session, study, rows, server.library(), at=here.at, actor=here.actor)
        return _("The plan asks %(titles)s now: nobody is asked about self-harm.", titles=", ".join(without))

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
        with committed(form) as kept:
            studies.close(db.session, study, reason=form.reason.data or "", at=here.at, actor=here.actor)
        if kept:
            flash(_("The study is closed."), "success")
            return redirect(url_for("setup.index", code=code))
    page = render_template(
        "staff/study/setup_close.html",
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
        with committed(form) as kept:
            made = studies.create(
                db.session,
                NewStudy(facts["code"], title=facts["title"], timezone=facts["timezone"]),
                preset(facts["plan"]),
                server.library(),
                at=datetime.now(UTC),
                actor=f"staff:{person.id}",
            )
            code = made.code
        if kept:
            return redirect(url_for("setup.index", code=code))
    return render_template("staff/study/setup_new.html", form=form), 422 if form.errors else 200


def _store(study: Study, form: SectionForm) -> bool:
    """Store the form; if the store refuses, the form says why."""
    here = grant()
    with committed(form) as kept:
        store = feedback.change if "feedback" in form.facts else setup.change
        changed = store(db.session, study, form.facts, server.library(), at=here.at, actor=here.actor)
        if isinstance(form, AlertHoursForm) and (form.first.data or form.deputy.data):
            first, deputy = form.first.data or 0, form.deputy.data or 0
            changed |= readers.name(db.session, study, first, deputy, at=here.at, actor=here.actor)
    if kept:
        flash(_("Saved.") if changed else _("Nothing was changed."), "success")
    return bool(kept)


def _do(act: Callable[[], str]) -> Page:
    """Do the action of one button, say so, and show the study's page again."""
    with committed() as kept:
        told = act()
    if kept:
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
        "staff/study/setup.html",
        spoken=spoken.texts(db.session, study, asked, server.library()),
        locales=languages_of(study),
        tasks=[task(key, gaps, study) for key in SECTIONS],
        gaps=gaps,
        warnings=readiness.warnings(study, server.settings()) if study.status != "closed" else [],
        unproved=readiness.unproved_mail(db.session, study),
        readers=people,
        mine=next((row for row in named.values() if row.staff_id == member().id), None),
        crisis=readiness.crisis_instruments(asked),
        instead=_instead_of_crisis(list(asked.values())),
        overview=overview(study, studies.plan_now(study.timepoints), server.library()),
        statuses=labels.STUDY_STATUSES,
    )


def _instead_of_crisis(asked: Sequence[Instrument]) -> list[tuple[str, str]]:
    """Short titles: instruments that ask about self-harm, and those without that question."""
    found = ((one, without_crisis_item(one, server.library())) for one in asked)
    return [(one.short_title, other.short_title) for one, other in found if other is not None]


def _with_staff(rows: list[AlertReader]) -> list[AlertReader]:
    ids = [row.id for row in rows]
    query = select(AlertReader).where(AlertReader.id.in_(ids)).options(selectinload(AlertReader.staff))
    return list(db.session.scalars(query.order_by(AlertReader.rank.desc())))


def _consent_data(known: list[ConsentText]) -> dict[str, str]:
    """The newest version for the boxes of the form, as a start for the next one."""
    data = {}
    for text in known:
        if text.version == known[-1].version:
            data[f"text__{text.locale}"] = text.text
            data |= {f"{part}__{text.locale}": said for part, said in text.parts.items()}
    return data


def _same_parts(texts: Mapping[str, NewText]) -> None:
    if len({frozenset(text.parts) for text in texts.values()}) > 1:
        raise Refused(_("Every language must have the same parts."))


def _study() -> Study:
    """The study of this request, with its plan."""
    query = select(Study).where(Study.id == grant().study.id).options(selectinload(Study.timepoints))
    return db.session.scalars(query.execution_options(populate_existing=True)).one()
