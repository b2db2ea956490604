"""Sign-in: password, a code from an app if one is set up, waits after wrong tries; sessions that end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from flask import Flask, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _t
from flask_babel import ngettext
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.staff import HIDDEN_SIGNS, SignInForm
from surveys.models import Staff, StaffSession
from surveys.security import (
    RoleMixin,
    Security,
    SQLAlchemyUserDatastore,
    current_user,
    login_user,
    logout_user,
    user_authenticated,
)
from surveys.store.accounts import sessions, sign_in, staff, tries
from surveys.store.errors import Refused
from surveys.views.web import afterwards, known_device, language, server
from surveys.views.web.front import own_path

_KEPT = "staff_session"
_TOKEN = "csrf_token"  # noqa: S105 — where the library keeps it in the session
_WAS = "staff_before"  # in the session: whose it was when it ended by itself


class CodeSignInForm(SignInForm):
    """Sign-in with the code; the form does not tell whether the account needs one."""

    def __init__(self) -> None:
        super().__init__()
        # Found here, so that the account whose failures are counted is the one that is signed in.
        self.ifield = self.email
        self.user = staff.find(db.session, self.email.data or "")

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as the extension declares it
        """Whether account and password are right, and the code if one is asked."""
        if g.hidden_signs_in:
            self.password.errors = [HIDDEN_SIGNS]
            return False
        if not super().validate(**kwargs):
            return False
        person = cast(Staff, self.user)
        key = server.settings().secret_key
        if sign_in.check(db.session, person, self.code.data or "", key, at=datetime.now(UTC)):
            return True
        self.password.errors = [self.WRONG]
        return False


def init_app(app: Flask) -> None:
    """Set the extension up and take its page over."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 — the method, not a password
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=True,  # argon2 alone, so that commands can make accounts without Flask
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_FRESHNESS=timedelta(days=-1),
        SECURITY_STATIC_FOLDER=None,
        SECURITY_API_ENABLED_METHODS=["session"],
    )
    # Roles are per study, in our own memberships: the extension's global roles have no table.
    accounts = SQLAlchemyUserDatastore(db, Staff, RoleMixin)
    security = Security(app, accounts)
    # Before every request the extension would look for global roles.
    security.principal.identity_loaders.clear()
    app.login_manager.user_loader(_find)  # type: ignore[attr-defined]
    # Programs have no tokens here: the extension would look for one in every request, also in JSON.
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    # The extension's own pages have a second branch for JSON, which would need the counts, locks and records
    # again.
    app.view_functions["security.login"] = _sign_in
    app.view_functions["security.logout"] = _sign_out
    user_authenticated.connect(_begin, app)
    app.jinja_env.globals["session_ends_in"] = ends_in


def still_signed_in(at: datetime) -> bool:
    """Whether the session of this request goes on; one that was idle or lasted too long is over."""
    here = session_here()
    if sessions.is_over(here, at):
        # The forms that are open elsewhere in this browser may still come.
        session[_WAS], token = here_was_signed_in(), session.get(_TOKEN)
        logout_user()
        if token:
            session[_TOKEN] = token
        return False
    if at - here.seen_at > sessions.OFTEN:
        afterwards.change(partial(sessions.used, number=here.id, at=at))
    return True


def here_was_signed_in() -> str | None:
    """Whose session of this browser goes on or ended by itself; None after *Sign out*."""
    return session.get("_user_id") or session.get(_WAS)


def somebody_is_in() -> bool:
    """Whether somebody is signed in here; who is stays who they are, whatever another page sends."""
    return bool(cast(Staff, current_user).is_authenticated)


def session_here() -> StaffSession:
    """The session of the signed-in person in this browser."""
    found: StaffSession = g.staff_session
    return found


def ends_in() -> int:
    """How many seconds the session of this browser lasts if nothing more is done."""
    at = datetime.now(UTC)
    return int((sessions.ends_at(session_here(), at) - at).total_seconds())


def enter(person: Staff, by: str) -> None:
    """Sign `person` in to this browser, by a password or by another road; every sign-in ends here."""
    login_user(person, authn_via=[by])
    db.session.commit()
    known_device.remember(person)


def leave(at: datetime) -> None:
    """Sign the person out of this browser, and whoever copied its cookie; the view commits."""
    if somebody_is_in():
        sessions.sign_out(db.session, session_here(), at=at)
    logout_user()
    session.pop(_KEPT, None)
    session.pop(_WAS, None)


