"""`seventh visits finish`: the work after a visit's time is over."""

from __future__ import annotations

import click

from surveys.cli.database import reading


@click.group()
def visits() -> None:
    """The patients' visits."""


@visits.command()
@click.pass_context
def finish(context: click.Context) -> None:
    """Keep what was answered at visits that were begun and can no longer be finished."""
    from surveys.store.visit.finishing import finish_late

    with reading(context) as opened:
        texts, seals = opened.app.extensions["texts"], opened.app.extensions["seals"]
        count = finish_late(opened.transaction, texts, seals, at=opened.at, actor="command:visits finish")
    click.echo(f"Unfinished questionnaires kept as partial responses: {count}.")
