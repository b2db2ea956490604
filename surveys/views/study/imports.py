"""A file of another program comes in: sent, looked at, brought in by a job; and taken back by one press."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db, snapshot
from surveys.exchange.tables import answering, known, mapping_file, mapping_text
from surveys.exchange.tables.answering import Answers
from surveys.exchange.tables.mapping import BY_ORDER, FileMapping
from surveys.forms.imports import AS_TOLD, AnswersForm, BringInForm, TakeBackForm, UploadForm, answers_form
from surveys.instruments.library import Library
from surveys.jobs import incoming
from surveys.lists import history
from surveys.models import Import
from surveys.store.patient import imports
from surveys.views.web import jobs, server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

if TYPE_CHECKING:
    from surveys.exchange.import_file import ImportFile

pages = Blueprint("imports", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/imports")
@for_roles("coordinator", whole_study=True)
def index(code: str) -> str:
    """What came in so far, and a file to send."""
    return _listed(UploadForm())


@pages.post("/staff/<code>/imports")
@for_roles("coordinator", whole_study=True)
@takes_lists
def send(code: str) -> Page:
    """Look at a file, and keep it for a day with the mapping that it seems to need.

    It is read outside any transaction: on SQLite that of a request that changes something holds up patients.
    """
    here, form = grant(), UploadForm()
    if not form.validate():
        return _listed(form), 422
    study_id, zone, library = here.study.id, here.study.timezone, server.texts().library
    instruments = known.of_site(db.session, library, here.study.code)
    db.session.rollback()
    from surveys.exchange import self_told
    from surveys.exchange.tables import incoming as tables

    name, content = form.file.data.filename or "file", form.file.data.read()
    number = 0
    if self_told.is_one(content):
        return _told_itself(form, name, content)
    with committed(form) as kept:
        looked = tables.look(name, content, instruments, zone, form.sheet.data or "")
        lines, meant = looked.proposal.lines, looked.proposal.mapping
        if before := imports.last_mapping(db.session, study_id, looked.table.columns_sha256):
            meant = answering.reused(mapping_file.read(before.encode(), library), meant)
            lines = [_("The mapping of the last file of this kind is used."), *lines]
        lines = [*lines, *_apart(meant, library)]
        proposed = mapping_text.write(meant, {})
        columns = [column.name for column in looked.table.columns]
        told = {
            "proposed": proposed,
            "mapping": proposed,
            "lines": [str(line) for line in lines],
            "columns": columns,
        }
        number = incoming.keep(db.session, study_id, name[:200], content, told, at=here.at, by=here.actor)
    return redirect(url_for("imports.look", code=code, number=number)) if kept else (_listed(form), 422)


@pages.get("/staff/<code>/imports/<int:number>")
@for_roles("coordinator", whole_study=True)
def look(code: str, number: int) -> str:
    """The plan of a file, with a box for each doubt."""
    sent = _sent(number)
    if sent.told.get(incoming.READY):
        return _ready(sent, BringInForm())
    return _asked(sent, _form(sent), number)


@pages.post("/staff/<code>/imports/<int:number>")
@for_roles("coordinator", whole_study=True)
def take(code: str, number: int) -> Page:
    """Keep the answers; bring the file in, unless it is to be looked at again or is refused."""
    here, sent = grant(), _sent(number)
    if sent.told.get(incoming.READY):
        press = BringInForm()
        if not press.validate():
            return _ready(sent, press), 422
        job = jobs.note(here, "import", {"incoming": number, "wording": None})
        db.session.commit()
        jobs.wait(job)
        return redirect(url_for("jobs.show", code=code, number=job))
    library = server.texts().library
    form = _form(sent)
    if not form.validate():
        return _asked(sent, form, number), 422
    db.session.rollback()  # reading a large file must not hold up patients
    from surveys.exchange.tables import incoming as tables

    job, rows = 0, None
    with committed(form) as kept:
        meant = answering.answered(mapping_file.read(sent.proposed.encode(), library), _answers(form))
        text = mapping_text.write(meant, {})
        rows = tables.rows(sent.name, sent.content, text, library, here.study.code)
        incoming.change(db.session, number, text)
        if not form.look_again.data:
            wording = (form.wording.data or "").strip() or None
            job = jobs.note(here, "import", {"incoming": number, "wording": wording})
    if not kept:
        return _asked(sent, form, number), 422
    if form.look_again.data:
        return _asked(sent, form, number, rows)
    jobs.wait(job)
    return redirect(url_for("jobs.show", code=code, number=job))


@pages.route("/staff/<code>/imports/<int:import_id>/result", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def result(code: str, import_id: int) -> Page:
    """What came in with an import, what was left out and why; and the press that takes it back."""
    here, form = grant(), TakeBackForm()
    made = db.session.get(Import, import_id)
    if made is None or made.study_id != here.study.id:
        abort(404)
    if request.method == "POST" and form.validate():
        job = jobs.note(here, "import_undo", {"import": import_id})
        db.session.commit()
        jobs.wait(job)
        return redirect(url_for("jobs.show", code=code, number=job))
    names = history.names(db.session, [made.begun_by, *([made.undone_by] if made.undone_by else [])])
    return render_template("staff/study/import_result.html", made=made, form=form, names=names)


def _told_itself(form: UploadForm, name: str, content: bytes) -> Page:
    """Look at a file that says itself what it means, and keep it for a day."""
    here, number = grant(), 0
    db.session.rollback()
    from surveys.exchange import self_told

    with committed(form) as kept:
        lines = self_told.lines(snapshot, here.study.id, name, content, server.texts().library, at=here.at)
        told = {"proposed": "", "mapping": "", "lines": lines, "columns": [], incoming.READY: True}
        number = incoming.keep(
            db.session, here.study.id, name[:200], content, told, at=here.at, by=here.actor
        )
    if not kept:
        return _listed(form), 422
    return redirect(url_for("imports.look", code=here.study.code, number=number))


def _ready(sent: incoming.Incoming, form: BringInForm) -> str:
    """The page of a file that says itself what it means: there is nothing to answer."""
    return render_template("staff/study/import_ready.html", sent=sent, form=form)


def _sent(number: int) -> incoming.Incoming:
    here = grant()
    if jobs.find(here, number) is None:
        abort(404)
    return incoming.find(db.session, here.study.id, number)


def _form(sent: incoming.Incoming) -> AnswersForm:
    library = server.texts().library
    proposed = mapping_file.read(sent.proposed.encode(), library)
    now = mapping_file.read(sent.mapping.encode(), library)
    titles = {key: library.get(key).short_title for key in proposed.instruments}
    facts = {
        name: _("Take %(name)s from ‘%(column)s’", name=name, column=fact.column)
        for name, fact in proposed.facts.items()
    }
    apart = [key for key, one in proposed.instruments.items() if one.values_of]
    told = {name: bool(one.kind_column) for name, one in proposed.treatments.items()}
    return answers_form(sent.told["columns"], titles, facts, told, apart, data=_data(now, proposed))


def _apart(meant: FileMapping, library: Library) -> Iterator[str]:
    """The tables of items that differ within an instrument, a sentence each."""
    for key, one in meant.instruments.items():
        for item, table in one.values_of.items():
            told = ", ".join(f"{cell} = {value}" for cell, value in table.items()) or _("nothing yet")
            yield f"{library.get(key).short_title} {item}: {told}."


def _data(now: FileMapping, proposed: FileMapping) -> dict[str, Any]:
    """What the boxes say at first: what was `proposed`, or what a person made of it."""
    data: dict[str, Any] = {
        "patient": now.patient,
        "completed_on": now.completed_on,
        "visit": now.visit.constant,
        "occurrence": BY_ORDER if now.visit.occurrence == BY_ORDER else "",
        "order": now.order or "",
        "timezone": now.timezone,
        "decimal": now.decimal,
        "missing": ", ".join(now.missing),
    }
    for key, one in now.instruments.items():
        if not one.values_of:
            data[f"values_{key}"] = answering.lines(one.values)
        data[f"confirm_{key}"] = one.confirmed
    data |= {f"drop_{key}": key not in now.instruments for key in proposed.instruments}
    data |= {f"take_{name}": fact.confirmed for name, fact in now.facts.items()}
    for name, treatment in now.treatments.items():
        if treatment.confirmed:
            data[f"kind_{name}"] = treatment.kind or AS_TOLD
    return data


def _answers(form: AnswersForm) -> Answers:
    return Answers(
        patient=form.patient.data or "",
        completed_on=form.completed_on.data or "",
        visit=(form.visit.data or "").strip(),
        occurrence=form.occurrence.data or "",
        order=form.order.data or None,
        timezone=(form.timezone.data or "").strip(),
        missing=tuple(filter(None, (one.strip() for one in (form.missing.data or "").split(",")))),
        values={key: box.data or "" for key, box in form.of("values_").items()},
        confirmed=frozenset(key for key, box in form.of("confirm_").items() if box.data),
        dropped=frozenset(key for key, box in form.of("drop_").items() if box.data),
        kinds={
            name: "" if box.data == AS_TOLD else box.data
            for name, box in form.of("kind_").items()
            if box.data
        },
        decimal=form.decimal.data or "",
        taken=frozenset(name for name, box in form.of("take_").items() if box.data),
    )


def _asked(sent: incoming.Incoming, form: AnswersForm, number: int, rows: ImportFile | None = None) -> str:
    """The page of a file; `rows` are those that can come in, once they can."""
    return render_template("staff/study/import_look.html", sent=sent, number=number, form=form, rows=rows)


def _listed(form: UploadForm) -> str:
    made = imports.of_study(db.session, grant().study.id)
    names = history.names(db.session, [one.begun_by for one in made])
    return render_template("staff/study/imports.html", form=form, made=made, names=names)
