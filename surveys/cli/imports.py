"""`seventh import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from surveys.cli.database import changing, reading


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
    What is stored already is passed over.
    """
    from surveys.exchange.import_file import read
    from surveys.exchange.importing import store
    from surveys.exchange.matching import plan

    with (reading if dry_run else changing)(context) as opened:
        found = opened.study(study)
        content = read(file, opened.library, ignore_unknown=ignore_unknown)
        planned = plan(opened.session, found, content, opened.library, wording=wording, at=opened.at)
        if not dry_run:
            with click.progressbar(
                length=len(planned.entries), label="Storing", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:
                store(opened.session, found, planned, opened.library, at=opened.at, progress=bar.update)
    for line in planned.summary.lines():
        click.echo(line)
    for line in planned.summary.remarks():
        click.echo(line, err=True)
    click.echo("Nothing was changed: this was a dry run." if dry_run else "Stored.")
