"""`seventh statement`."""

from __future__ import annotations

import click

from surveys.cli.database import reading


@click.group()
def statement() -> None:
    """Sentences of reports."""


@statement.command()
@click.argument("code")
@click.pass_context
def verify(context: click.Context, code: str) -> None:
    """Compute the sentence with this CODE again from the data that it rests on.

    Says that it holds, has changed (and how it reads now), or is withdrawn.
    """
    from analysis.statements.code import Code, CodeError
    from surveys.exchange import stating
    from surveys.store.errors import Refused

    try:
        wanted = Code.read(code)
    except CodeError as error:
        raise Refused(str(error)) from None
    with reading(context) as opened:
        found = stating.computed_again(opened.session, opened.library, wanted, at=opened.at)
    if found.outcome == stating.HOLDS:
        click.echo(f"{wanted} holds, by {found.source}: {found.text}")
        return
    if found.outcome == stating.CHANGED:
        click.echo(f"{wanted} has changed. By {found.source} it reads: {found.text}", err=True)
    else:
        click.echo(f"{wanted} is withdrawn: of {found.source} no such sentence is told any more.", err=True)
    context.exit(1)
