"""`seventh export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from surveys.cli.database import changing


@click.command()
@click.argument("study")
@click.argument("target", metavar="DIR_OR_ZIP", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["tidy", "bundle"]), default="tidy", show_default=True)
@click.option("--exact-dates", metavar="REASON", help="Fill in calendar dates; the reason is recorded.")
@click.option("--coarser", is_flag=True, help="Coarser columns, so that nobody stands alone by them.")
@click.pass_context
def export(
    context: click.Context, study: str, target: Path, form: str, exact_dates: str | None, coarser: bool
) -> None:
    """All data of STUDY as plain tables with a codebook, in a new folder or a .zip file.

    No names or contacts; ages in bands, dates as days since enrolment and onset. The bundle holds the data
    with calendar dates, the report, and scripts in Python and R that compute the one from the other.
    """
    from surveys.db import snapshot
    from surveys.exchange.bundle.package import write_study
    from surveys.exchange.places import place
    from surveys.exchange.tidy import package
    from surveys.exchange.tidy.queries import Selection
    from surveys.store.study import exports

    with changing(context) as opened, place(target) as files:
        found = opened.study(study)
        exports.note(
            opened.session,
            found,
            form,
            exact_dates=exact_dates,
            coarse=coarser,
            at=opened.at,
            actor=opened.actor,
        )
        opened.session.commit()
        if form == "bundle":
            with snapshot() as session:
                count = write_study(
                    files, session, found, opened.library, at=opened.at, reason=exact_dates or ""
                )
            click.echo(f"{target}: {count} files.")
            return
        with snapshot() as session:
            written = package.write(
                files,
                Selection(session, found.id),
                found,
                opened.library,
                exact_dates=exact_dates,
                coarse=coarser,
                progress=_say if sys.stderr.isatty() else lambda _: None,
            )
    rows = sum(one.rows or 0 for one in written)
    click.echo(f"{target}: {len(written)} files with {rows} rows.")


def _say(file: str) -> None:
    click.echo(f"{file} …", err=True)
