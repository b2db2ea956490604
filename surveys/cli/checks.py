"""`seventh scores check` and `seventh audit verify`: proofs of the stored data."""

from __future__ import annotations

import click

from surveys.cli.database import reading


@click.group()
def scores() -> None:
    """The stored scores."""


@scores.command("check")
@click.pass_context
def check_scores(context: click.Context) -> None:
    """Recompute every stored score, and when each visit was done; exit 1 where one differs."""
    from surveys.store.visit.done import wrong_visits
    from surveys.store.visit.responses import wrong_scores

    wrong = 0
    with reading(context) as opened:
        for fault in wrong_scores(opened.session, opened.library):
            wrong += 1
            click.echo(
                f"Response {fault.response_id}, {fault.scale}: stored {_shown(fault.stored)}, "
                f"computed {_shown(fault.computed)}.",
                err=True,
            )
        for visit in wrong_visits(opened.session):
            wrong += 1
            click.echo(
                f"Visit {visit.visit_id}: stored as done at {visit.stored}, "
                f"its responses say {visit.computed}.",
                err=True,
            )
    if wrong:
        context.exit(1)
    click.echo("Every stored score is what its answers give.")


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command("verify")
@click.pass_context
def verify_audit(context: click.Context) -> None:
    """Follow the audit trail's hash chain; exit 1 where it breaks."""
    from surveys.store.audit import verify

    broken = 0
    with reading(context) as opened:
        for fault in verify(opened.session):
            broken += 1
            click.echo(str(fault), err=True)
    if broken:
        context.exit(1)
    click.echo("The audit trail is whole.")


def _shown(value: float | None) -> str:
    return "no score" if value is None else repr(value)
