"""`seventh scores check` and `seventh audit verify`: proofs of the stored data."""

from __future__ import annotations

from itertools import chain

import click

from surveys.cli.database import reading


@click.group()
def scores() -> None:
    """The stored scores."""


@scores.command("check")
@click.pass_context
def check_scores(context: click.Context) -> None:
    """Recompute each score by its frozen definition, and when visits were done; exit 1 where one differs."""
    from surveys.store.visit.done import wrong_visits
    from surveys.store.visit.responses import wrong_scores

    wrong = 0
    with reading(context) as opened:
        for fault in wrong_scores(opened.session):
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
@click.option(
    "--expect", "expected", multiple=True, metavar="CHAIN:NUMBER:HASH", help="A head that was kept elsewhere."
)
@click.option(
    "--from", "since", multiple=True, metavar="CHAIN:NUMBER:HASH", help="A head that was verified before."
)
@click.pass_context
def verify_audit(context: click.Context, expected: tuple[str, ...], since: tuple[str, ...]) -> None:
    """Prove that the chains of events are whole and the data what they say; exit 1 and each fault otherwise.

    With --expect a chain whose end was cut off, or that was computed anew, is named too. With --from the
    events up to that head are taken as read.
    """
    from surveys import keeping
    from surveys.store.audit import Looked, guards, heads, verify
    from surveys.store.visit import seals

    broken, looked, unsealed = 0, Looked(), seals.Unsealed()
    kept = {
        "expected": [heads.parsed(one) for one in expected],
        "since": [heads.parsed(one) for one in since],
    }
    with reading(context, whole=True) as opened:
        proofs = (
            verify(opened.session, **kept, looked=looked),
            seals.changed(opened.session, opened.app.extensions["seals"], unsealed),
            guards.missing(opened.session),
            keeping.wrong(opened.session, opened.at),
        )
        for fault in chain(*proofs):
            broken += 1
            click.echo(str(fault), err=True)
        ends = heads.heads(opened.session)
    if unsealed.number:
        click.echo(str(unsealed), err=bool(broken))
    click.echo(f"{looked} The chains end with {', '.join(map(str, ends)) or 'nothing'}.", err=bool(broken))
    if broken:
        context.exit(1)
    click.echo("The audit trail is whole.")


@audit.command("head")
@click.pass_context
def audit_head(context: click.Context) -> None:
    """Print the last event of each chain as CHAIN:NUMBER:HASH, to keep elsewhere for `verify --expect`."""
    from surveys.store.audit import heads

    with reading(context) as opened:
        for head in heads.heads(opened.session):
            click.echo(str(head))


def _shown(value: float | None) -> str:
    return "no score" if value is None else repr(value)
