"""`seventh export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from surveys.cli.database import changing
from surveys.store.study import exports
from surveys.store.study.exports import FORMATS, Order


@click.command()
@click.argument("study")
@click.argument("target", metavar="DIR_OR_ZIP", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="tidy", show_default=True)
@click.option("--exact-dates", metavar="REASON", help="Fill in calendar dates; the reason is recorded.")
@click.option("--shift-dates", is_flag=True, help="Move all dates of a patient by a secret number of days.")
@click.option("--coarser", is_flag=True, help="Coarser columns, so that nobody stands alone by them.")
@click.option(
    "--with-site-wording", metavar="REASON", help="Put the site's own texts in; the reason is recorded."
)
@click.pass_context
def export(
    context: click.Context,
    study: str,
    target: Path,
    form: str,
    exact_dates: str | None,
    shift_dates: bool,
    coarser: bool,
    with_site_wording: str | None,
) -> None:
    """All data of STUDY in a new folder or a .zip file: plain tables with a codebook, or another format.

    No names or contacts; ages in bands, dates as days since enrolment and onset. SPSS and Stata files have
    labels and say why an answer is missing; the workbook has a sheet for each table. A REDCap project and
    FHIR need dates: real ones with a reason, or shifted ones. The bundle holds the
    data with calendar dates, the report, and scripts in Python and R that compute the one from the other.
    """
    from surveys.db import snapshot
    from surveys.exchange import formats
    from surveys.exchange.places import place

    with changing(context) as opened, place(target) as files:
        found = opened.study(study)
        order = Order(
            form,
            exact_dates=exact_dates,
            coarse=coarser,
            shifted=shift_dates,
            site_wording=with_site_wording,
            fhir_base=opened.settings.fhir_base,
        )
        exports.note(opened.session, found, order, at=opened.at, actor=opened.actor)
        opened.session.commit()
        with snapshot() as session:
            left = formats.write(
                files,
                session,
                found,
                opened.library,
                order,
                at=opened.at,
                progress=_say if sys.stderr.isatty() else lambda _: None,
            )
    rows = "" if left.rows is None else f" with {left.rows} rows"
    click.echo(f"{target}: {left.files} file{'' if left.files == 1 else 's'}{rows}.")


def _say(file: str) -> None:
    click.echo(f"{file} …", err=True)
