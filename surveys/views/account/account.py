"""One's own account: change the password, use codes from an app."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.accounts import CodeForm, PasswordForm
from surveys.models import Staff
from surveys.security import login_user
from surveys.store.accounts import identities, passkeys, sign_in, staff
from surveys.store.errors import Refused
from surveys.views.web import server
from surveys.views.web.access import for_staff, member
from surveys.views.web.front import own_path
from surveys.views.web.language import staff_languages
from surveys.views.web.pictures import qr
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import prove

pages = Blueprint("account", __name__)
Page = Response | str | tuple[str, int]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/account", methods=["GET", "POST"])
@for_staff
def index() -> Page:
    """Show the account, and change the password; that ends sessions elsewhere."""
    person, form, at = member(), PasswordForm(), datetime.now(UTC)
    if request.method == "POST" and form.validate():
        actor = f"staff:{person.id}"
        with committed(form) as kept:
            right = partial(person.verify_and_update_password, form.old.data or "")
            prove(person, right, _("This is not your password."), at=at)
            staff.set_password(db.session, person, form.new.data or "", at=at, actor=actor)
            login_user(person)
        if kept:
            flash(_("Your password was changed. You are signed out everywhere else."), "success")
            return redirect(url_for("account.index"))
    factor = sign_in.second_factor(db.session, person)
    left = sign_in.recovery_codes_left(db.session, person) if factor else 0
    settings = server.settings()
    service = settings.sign_in_service
    page = render_template(
        "staff/account/account.html",
        form=form,
        person=person,
        factor=factor,
        left=left,
        passkeys=passkeys.of(db.session, person),
        settings=settings,
        link=identities.link_of(db.session, person, service.issuer) if service else None,
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/account/language")
@for_staff
def language() -> Response:
    """Choose the language of the pages, and go back to the one that is open."""
    chosen = request.form.get("language", "")
    if chosen in staff_languages():
        staff.speak(member(), chosen)
        db.session.commit()
    return redirect(own_path(request.form.get("next") or url_for("account.index")))


@pages.post("/staff/account/code")
@for_staff
def code() -> Page:
    """Take the secret into an app, and prove that it works: from then on sign-in asks for a code."""
    person, form, key = member(), CodeForm(), server.settings().secret_key
    at, actor = datetime.now(UTC), f"staff:{person.id}"
    with committed() as ready:
        secret = sign_in.prepare(db.session, person, key)
    if not ready:
        return redirect(url_for("account.index"))
    if "code" in request.form and form.validate():
        with committed(form) as kept:
            codes = sign_in.confirm(db.session, person, form.code.data or "", key, at=at, actor=actor)
        if kept:
            flash(_("From now on a code from your app is asked when you sign in."), "success")
            return render_template("staff/account/recovery_codes.html", codes=codes)
    picture = qr(sign_in.address_of(person, secret))
    page = render_template("staff/account/second_factor.html", form=form, secret=secret, code_picture=picture)
    return page, 422 if form.errors else 200


@pages.post("/staff/account/code/off")
@for_staff
def code_off() -> Page:
    """Stop asking for a code; this needs a code."""
    person, at = member(), datetime.now(UTC)
    with committed() as kept:
        _prove_by_code(person, at)
        sign_in.remove(db.session, person, at=at, actor=f"staff:{person.id}")
    if kept:
        flash(_("No code is asked any more."), "success")
    return redirect(url_for("account.index"))


@pages.post("/staff/account/code/recovery")
@for_staff
def recovery() -> Page:
    """Make new recovery codes in place of the earlier ones, and show them this once; this needs a code."""
    person, at, key = member(), datetime.now(UTC), server.settings().secret_key
    with committed() as kept:
        _prove_by_code(person, at)
        if sign_in.second_factor(db.session, person) is None:
            raise Refused(_("No code is asked of you. Set up codes from an app first."))
        codes = sign_in.make_recovery_codes(db.session, person, key, at=at, actor=f"staff:{person.id}")
    if not kept:
        return redirect(url_for("account.index"))
    return render_template("staff/account/recovery_codes.html", codes=codes)


def _prove_by_code(person: Staff, at: datetime) -> None:
    """Go on if the form holds a code of the account.

    Raises:
        Refused: it does not, or there were too many wrong ones.
    """
    form, key = CodeForm(), server.settings().secret_key
    right = partial(sign_in.check, db.session, person, form.code.data or "", key, at=at)
    wrong = _("This is not the code that the app shows now. Nothing was changed.")
    prove(person, lambda: form.validate() and right(), wrong, at=at)
