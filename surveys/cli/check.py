"""`seventh check`: whether this installation may face patients."""

from __future__ import annotations

import click

from surveys.cli.database import reading


@click.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Say what this installation lacks before patients answer; exit 1 with a line per gap.

    Address, mail, worker, clock, disk, backup, schema, the database's own guards, the sign-in service.
    """
    from surveys.standing import gaps

    found = 0
    with reading(context, whole=True) as opened:
        for gap in gaps(opened.session, opened.settings, at=opened.at):
            found += 1
            click.echo(gap, err=True)
    if found:
        context.exit(1)
    click.echo("This installation may face patients.")
