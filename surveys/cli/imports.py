"""`seventh import` and `seventh import undo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from surveys.cli.database import reading
from surveys.db import snapshot


@click.command("import")
@click.argument("study")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--wording", help="The name of the text that was answered.  [default: unknown]")
@click.option("--ignore-unknown", is_flag=True, help="Pass over columns that are not known.")
@click.pass_context
def import_(
    context: click.Context, study: str, file: Path, dry_run: bool, wording: str | None, ignore_unknown: bool
) -> None:
    """Store the visits and answers of FILE in STUDY, whole or not at all.

    A row is a patient's visit: patient, visit, completed_on, facts, and answers as phq9_q1, phq9_q2, …
    What is stored already is passed over. Patients can answer meanwhile. If it breaks off, nothing is to be
    seen: the same command goes on with it.
    """
    from surveys.exchange.import_file import read
    from surveys.exchange.importing import carry_out, planned

    with reading(context) as opened:
        study_id = opened.study(study).id
        opened.session.rollback()
        content = read(file, opened.library, ignore_unknown=ignore_unknown)
        given = (study_id, content, opened.library)
        if dry_run:
            plan = planned(snapshot, *given, wording=wording, at=opened.at)
        else:
            with click.progressbar(
                length=len(content.rows), label="Storing", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:
                plan = carry_out(
                    snapshot,
                    opened.transaction,
                    *given,
                    wording=wording,
                    at=opened.at,
                    progress=bar.update,
                )
    if plan.begun is not None:
        click.echo(f"This is the rest of import {plan.begun}, which broke off.", err=True)
    if content.western:
        click.echo(
            "This file is not UTF-8. It was read as Windows-1252: look at names with accents.", err=True
        )
    for line in plan.summary.lines():
        click.echo(line)
    for line in plan.summary.remarks():
        click.echo(line, err=True)
    click.echo("Nothing was changed: this was a dry run." if dry_run else "Stored.")


@click.command("import undo")
@click.argument("study")
@click.argument("number", type=int, required=False)
@click.pass_context
def undo(context: click.Context, study: str, number: int | None) -> None:
    """Take import NUMBER of STUDY back, by default the last one, unless somebody built on it."""
    from surveys.store.patient.undoing import undo

    with reading(context) as opened:
        study_id = opened.study(study).id
        opened.session.rollback()
        actor = "command:import undo"
        undone = undo(opened.transaction, study_id, number, at=opened.at, actor=actor)
    click.echo(f"Import {undone.id} of {undone.file} is taken back.")
