"""One's own keys for programs: made, shown once, ended."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.accounts import KeyForm
from surveys.store.accounts import keys
from surveys.views.web import server
from surveys.views.web.access import for_staff, grants, member
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import prove_anew

pages = Blueprint("keys", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/account/keys", methods=["GET", "POST"])
@for_staff
def index() -> str | tuple[str, int]:
    """List one's own keys; make one, which needs the password, and show it this once."""
    person, form, at = member(), KeyForm(), datetime.now(UTC)
    studies = {one.study.code: one.study for one in grants()}
    form.offer(studies)
    secret = None
    if request.method == "POST" and form.validate():
        undone = _("No key was made.")
        with committed(form) as kept:
            prove_anew(person, form.password.data or "", form.code.data or "", undone=undone, at=at)
            _key, made = keys.create(
                db.session,
                person,
                studies[form.study.data],
                name=form.name.data or "",
                dates=form.dates.data,
                reason=form.reason.data,
                at=at,
                actor=f"staff:{person.id}",
            )
        if kept:
            secret = made
    codes = {study.id: code for code, study in studies.items()}
    page = render_template(
        "staff/account/keys.html",
        form=form,
        secret=secret,
        keys=keys.of_member(db.session, person),
        codes=codes,
        address=f"{server.settings().public_url}/api/",
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/account/keys/<int:number>/end")
@for_staff
def end(number: int) -> Response:
    """End one of one's own keys."""
    with committed() as kept:
        keys.revoke_own(db.session, member(), number, at=datetime.now(UTC))
    if kept:
        flash(_("The key is ended: it opens nothing any more."), "success")
    return redirect(url_for("keys.index"))
