"""`seventh freeze`."""

from __future__ import annotations

import click

from surveys.cli.database import reading
from surveys.db import snapshot
from surveys.models import Study


@click.command()
@click.argument("study")
@click.argument("name")
@click.pass_context
def freeze(context: click.Context, study: str, name: str) -> None:
    """Keep the data of STUDY as they are now under NAME, for reports that can be made again.

    `seventh report STUDY --freeze NAME` gives the same bytes whenever it is run with this version; it names
    who signed since.
    """
    from surveys.exchange import freezing

    with reading(context) as opened:
        # Nobody waits while the study is read; only to keep it writes.
        found = opened.study(study)
        study_id = found.id
        with snapshot() as session:
            what = freezing.held(session, found, opened.library)
        with opened.transaction() as session:
            found = session.get_one(Study, study_id)
            kept = freezing.keep(session, found, what, name, at=opened.at, actor=opened.actor)
            counts = f"{kept.patients} patients, {kept.responses} responses"
            told = f"{kept.name}: {counts}, SHA-256 {kept.sha256}."
    click.echo(told)
