"""`seventh token …`: keys with which programs read a study."""

from __future__ import annotations

import click

from surveys.cli.database import changing, reading
from surveys.models import ApiKey
from surveys.store.errors import Refused


@click.group()
def token() -> None:
    """Keys with which programs read a study in a person's name."""


@token.command()
@click.argument("email")
@click.argument("study")
@click.option("--name", default="command line", show_default=True, help="The program that will use it.")
@click.option("--exact-dates", metavar="REASON", help="Give calendar dates; the reason is recorded.")
@click.option("--shift-dates", is_flag=True, help="Give dates moved by a secret number of days.")
@click.pass_context
def create(
    context: click.Context, email: str, study: str, name: str, exact_dates: str | None, shift_dates: bool
) -> None:
    """Make a key for EMAIL, who has a role in STUDY. It is printed this once."""
    if exact_dates is not None and shift_dates:
        raise click.UsageError("Choose one: --exact-dates or --shift-dates.")
    from surveys.store.accounts import keys, staff

    dates = "exact" if exact_dates is not None else "shifted" if shift_dates else "none"
    with changing(context) as opened:
        found, member = opened.study(study), staff.find(opened.session, email)
        if member is None:
            raise Refused(f"There is no account {email}. Make one with: seventh staff add")
        key, secret = keys.create(
            opened.session,
            member,
            found,
            name=name,
            dates=dates,
            reason=exact_dates,
            at=opened.at,
            actor="command:token create",
        )
        number = key.id
    click.echo(f"Key {number}: {secret}")
    click.echo("It is shown this once. It reads what its owner may see, and nothing else.")


@token.command("list")
@click.argument("study")
@click.pass_context
def list_(context: click.Context, study: str) -> None:
    """The keys of STUDY: number, owner, program, dates, when made and when ended."""
    from surveys.store.accounts import keys

    with reading(context) as opened:
        for key, email in keys.of_study(opened.session, opened.study(study)):
            ended = f"ended {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "live"
            click.echo(
                f"{key.id}\t{email}\t{key.name}\tdates {key.dates}\tmade {key.created_at:%Y-%m-%d}\t{ended}"
            )


@token.command()
@click.argument("number", type=int)
@click.pass_context
def revoke(context: click.Context, number: int) -> None:
    """End the key of that NUMBER at once."""
    from surveys.store.accounts import keys

    with changing(context) as opened:
        key = opened.session.get(ApiKey, number)
        if key is None:
            raise Refused(f"There is no key {number}. See: seventh token list STUDY")
        keys.revoke(opened.session, key, at=opened.at, actor="command:token revoke")
    click.echo(f"Key {number} is ended.")
