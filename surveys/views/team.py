"""Who works in a study: invited, given a role, sent a new link, taken out."""

from __future__ import annotations

import sys

from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.accounts import InvitationForm
from surveys.mail.mailer import Mail, MailSettingsError, NotTaken, PerhapsTaken, mailer_of
from surveys.models import Membership, SecondFactor, Staff
from surveys.store import invitations
from surveys.store.errors import Refused
from surveys.views.access import Grant, for_roles, grant

pages = Blueprint("team", __name__)
Page = Response | str | tuple[str, int]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/team")
@for_roles("coordinator", whole_study=True)
def index(code: str) -> Page:
    """Everybody with a role in the study."""
    return _draw(grant(), InvitationForm(formdata=None))


@pages.post("/staff/<code>/team")
@for_roles("coordinator", whole_study=True)
def invite(code: str) -> Page:
    """Give somebody a role; who has no account yet gets a link to choose a password with."""
    here, form = grant(), InvitationForm()
    if not form.validate():
        return _draw(here, form), 422
    try:
        member, new = invitations.invite(
            db.session,
            form.email.data or "",
            here.study,
            form.role.data,
            name=(form.name.data or "").strip(),
            site=(form.site.data or "").strip() or None,
            at=here.at,
            actor=here.actor,
        )
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        form.email.errors = [str(refusal)]
        return _draw(here, form), 422
    if new:
        return _link(member)
    flash(_("%(email)s has this role now, and signs in as before.", email=member.email), "success")
    return redirect(url_for("team.index", code=code))


@pages.post("/staff/<code>/team/<int:staff_id>/reset")
@for_roles("coordinator", whole_study=True)
def reset(code: str, staff_id: int) -> Page:
    """End an account's sessions, password and second factor, and make a new link."""
    here = grant()
    member = _find(here, staff_id)
    if here.role != "admin" and not invitations.may_reset(db.session, member, here.study):
        flash(_("This account has rights elsewhere: ask an administrator."), "notice")
        return redirect(url_for("team.index", code=code))
    invitations.reset(db.session, member, at=here.at, actor=here.actor)
    db.session.commit()
    return _link(member)


@pages.post("/staff/<code>/team/<int:staff_id>/remove")
@for_roles("coordinator", whole_study=True)
def remove(code: str, staff_id: int) -> Page:
    """Take somebody's role in this study away."""
    here = grant()
    member = _find(here, staff_id)
    try:
        invitations.revoke(db.session, member, here.study, at=here.at, actor=here.actor)
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "notice")
    else:
        flash(_("%(email)s has no role in this study any more.", email=member.email), "success")
    return redirect(url_for("team.index", code=code))


def _find(here: Grant, staff_id: int) -> Staff:
    query = (
        select(Staff)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Staff.id == staff_id, Membership.study_id == here.study.id)
    )
    return db.session.scalar(query) or abort(404)


def _draw(here: Grant, form: InvitationForm) -> str:
    rows = db.session.execute(
        select(Membership, Staff, SecondFactor.confirmed_at)
        .join(Staff, Staff.id == Membership.staff_id)
        .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
        .where(Membership.study_id == here.study.id)
        .order_by(Staff.email)
    ).all()
    return render_template("staff/team.html", rows=rows, form=form)


def _link(member: Staff) -> Page:
    """The link, shown this once; sent as well where a mail server is set."""
    settings = current_app.config["SETTINGS"]
    token = invitations.token(member, settings.secret_key)
    address = f"{settings.public_url}/invitation/{token}"
    sent = None
    if settings.mail_url != "console:":
        body = _(
            "You are invited to work with Seventh, patient-reported outcomes in facial palsy.\n\n"
            "Choose a password within 7 days; the link works once:\n%(address)s\n",
            address=address,
        )
        mail = Mail(member.email, _("Your access to Seventh"), body, f"invitation.{member.id}")
        try:
            mailer_of(settings.mail_url, settings.mail_from, sys.stdout).send(mail)
            sent = True
        except (NotTaken, PerhapsTaken, MailSettingsError):
            sent = False
    return render_template("staff/invited.html", email=member.email, address=address, sent=sent)
