"""`seventh score`: score any CSV. It needs neither a database nor a secret."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from analysis.words import counted


@click.command()
@click.argument("key")
@click.argument(
    "source", metavar="[IN.csv]", default="-", type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Appears only when whole."
)
@click.pass_context
def score(context: click.Context, key: str, source: str, output: Path | None) -> None:
    """Add the scores of the instrument KEY to a CSV with the columns q1, q2, …

    Reads standard input where no file is given. An empty cell is an item not answered. Other columns pass
    through; <key>_<scale> and <key>_<scale>_missing (how many items are missing) follow them.
    """
    from surveys.cli.instruments import library
    from surveys.exchange.faults import FileRefused
    from surveys.exchange.places import whole_file
    from surveys.exchange.scored import Scoring

    instrument = library().get(key)
    with click.open_file(source, "rb") as incoming:
        if output is not None:
            with whole_file(output, private=False) as outgoing, counting() as progress:
                Scoring(instrument, incoming, outgoing, progress).run()
            return
        scoring = Scoring(instrument, incoming, sys.stdout.buffer)
        try:
            scoring.run()
        except FileRefused as refused:
            click.echo(str(refused), err=True)
            if scoring.written:
                before = counted(
                    "%(num)d row before it is already written out.",
                    "%(num)d rows before it are already written out.",
                    scoring.written,
                )
                click.echo(str(before), err=True)
            context.exit(1)


@contextmanager
def counting() -> Iterator[Callable[[int], None]]:
    """Shows the number of rows done on a terminal; the total is not known beforehand."""
    done = 0
    shown = sys.stderr.isatty()

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        if shown:
            click.echo(f"\rScored {done} rows", nl=False, err=True)

    yield more
    if shown:
        click.echo(err=True)
