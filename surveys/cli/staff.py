"""`seventh staff …`: the accounts that may sign in."""

from __future__ import annotations

import secrets

import click
from sqlalchemy import select

from surveys.catalogues import read_in
from surveys.cli.database import CommandRun, changing, reading
from surveys.mail import at_once, staff_words
from surveys.mail.mailer import Mail
from surveys.models import Staff, Study
from surveys.models.staff import ROLES
from surveys.store.accounts import staff as store_staff
from surveys.store.errors import Refused


@click.group()
def staff() -> None:
    """Accounts of staff and their roles."""


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice([*ROLES, "admin"]), required=True, help="admin: in every study.")
@click.option("--study", "code", help="The study of the role; not needed where there is only one.")
@click.option("--site", help="Only the patients of this site.")
@click.option("--name", default="", help="The person's name.")
@click.option("--invite", is_flag=True, help="Print a link to choose a password with, not a password.")
@click.pass_context
def add(
    context: click.Context,
    email: str,
    role: str,
    code: str | None,
    site: str | None,
    name: str,
    invite: bool,
) -> None:
    """Make an account for EMAIL; give one that is there a role in a further study.

    The password of a new account, or its link, is made here and printed once. A closed account opens again.
    """
    if role == "admin" and (code or site):
        raise click.UsageError("An admin has every study: leave --study and --site out.")
    from surveys.store.accounts import invitations

    actor = "command:staff add"
    password, link = None, ""
    with changing(context) as opened:
        study = None if role == "admin" else _study(opened, code)
        member = store_staff.find(opened.session, email)
        if member is not None and not member.active:
            store_staff.reopen(opened.session, member, at=opened.at, actor=actor)
            password = secrets.token_urlsafe(12)
            store_staff.set_password(opened.session, member, password, at=opened.at, actor=actor)
            member.admin = study is None
        elif member is None or study is None:
            password = secrets.token_urlsafe(12)
            member = store_staff.add(
                opened.session,
                email,
                password,
                name=name,
                admin=study is None,
                at=opened.at,
                actor=actor,
            )
        if study is not None:
            store_staff.grant(opened.session, member, study, role, site=site, at=opened.at, actor=actor)
        address = member.email
        link = invitations.link(member, opened.settings)
        where = "every study" if study is None else f"study {study.code}"
    click.echo(f"{address} is {role} in {where} now.")
    if password is not None:
        click.echo(f"Link, good once and for 7 days: {link}" if invite else f"Password: {password}")
        click.echo("It is shown this once. Give it to the person by a safe way.")


@staff.command()
@click.argument("email")
@click.pass_context
def reset(context: click.Context, email: str) -> None:
    """Make a link for a new password of EMAIL: by mail to the owner, or printed where no mail server is set.

    Printed, it ends the sessions, the password and the pause at once. Codes are asked as before (codes-off).
    """
    from surveys.store.accounts import invitations, resets

    actor, mail = "command:staff reset", None
    with changing(context) as opened:
        member = _member(opened, email)
        if opened.settings.sends_mail:
            resets.mailed(opened.session, member, at=opened.at, actor=actor)
            with read_in(member.language):
                words = staff_words.new_password(invitations.link(member, opened.settings))
                mail = at_once.written(member.email, words)
        else:
            resets.end(opened.session, member, at=opened.at, actor=actor)
            link = invitations.link(member, opened.settings)
    if mail is None:
        click.echo(f"Link, good once and for 7 days: {link}")
        click.echo("It is shown this once. Give it to the person by a safe way.")
        return
    _send(mail, opened, "The password is as it was. Try again later.")
    click.echo(f"A link was sent to {mail.to}. The password holds until it is used.")


@staff.command("codes-off")
@click.argument("email")
@click.pass_context
def codes_off(context: click.Context, email: str) -> None:
    """Ask EMAIL for no code from an app any more; the password stays. The owner is told by mail."""
    from surveys.store.accounts import sign_in

    with changing(context) as opened:
        member = _member(opened, email)
        if sign_in.second_factor(opened.session, member) is None:
            raise Refused(f"No codes are asked of {member.email}.")
        sign_in.remove(opened.session, member, at=opened.at, actor="command:staff codes-off")
        with read_in(member.language):
            mail = at_once.written(member.email, staff_words.codes_off())
    click.echo(f"{mail.to} signs in with the password alone now.")
    if opened.settings.sends_mail:
        _send(mail, opened, "Tell the person yourself.")


@staff.command()
@click.argument("email")
@click.pass_context
def close(context: click.Context, email: str) -> None:
    """End the account EMAIL: sessions, rights, sign-in. `staff add` opens it again."""
    from surveys.store.accounts import closing

    with changing(context) as opened:
        member = _member(opened, email)
        reads = closing.alerts_read(opened.session, member)
        closing.close(opened.session, member, at=opened.at, actor="command:staff close")
        address = member.email
    click.echo(f"The account {address} is closed.")
    if reads:
        click.echo(f"Name somebody else now who reads the alerts of: {', '.join(reads)}", err=True)


@staff.command("list")
@click.pass_context
def list_staff(context: click.Context) -> None:
    """Every account with its roles."""
    with reading(context) as opened:
        for member in opened.session.scalars(select(Staff).order_by(Staff.email)):
            roles = ["admin"] if member.admin else []
            roles += [
                f"{membership.role} in {membership.study.code}"
                + (f" (site {membership.site})" if membership.site else "")
                for membership in member.memberships
            ]
            state = "" if member.active else " (closed)"
            click.echo(f"{member.email}{state}: {', '.join(roles) or 'no role'}")


def _member(opened: CommandRun, email: str) -> Staff:
    member = store_staff.find(opened.session, email)
    if member is None:
        raise Refused(f"There is no account for {email}.")
    return member


def _send(mail: Mail, opened: CommandRun, otherwise: str) -> None:
    try:
        at_once.send(mail, opened.settings)
    except at_once.NotSent as problem:
        raise Refused(f"{problem} {otherwise}") from problem


def _study(opened: CommandRun, code: str | None) -> Study:
    if code is not None:
        return opened.study(code)
    codes = opened.session.scalars(select(Study.code).order_by(Study.code)).all()
    if len(codes) != 1:
        raise Refused(
            f"Say in which study, with --study. Studies are: {', '.join(codes)}."
            if codes
            else "There is no study yet. Make one with: seventh study create CODE"
        )
    return opened.study(codes[0])
