"""Sign-in through the organisation's own service (OpenID Connect), and the code from an app after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from analysis.words import words
from surveys.db import db, writing
from surveys.forms.accounts import CodeForm
from surveys.models import Staff
from surveys.models.staff import ROLES
from surveys.settings import SettingsError, SignInService
from surveys.store.accounts import identities, sign_in, tries
from surveys.store.errors import Refused
from surveys.views.web import server
from surveys.views.web.front import own_path
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import enter, onwards, prove, somebody_is_in

if TYPE_CHECKING:
    from surveys.views.account.openid import Client

pages = Blueprint("service", __name__)
Page = Response | str | tuple[str, int]

CODE_WITHIN = timedelta(minutes=10)
NO_ANSWER = words(
    "Your sign-in service did not tell us who you are. Please try again, or sign in with your password."
)
_ASKED, _PROVED = "asked_page", "proved_elsewhere"  # in the session
_EXTENSION = "sign_in_service"


def init_app(app: Flask) -> None:
    """Register the pages; without a service they are not there.

    Raises:
        SettingsError: a group stands for a role that does not exist.
    """
    app.register_blueprint(pages)
    service: SignInService | None = app.config["SETTINGS"].sign_in_service
    if service is None:
        return
    for one in service.roles:
        if one.role not in ROLES:
            raise SettingsError(
                f"SEVENTH_OIDC_GROUPS names the role {one.role!r}; use one of: {', '.join(ROLES)}."
            )
    from surveys.views.account.openid import client  # with the keys it reads, needed by few

    app.extensions[_EXTENSION] = client(app, service)


@pages.get("/login/service")
def start() -> Page:
    """Go to the service, and remember the page that was asked for."""
    client = _client()
    session[_ASKED] = own_path(request.args.get("next"))
    back = f"{server.settings().public_url}{url_for('service.back')}"
    there = client.redirect(back)
    if there is None:
        flash(NO_ANSWER, "notice")
        return redirect(url_for("security.login"))
    return there


@pages.get("/login/service/back")
def back() -> Page:
    """Come from the service: sign in, or ask for the code where the account has one."""
    client, at = _client(), datetime.now(UTC)
    db.session.rollback()  # ends the reading transaction, so that on SQLite the next one begins as a writer
    with writing():
        with committed(overtaken=Refused(NO_ANSWER)) as kept:
            person = client.person()
            if person is None:
                raise Refused(NO_ANSWER)
            member = identities.account_of(db.session, person, client.service.roles, at=at)
        if not kept:
            tries.failed(db.session, None, at=at)
            db.session.commit()
            return redirect(url_for("security.login"))
        if sign_in.second_factor(db.session, member) is not None:
            session[_PROVED] = {"account": member.fs_uniquifier, "at": at.isoformat()}
            return redirect(url_for("service.code"))
        return _enter(member)


@pages.route("/login/service/code", methods=["GET", "POST"])
def code() -> Page:
    """Ask for the code from the app; then the person is signed in."""
    at, form = datetime.now(UTC), CodeForm()
    member = _proved(session.get(_PROVED), at)
    if member is None or somebody_is_in():
        return redirect(url_for("security.login"))
    if request.method == "POST" and form.validate():
        key = server.settings().secret_key
        with committed(form) as kept:
            right = partial(sign_in.check, db.session, member, form.code.data or "", key, at=at)
            prove(member, right, _("This is not the code that the app shows now."), at=at)
        if kept:
            return _enter(member)
    page = render_template("staff/account/service_code.html", form=form)
    return page, 422 if form.errors else 200


def _client() -> Client:
    """The service; who is signed in already has nothing to do there."""
    client: Client | None = current_app.extensions.get(_EXTENSION)
    if client is None:
        abort(404)
    if somebody_is_in():
        abort(redirect(url_for("staff.index")))
    return client


def _proved(told: Mapping[str, Any] | None, at: datetime) -> Staff | None:
    """Whom the service proved a moment ago; a closed account or one with another password is nobody's."""
    if told is None or at - datetime.fromisoformat(told["at"]) > CODE_WITHIN:
        return None
    known = select(Staff).where(Staff.fs_uniquifier == told["account"], Staff.active)
    return db.session.scalar(known)


def _enter(member: Staff) -> Response:
    session.pop(_PROVED, None)
    enter(member, "service")
    return redirect(onwards(session.pop(_ASKED, None)))
