"""The team of a study: invite people, give roles, send new links, remove people."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys.catalogues import read_in
from surveys.db import db
from surveys.forms import labels
from surveys.forms.accounts import InvitationForm
from surveys.lists import history
from surveys.lists import team as lists
from surveys.mail import at_once, staff_words
from surveys.mail.mailer import Mail
from surveys.models import Membership, Staff
from surveys.store.accounts import closing, invitations, resets, sign_in
from surveys.store.errors import Refused
from surveys.views.web import server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.access import member as current_member
from surveys.views.web.choices import chosen
from surveys.views.web.language import locale
from surveys.views.web.list_columns import Column, heads, list_file
from surveys.views.web.list_files import Ending, sent
from surveys.views.web.saving import committed

pages = Blueprint("team", __name__)
Page = Response | str | tuple[str, int]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/team")
@for_roles("coordinator", whole_study=True)
def index(code: str) -> Page:
    """List everybody with a role in the study."""
    return _draw(grant(), InvitationForm(formdata=None))


@pages.get("/staff/<code>/team.<any(xlsx, csv):ending>")
@for_roles("coordinator", whole_study=True)
def file(code: str, ending: Ending) -> Response:
    """Send the list of everybody with a role as a file."""
    here = grant()
    rows = lists.members(db.session, here.study.id, chosen("sort", "name", lists.SORTS))
    listed = list_file(_("Team"), _columns(), rows)
    return sent(here, listed, "team", ending)


@pages.post("/staff/<code>/team")
@for_roles("coordinator", whole_study=True)
def invite(code: str) -> Page:
    """Give somebody a role; a person without an account gets a link to choose a password."""
    here, form = grant(), InvitationForm()
    if not form.validate():
        return _draw(here, form), 422
    with committed(form) as kept:
        member, new = invitations.invite(
            db.session,
            form.email.data or "",
            here.study,
            form.role.data,
            name=(form.name.data or "").strip(),
            site=(form.site.data or "").strip() or None,
            may_reopen=here.role == "admin",
            at=here.at,
            actor=here.actor,
        )
        email, address = member.email, invitations.link(member, server.settings())
    if not kept:
        return _draw(here, form), 422
    if new and server.settings().sends_mail:
        _send(
            at_once.written(email, staff_words.invitation(address)),
            _("A link to choose a password with was sent to %(email)s.", email=email),
            _("The role is given. “New password” beside it sends the link again."),
        )
    elif new:
        return render_template("staff/study/invited.html", email=email, address=address, code="")
    else:
        flash(
            _(
                "%(email)s has this role now, and signs in as before. A link that was not used yet opens "
                "nothing any more.",
                email=email,
            ),
            "success",
        )
    return redirect(url_for("team.index", code=code))


@pages.post("/staff/<code>/team/<int:staff_id>/reset")
@for_roles("coordinator", whole_study=True)
def reset(code: str, staff_id: int) -> Page:
    """Ask for a new password: the owner gets the link by mail, or a second person has to confirm."""
    here, settings = grant(), server.settings()
    member = _find(here, staff_id)
    mail = told = None
    with committed() as kept:
        _refuse_others(here, member)
        if settings.sends_mail:
            with read_in(member.language or locale()):
                said = staff_words.new_password(invitations.link(member, settings))
                mail = at_once.written(member.email, said)
            resets.mailed(db.session, member, at=here.at, actor=here.actor)
        else:
            key = settings.secret_key
            told = resets.ask(db.session, member, current_member(), secret_key=key, at=here.at)
    if kept and mail:
        _send(
            mail,
            _(
                "A link for a new password was sent to %(email)s. The password holds until it is used.",
                email=mail.to,
            ),
            _("The password is as it was. Try again later."),
        )
    if not kept or mail:
        return redirect(url_for("team.index", code=code))
    return render_template("staff/study/reset_asked.html", email=member.email, code=told)


@pages.post("/staff/<code>/team/<int:staff_id>/reset/confirm")
@for_roles("coordinator", whole_study=True)
def confirm(code: str, staff_id: int) -> Page:
    """Confirm another's request: the password ends, and the page shows a link that needs their code."""
    here, settings = grant(), server.settings()
    member = _find(here, staff_id)
    with committed() as kept:
        _refuse_others(here, member)
        if settings.sends_mail:
            raise Refused(_("A mail server is set now: “New password” sends the link to its owner."))
        digest = resets.confirm(db.session, member, current_member(), at=here.at)
    if not kept:
        return redirect(url_for("team.index", code=code))
    address = invitations.link(member, settings, digest)
    return render_template("staff/study/invited.html", email=member.email, address=address, code=digest)


