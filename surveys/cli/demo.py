"""`seventh demo` and `seventh simulate`."""

from __future__ import annotations

import sys

import click

from surveys.cli.database import changing, reading
from surveys.simulate import demo as demonstration
from surveys.simulate.study import simulate as simulate_study
from surveys.store.study import studies


@click.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Make the demonstration study with its simulated patients."""
    with changing(context) as opened:
        if demonstration.find(opened.session) is not None:
            click.echo("The demonstration study is there already. Nothing was changed.")
            return
        seals = opened.app.extensions["seals"]
        demonstration.create(opened.session, opened.library, seals, at=opened.at, actor=opened.actor)
    click.echo(
        f"The demonstration study {demonstration.CODE} is ready. All its patients are simulated. "
        "See it with: seventh run"
    )


@click.command()
@click.argument("study")
@click.option("--patients", type=click.IntRange(1), required=True, help="How many people to add.")
@click.option(
    "--visits", type=click.IntRange(1), default=5, show_default=True, help="Answered visits each, at most."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Same seed, same answers.",
)
@click.pass_context
def simulate(context: click.Context, study: str, patients: int, visits: int, seed: int) -> None:
    """Add simulated patients with their answers to STUDY.

    The study must be a simulated one; a draft study without patients becomes one. The answers pass through
    the same scoring and rules as real ones.
    """
    with reading(context) as opened:
        found = opened.study(study)
        today = studies.today(found, opened.at)
        becomes_simulated = not found.simulated
        # A look that lasts would keep SQLite from moving what is written into its file.
        opened.session.expunge_all()
        opened.session.rollback()
        with click.progressbar(
            length=patients, label="Simulating", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            stored = simulate_study(
                opened.transaction,
                found,
                opened.library,
                patients=patients,
                visits=visits,
                seed=seed,
                today=today,
                at=opened.at,
                actor=opened.actor,
                progress=bar.update,
            )
    if becomes_simulated:
        click.echo(f"Study {study} is a simulated study from now on.")
    click.echo(
        f"Added {stored.patients} patients, {stored.visits} visits, {stored.responses} responses, "
        f"{stored.alerts} alerts."
    )
