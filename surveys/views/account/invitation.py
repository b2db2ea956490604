"""The link in an invitation: choose a password, then sign in."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.accounts import NewPasswordForm, NewPasswordWithCodeForm
from surveys.store.accounts import invitations
from surveys.store.errors import Refused
from surveys.views.web import server
from surveys.views.web.saving import committed

pages = Blueprint("invitation", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/invitation/<handed_on:token>", methods=["GET", "POST"])
def accept(token: str) -> Response | str | tuple[str, int]:
    """Choose a password; afterwards the link no longer works."""
    key = server.settings().secret_key
    member = invitations.member_of(db.session, token, key)
    if member is None:
        happened = _("This link opens nothing.")
        mend = _("It was used already or is too old. Ask for a new one.")
        return render_template("staff/error.html", code=410, happened=happened, mend=mend), 410
    form = NewPasswordWithCodeForm() if invitations.asks_code(token, key) else NewPasswordForm()
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            if isinstance(form, NewPasswordWithCodeForm):
                _check(token, form.code.data or "", key)
            invitations.choose(db.session, member, form.new.data or "", at=datetime.now(UTC))
        if kept:
            flash(_("Your password is set. Please sign in."), "success")
            return redirect(url_for("security.login"))
    page = render_template("staff/account/invitation.html", form=form, email=member.email)
    return page, 422 if form.errors else 200


def _check(token: str, code: str, secret_key: str) -> None:
    """Let only a person with the code go on; the person who asked for the link has it.

    Raises:
        Refused: the code is wrong.
    """
    if not invitations.fits(token, code, secret_key):
        raise Refused(_("This is not the code that belongs to this link."), "code")
