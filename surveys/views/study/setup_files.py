"""A study's set-up as a file, and a new study made from a file or from another study."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.db import db
from surveys.exchange import study_setup
from surveys.forms.setup import FromSetupForm, UploadWholeForm
from surveys.jobs import incoming
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.words import own_forms
from surveys.views.study.plan import study_with_plan
from surveys.views.web import server
from surveys.views.web.access import for_roles, for_staff, grant, member
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

pages = Blueprint("setup_files", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/study/setup-file")
@for_roles("coordinator", whole_study=True)
def download(code: str) -> Response:
    """The set-up; with the site's own wordings only if asked for."""
    content = study_setup.told(
        db.session, study_with_plan(), server.library(), with_wordings="wordings" in request.args
    )
    file = Response(study_setup.as_text(content), mimetype="application/json")
    file.headers["Content-Disposition"] = f'attachment; filename="{grant().study.code}-setup.json"'
    return file


@pages.route("/staff/studies/from", methods=["GET", "POST"])
@for_staff
def make() -> Page:
    """Make a draft study from a file or from another study; for administrators."""
    person = member()
    if not person.admin:
        abort(403)
    codes = list(db.session.scalars(select(Study.code).order_by(Study.code)))
    form = FromSetupForm(codes)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            content = _content(form)
            made = study_setup.make(
                db.session,
                (form.code.data or "").strip(),
                content,
                server.library(),
                title=(form.title.data or "").strip(),
                at=datetime.now(UTC),
                actor=f"staff:{person.id}",
            )
            code = made.code
        if kept:
            return redirect(url_for("setup.index", code=code))
    return render_template("staff/study/setup_from.html", form=form), 422 if form.errors else 200


@pages.route("/staff/studies/take-over", methods=["GET", "POST"])
@for_staff
@takes_lists
def take_over() -> Page:
    """Make the study that another Seventh exported whole; its data wait for one press. For administrators.

    The file is looked at before anything is stored: on SQLite that would hold up patients.
    """
    person, form = member(), UploadWholeForm()
    if not person.admin:
        abort(403)
    if request.method == "POST" and form.validate():
        library, at, actor = server.library(), datetime.now(UTC), f"staff:{person.id}"
        own_forms.learn(db.session, library)
        db.session.rollback()
        from surveys.exchange.moving import files, whole_study

        name, content = form.file.data.filename or "file", form.file.data.read()
        with (
            committed(form) as kept,
            files.opened(content, name, files.WHOLE_STUDY) as whole,
            files.opened(content, name) as package,
        ):
            lines = whole_study.look(whole, package, library)
            study, remarks = whole_study.make(db.session, whole, library, at=at, actor=actor)
            told: dict[str, Any] = {"proposed": "", "mapping": "", "columns": [], incoming.READY: True}
            told["lines"] = [str(line) for line in (*remarks, *lines)]
            number = incoming.keep(db.session, study.id, name[:200], content, told, at=at, by=actor)
            code = study.code
        if kept:
            return redirect(url_for("imports.look", code=code, number=number))
    return render_template("staff/study/take_over.html", form=form), 422 if form.errors else 200


def _content(form: FromSetupForm) -> study_setup.Content:
    if form.study.data:
        query = select(Study).where(Study.code == form.study.data).options(selectinload(Study.timepoints))
        found = db.session.scalars(query).one()
        return study_setup.told(db.session, found, server.library())
    if not form.file.data:
        raise Refused(_("Choose a study to copy, or a file."), "file")
    return study_setup.read(form.file.data.read())
