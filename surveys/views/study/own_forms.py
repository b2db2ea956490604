"""Forms that a study makes for itself: a list, and a page where one is made or changed."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.exchange.tables import known
from surveys.forms.own_forms import (
    EMPTY_ROWS,
    HOW_OFTEN,
    KINDS,
    PROGRAMS,
    WHO,
    OwnFormForm,
    TakeFormsForm,
    as_data,
    own_form,
)
from surveys.instruments.own import MOST_FIELDS, OwnForm, form_of
from surveys.store.words import own_forms
from surveys.views.study.sections import languages_of
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

pages = Blueprint("own_forms", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/forms")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """List the study's own forms with their fields."""
    found = own_forms.of_study(db.session, grant().study.id, server.library())
    return render_template(
        "staff/study/own_forms.html",
        forms=[(one, form_of(one)) for one in found],
        kinds=KINDS,
        who=WHO,
        often=HOW_OFTEN,
        programs=PROGRAMS,
    )


@pages.route("/staff/<code>/forms/new", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def new(code: str) -> Page:
    """Make a form."""
    return _edit(None, None)


@pages.route("/staff/<code>/forms/<key>", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def edit(code: str, key: str) -> Page:
    """Change a form: what is stored becomes its next version."""
    library = server.library()
    if key not in library or library.get(key).study != grant().study.code:
        flash(_("The study has no such form."), "notice")
        return redirect(url_for("own_forms.index", code=code))
    return _edit(key, form_of(library.get(key)))


@pages.route("/staff/<code>/forms/take", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def take(code: str) -> Page:
    """Make forms of those of another program: a file of REDCap or FHIR."""
    here, form = grant(), TakeFormsForm()
    if request.method == "POST" and form.validate():
        library = server.library()
        instruments = known.of_site(db.session, library, here.study.code)
        names = tuple(filter(None, (one.strip() for one in (form.names.data or "").split(","))))
        lines: list[str] = []
        db.session.rollback()  # what is loaded and read must not hold up patients
        from surveys.exchange.foreign import taking

        content = form.file.data.read()
        with committed(form) as kept:
            found, lines = taking.read(content, instruments, names)
            lines += taking.keep(db.session, here.study, found, library, at=here.at, actor=here.actor)
        if kept:
            for line in lines:
                flash(str(line), "success")
            return redirect(url_for("own_forms.index", code=code))
    page = render_template("staff/study/take_forms.html", form=form)
    return page, 422 if form.errors else 200


def _edit(key: str | None, before: OwnForm | None) -> Page:
    here = grant()
    form = _form(before)
    if request.method == "POST" and "more" not in request.form and form.validate():
        with committed(form) as kept:
            number = own_forms.next_number(db.session, key) if key else 1
            made = own_forms.keep(
                db.session,
                here.study,
                form.made(number),
                server.library(),
                key=key,
                at=here.at,
                actor=here.actor,
            )
        if kept:
            told = {"name": made.short_title, "version": made.version}
            flash(_("%(name)s is stored as version %(version)s.", **told), "success")
            return redirect(url_for("own_forms.index", code=here.study.code))
    page = render_template(
        "staff/study/own_form.html",
        form=form,
        key=key,
        answered=key is not None and own_forms.is_answered(db.session, key),
        locales=languages_of(here.study),
        more=len(form.rows) < MOST_FIELDS,
    )
    return page, 422 if form.errors else 200


def _form(before: OwnForm | None) -> OwnFormForm:
    rows = (len(before.fields) if before else 0) + EMPTY_ROWS
    if request.method == "POST":
        rows = request.form.get("rows", rows, type=int) + ("more" in request.form)
    made = own_form(min(max(rows, 1), MOST_FIELDS), languages_of(grant().study))
    return made(data=as_data(before))
