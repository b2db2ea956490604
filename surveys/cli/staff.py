"""`seventh staff …`: who may sign in."""

from __future__ import annotations

import secrets

import click
from sqlalchemy import select

from surveys.cli.database import Opened, changing, reading
from surveys.models import Staff, Study
from surveys.models.staff import ROLES
from surveys.store import staff as store_staff
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

    The password of a new account, or its link, is made here and printed once.
    """
    if role == "admin" and (code or site):
        raise click.UsageError("An admin has every study: leave --study and --site out.")
    actor = "command:staff add"
    password, link = None, ""
    with changing(context) as opened:
        study = None if role == "admin" else _study(opened, code)
        member = store_staff.find(opened.session, email)
        if member is None or study is None:
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
        link = _invitation(opened, member)
        where = "every study" if study is None else f"study {study.code}"
    click.echo(f"{address} is {role} in {where} now.")
    if password is not None:
        click.echo(f"Link, good once and for 7 days: {link}" if invite else f"Password: {password}")
        click.echo("It is shown this once. Give it to the person by a safe way.")


@staff.command()
@click.argument("email")
@click.pass_context
def reset(context: click.Context, email: str) -> None:
    """End the sessions, password, codes and pause of EMAIL, and print a link for a new password."""
    from surveys.store import invitations

    with changing(context) as opened:
        member = store_staff.find(opened.session, email)
        if member is None:
            raise Refused(f"There is no account for {email}.")
        invitations.reset(opened.session, member, at=opened.at, actor="command:staff reset")
        link = _invitation(opened, member)
    click.echo(f"Link, good once and for 7 days: {link}")
    click.echo("It is shown this once. Give it to the person by a safe way.")


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


def _invitation(opened: Opened, member: Staff) -> str:
    from surveys.store import invitations

    token = invitations.token(member, opened.settings.secret_key)
    return f"{opened.settings.public_url}/invitation/{token}"


def _study(opened: Opened, code: str | None) -> Study:
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
