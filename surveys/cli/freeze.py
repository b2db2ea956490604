"""`seventh freeze`."""

from __future__ import annotations

import click

from surveys.cli.database import changing


@click.command()
@click.argument("study")
@click.argument("name")
@click.pass_context
def freeze(context: click.Context, study: str, name: str) -> None:
    """Keep the data of STUDY as they are now under NAME, for reports that can be made again.

    `seventh report STUDY --freeze NAME` gives the same bytes whenever it is run with this version.
    """
    from surveys.exchange import freezing

    with changing(context) as opened:
        found = opened.study(study)
        kept = freezing.freeze(opened.session, found, opened.library, name, at=opened.at, actor=opened.actor)
        opened.session.commit()
        told = f"{kept.name}: {kept.patients} patients, {kept.responses} responses, SHA-256 {kept.sha256}."
    click.echo(told)
