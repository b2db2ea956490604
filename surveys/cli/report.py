"""`seventh report`."""

from __future__ import annotations

from pathlib import Path

import click

from surveys.cli.database import reading
from surveys.exchange import reporting
from surveys.exchange.places import whole_file
from surveys.store.errors import Refused

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("study")
@click.option("--json", "file", type=_FILE, help="JSON, not to standard output, but here.")
@click.option("--html", "page", type=_FILE, help="One page to be read and printed.")
@click.option("--freeze", metavar="NAME", help="Of the data kept under this name, as of that day.")
@click.option("--unconfirmed", is_flag=True, help="Also who joined by herself and was not looked at yet.")
@click.pass_context
def report(
    context: click.Context,
    study: str,
    file: Path | None,
    page: Path | None,
    freeze: str | None,
    unconfirmed: bool,
) -> None:
    """The analysis of STUDY as JSON: numbers unrounded, null where something cannot be estimated.

    With --html the same as a page that needs nothing else: the answers first, every figure with its table.
    """
    from surveys.db import snapshot

    if freeze is not None and unconfirmed:
        raise Refused("A freeze holds what it held on its day: leave out --unconfirmed or --freeze.")

    with reading(context) as opened:
        found = opened.study(study)
        if freeze is None:
            with snapshot() as session:
                basis = reporting.as_now(
                    session, found, opened.library, unconfirmed=unconfirmed, at=opened.at
                )
        else:
            basis = reporting.as_frozen(opened.session, found, opened.library, freeze)
    content = reporting.computed(basis)
    text = reporting.as_json(content)
    html = reporting.as_page(basis, content) if page else ""
    if file is not None:
        _write(file, text)
    if page is not None:
        _write(page, html)
    if file is None and page is None:
        click.echo(text, nl=False)


def _write(file: Path, text: str) -> None:
    with whole_file(file, private=False) as opened:
        opened.write(text.encode())
