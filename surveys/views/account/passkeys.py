"""Passkeys: make one, take one away, sign in with one. What a browser says of them is a field of a form."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from analysis.words import words
from surveys.db import db
from surveys.forms.accounts import CredentialForm, PasskeyForm, ProofForm
from surveys.store.accounts import passkeys, tries
from surveys.store.accounts.passkeys import Question, Site
from surveys.store.errors import Refused
from surveys.views.web import server
from surveys.views.web.access import for_staff, member
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import enter, onwards, prove_anew, somebody_is_in

pages = Blueprint("passkeys", __name__)
Page = Response | str | tuple[str, int]

UNDONE = words("Nothing was changed.")
_ASKED = "passkey_asked"  # in the session


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/account/passkeys/new", methods=["GET", "POST"])
@for_staff
def new() -> Page:
    """Name a passkey and prove who one is; then the browser is asked to make it."""
    form, at = PasskeyForm(), datetime.now(UTC)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            prove_anew(member(), form.password.data or "", form.code.data or "", undone=UNDONE, at=at)
            question = passkeys.ask_for_new(db.session, member(), _site())
        if kept:
            _keep(question, at, name=form.name.data or "")
            return render_template(
                "staff/account/passkey_made.html", form=CredentialForm(), options=question.options
            )
    return render_template("staff/account/passkey_new.html", form=form), 422 if form.errors else 200


@pages.post("/staff/account/passkeys/made")
@for_staff
def made() -> Page:
    """Keep the passkey that the browser made."""
    form, at = CredentialForm(), datetime.now(UTC)
    asked = session.pop(_ASKED, {})
    with committed() as kept:
        if not form.validate() or "name" not in asked or at - _when(asked) > passkeys.GOOD_FOR:
            raise Refused(_("This passkey was not taken. Please try again."))
        told = form.credential.data or ""
        passkeys.add(db.session, member(), told, asked["challenge"], asked["name"], _site(), at=at)
    if kept:
        flash(_("From now on you can sign in with this passkey."), "success")
    return redirect(url_for("account.index"))


@pages.route("/staff/account/passkeys/<int:number>/remove", methods=["GET", "POST"])
@for_staff
def remove(number: int) -> Page:
    """Take a passkey away; this needs the password."""
    form, at = ProofForm(), datetime.now(UTC)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            prove_anew(member(), form.password.data or "", form.code.data or "", undone=UNDONE, at=at)
            passkeys.remove(db.session, member(), number, at=at)
        if kept:
            flash(_("The passkey was taken away."), "success")
            return redirect(url_for("account.index"))
    return render_template("staff/account/passkey_remove.html", form=form), 422 if form.errors else 200


@pages.route("/login/passkey", methods=["GET", "POST"])
def sign_in() -> Page:
    """Sign in with a passkey: it stands for password and code."""
    site, form, at = _site(), CredentialForm(), datetime.now(UTC)
    if somebody_is_in():
        return redirect(url_for("staff.index"))
    if request.method == "POST":
        asked = session.pop(_ASKED, None)
        with committed() as kept:
            if not form.validate() or asked is None:
                raise Refused(passkeys.NOT_TAKEN)
            prove = partial(passkeys.owner, db.session, form.credential.data or "", asked["challenge"], site)
            person = prove(asked_at=_when(asked), at=at)
        if kept:
            enter(person, "passkey")
            return redirect(onwards(form.next.data))
        tries.failed(db.session, None, at=at)
        db.session.commit()
        return redirect(url_for("passkeys.sign_in", next=form.next.data or None))
    question = passkeys.ask(site)
    _keep(question, at)
    return render_template("staff/account/passkey_sign_in.html", form=form, options=question.options)


def _keep(question: Question, at: datetime, **more: str) -> None:
    session[_ASKED] = {"challenge": question.challenge, "at": at.isoformat(), **more}


def _when(asked: dict[str, str]) -> datetime:
    return datetime.fromisoformat(asked["at"])


def _site() -> Site:
    """This site; passkeys need a name, and https unless it is this very machine."""
    settings = server.settings()
    host = settings.passkey_host
    if host is None:
        abort(404)
    return Site(host, settings.origin)