@pages.post("/staff/<code>/team/<int:staff_id>/codes-off")
@for_roles("coordinator", whole_study=True)
def codes_off(code: str, staff_id: int) -> Page:
    """Switch off an account's codes after a lost telephone; only an administrator may."""
    here = grant()
    member = _find(here, staff_id)
    if here.role != "admin":
        abort(403)
    with committed() as kept:
        _refuse_own(here, member)
        if sign_in.second_factor(db.session, member) is None:
            raise Refused(_("No codes are asked for this account."))
        with read_in(member.language or locale()):
            mail = at_once.written(member.email, staff_words.codes_off())
        sign_in.remove(db.session, member, at=here.at, actor=here.actor)
    if not kept:
        return redirect(url_for("team.index", code=code))
    done = _("%(email)s signs in with the password alone now.", email=mail.to)
    if server.settings().sends_mail:
        _send(mail, done, _("No code is asked any more. Tell %(email)s yourself.", email=mail.to))
    else:
        flash(done, "success")
    return redirect(url_for("team.index", code=code))


@pages.post("/staff/<code>/team/<int:staff_id>/remove")
@for_roles("coordinator", whole_study=True)
def remove(code: str, staff_id: int) -> Page:
    """Remove somebody's role in this study."""
    here = grant()
    member = _find(here, staff_id)
    with committed() as kept:
        invitations.revoke(db.session, member, here.study, at=here.at, actor=here.actor)
    if kept:
        flash(_("%(email)s has no role in this study any more.", email=member.email), "success")
    return redirect(url_for("team.index", code=code))


@pages.route("/staff/<code>/team/<int:leaver_id>/close", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def close(code: str, leaver_id: int) -> Page:
    """End an account altogether, for somebody who leaves: the page says what ends, its button does it."""
    here = grant()
    member = _find(here, leaver_id)
    email, reads = member.email, closing.alerts_read(db.session, member)
    if request.method == "GET":
        return render_template("staff/study/close_account.html", member=member, reads=reads)
    with committed() as kept:
        _refuse_others(here, member)
        closing.close(db.session, member, at=here.at, actor=here.actor)
    if kept:
        flash(_("The account %(email)s is closed.", email=email), "success")
        if reads:
            flash(
                _("Name somebody else now who reads the alerts of %(codes)s.", codes=", ".join(reads)),
                "notice",
            )
    return redirect(url_for("team.index", code=code))


def _find(here: Grant, staff_id: int) -> Staff:
    query = (
        select(Staff)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Staff.id == staff_id, Membership.study_id == here.study.id)
    )
    return db.session.scalar(query) or abort(404)


def _columns() -> tuple[Column[lists.TeamRow], ...]:
    """The team's columns; the page shows the address with the name, and the site with the role."""
    return (
        Column("email", _("E-mail address"), lambda row: row.email, on_page=False),
        Column("name", _("Name"), lambda row: row.name),
        Column("role", _("Role"), lambda row: labels.ROLES[row.role]),
        Column("site", _("Site"), lambda row: row.site, on_page=False),
        Column(
            "codes",
            _("Signs in with"),
            lambda row: _("Password and code") if row.codes else _("Password"),
        ),
    )


def _draw(here: Grant, form: InvitationForm) -> str:
    asked = {} if server.settings().sends_mail else resets.waiting(db.session, at=here.at)
    names = history.names(db.session, [f"staff:{one.asked_by}" for one in asked.values()])
    sort = chosen("sort", "name", lists.SORTS)
    return render_template(
        "staff/study/team.html",
        rows=lists.members(db.session, here.study.id, sort),
        columns=_columns(),
        heads=heads(lists.SORTS, sort, lambda one: url_for("team.index", code=here.study.code, sort=one)),
        sort=sort,
        form=form,
        asked=asked,
        names=names,
    )


def _refuse_own(here: Grant, member: Staff) -> None:
    if here.actor == f"staff:{member.id}":
        raise Refused(_("What concerns your own account you do on the page Your account."))


def _refuse_others(here: Grant, member: Staff) -> None:
    """Refuse a member with rights in another study, and an administrator."""
    _refuse_own(here, member)
    if here.role != "admin" and not resets.may_reset(db.session, member, here.study):
        raise Refused(_("This account has rights elsewhere: ask an administrator."))


def _send(mail: Mail, done: str, otherwise: str) -> None:
    """Send `mail` after the commit, and say whether it went."""
    try:
        at_once.send(mail, server.settings())
    except at_once.NotSent as problem:
        flash(f"{problem} {otherwise}", "notice")
    else:
        flash(done, "success")