def _find(known_by: str) -> Staff | None:
    """Who is signed in: one statement for session and account, and none for a session that was ended."""
    found = sessions.find(db.session, session.get(_KEPT, ""))
    if found is None or found[1].fs_uniquifier != known_by:
        return None
    g.staff_session, person = found
    language.known(person.language)
    return person


def _begin(app: Flask, user: Staff, authn_via: list[str] | None = None, **_: Any) -> None:
    """Record the beginning of every session; the view commits."""
    at = datetime.now(UTC)
    if session.pop(_WAS, user.fs_uniquifier) != user.fs_uniquifier:
        session.pop(_TOKEN, None)  # no form of the person before is sent in this one's name
    session[_KEPT] = sessions.begin(db.session, user, user_agent=request.user_agent.string, at=at)
    sign_in.succeeded(db.session, user, by=(authn_via or ["password"])[0], at=at)


def counted_as(address: str, person: Staff | None) -> str:
    """What wrong tries with this address are counted under, from this browser."""
    return tries.key(address, server.settings().secret_key, known_device.device_of(person))


def prove(person: Staff, right: Callable[[], bool], wrong: str, *, at: datetime) -> None:
    """Go on if the proof is `right`; a wrong one counts as at sign-in, against guesses on an open screen.

    Raises:
        Refused: the proof is wrong, or there were too many wrong ones.
    """
    key = counted_as(person.email, person)
    until = tries.take(db.session, key, person, at=at)
    if until is not None:
        too_many = _t("There were too many wrong tries.")
        raise Refused(f"{too_many} {waiting(until, at)}", "old")
    db.session.commit()  # counted whatever follows
    if not right():
        tries.failed(db.session, person, at=at)
        db.session.commit()
        raise Refused(wrong, "old")
    tries.forget(db.session, key)


def prove_anew(person: Staff, password: str, code: str, *, undone: str, at: datetime) -> None:
    """Go on if the person gives their password again, and the code where one is asked at sign-in.

    `undone` says what was not done otherwise.

    Raises:
        Refused: one of them is wrong, or there were too many wrong ones.
    """

    def right() -> bool:
        return bool(person.verify_and_update_password(password)) and sign_in.check(
            db.session, person, code, server.settings().secret_key, at=at
        )

    wrong = _t("The password or the code is wrong.")
    prove(person, right, f"{wrong} {undone}", at=at)


def waiting(until: datetime, at: datetime) -> str:
    """How long to wait, in words."""
    seconds = max(1, round((until - at).total_seconds()))
    if seconds < 90:
        return ngettext("Please wait %(num)d second.", "Please wait %(num)d seconds.", seconds)
    return ngettext("Please wait %(num)d minute.", "Please wait %(num)d minutes.", -(-seconds // 60))


def _sign_in() -> Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]:
    if somebody_is_in():
        return redirect(url_for("staff.index"))
    form, settings = CodeSignInForm(), server.settings()
    if request.method != "POST":
        return render_template("security/login_user.html", form=form, settings=settings)
    at, person = datetime.now(UTC), cast("Staff | None", form.user)
    # By address, never by the browser's network: one person could shut a whole clinic out.
    key = counted_as(form.email.data or "", person)
    if tried := bool(form.email.data and form.password.data):
        until = tries.take(db.session, key, person, at=at)
        if until is not None:
            return _wait(until, at)
        db.session.commit()  # counted whatever follows
    if form.validate():
        tries.forget(db.session, key)
        enter(cast(Staff, person), "password")
        return redirect(onwards(form.next.data))
    if tried:
        tries.failed(db.session, person, at=at)
    db.session.commit()
    return render_template("security/login_user.html", form=form, settings=settings), 422


def _sign_out() -> Response:
    leave(datetime.now(UTC))
    db.session.commit()
    return redirect(url_for("security.login"))


def onwards(asked: str | None) -> str:
    """The page after sign-in: the one that was asked for, otherwise the studies."""
    path = own_path(asked)
    return url_for("staff.index") if path == url_for("front.index") else path


def _wait(until: datetime, at: datetime) -> tuple[str, int, dict[str, str]]:
    again = _t("Then try again.")
    page = render_template(
        "staff/error.html",
        code=429,
        happened=_t("There were too many wrong tries with this e-mail address."),
        mend=f"{waiting(until, at)} {again}",
    )
    return page, 429, {"Retry-After": str(max(1, round((until - at).total_seconds())))}
