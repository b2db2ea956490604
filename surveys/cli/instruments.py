"""`seventh instruments …`: the questionnaires. Only `wording` needs a database and a secret."""

from __future__ import annotations

import os
from pathlib import Path

import click

from surveys.instruments.definition import DefinitionError, Instrument, Item, Scale, load
from surveys.instruments.library import Library


@click.group()
def instruments() -> None:
    """Questionnaires: what is there, and whether definitions hold."""


@instruments.command("list")
def list_instruments() -> None:
    """Key, version, wording, licence and title of every instrument."""
    for one in library():
        click.echo(
            f"{one.key:<21} {one.version:<6} wording {one.wording.status:<9} "
            f"licence {one.licence.status:<31} {one.title}"
        )


@instruments.command()
@click.argument("key")
def show(key: str) -> None:
    """What the instrument KEY asks, how it is scored and on whose authority."""
    one = library().get(key)
    for label, value in (
        ("Key", one.key),
        ("Version", one.version),
        ("Title", one.title),
        ("Purpose", one.purpose),
        ("Recall", one.recall),
        ("Minutes", one.minutes),
        ("Citation", one.citation),
        ("Licence", f"{one.licence.status}: {one.licence.statement}"),
        ("Wording", f"{one.wording.name} ({one.wording.status})"),
        ("Languages", ", ".join(one.locales) or "none"),
        ("SHA-256", one.sha256),
    ):
        click.echo(f"{label:<10} {value}")
    if one.supply:
        click.echo("Not complete here: a site must bring")
        for need in one.supply.needs:
            click.echo(f"  {need}")
    click.echo("Items")
    for item in one.asked(optional=True):
        click.echo(f"  {item.key:<4} {item.label} ({_answers(one, item)})")
    click.echo("Scales")
    for scale in one.scales:
        made_of = scale.items or [part.scale for part in scale.parts]
        click.echo(f"  {scale.key}: {scale.title}, {_range(scale)}; made of {', '.join(made_of)}")
        click.echo(f"    Missing: {scale.missing.statement}")
        if scale.missing.project_decision:
            click.echo(f"    Project decision: {scale.missing.project_decision}")
    for alert in one.alerts:
        click.echo(f"Alert {alert.rule}: {alert.item} is {alert.at_least} or more")


@instruments.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...]) -> None:
    """Check definition FILES and run their worked examples; without FILES, all that are installed."""
    if not files:
        found = list(library())
        _said(found)
        return
    failed = False
    for file in files:
        try:
            _said([load(file)])
        except DefinitionError as error:
            failed = True
            click.echo(str(error), err=True)
    if failed:
        context.exit(1)


@instruments.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file, and change nothing.")
@click.pass_context
def wording(context: click.Context, file: Path, dry_run: bool) -> None:
    """Load a site's own text of an instrument, in one or more languages, from FILE (.toml, .xlsx or .csv)."""
    from surveys.cli.database import changing, reading
    from surveys.exchange.wording_file import read
    from surveys.store.words.wordings import load as load_wording

    with (reading if dry_run else changing)(context) as opened:
        found = read(file.name, file.read_bytes(), opened.library)
        actor = "command:instruments wording"
        new = load_wording(opened.session, found, file=file.name, at=opened.at, actor=actor)
    said = f"{found.key} version {found.version}, wording {found.wording.name!r} ({', '.join(found.locales)})"
    click.echo(f"{said}, SHA-256 {found.wording.sha256}")
    if not new:
        click.echo("It is there already, word for word.")
    elif dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    else:
        click.echo(f"Loaded. Let a study use it with: seventh study permit STUDY {found.key}")


def library() -> Library:
    """The instruments that ship and those of the folders in SEVENTH_INSTRUMENTS."""
    folders = os.environ.get("SEVENTH_INSTRUMENTS", "").split(os.pathsep)
    return Library.load([Path(folder).expanduser() for folder in folders if folder])


def _answers(instrument: Instrument, item: Item) -> str:
    """The possible answers, in a few words."""
    if item.chosen:
        choices = ", ".join(map(str, instrument.values(item.key)))
        return choices if item.kind == "choice" else f"any of {choices}"
    if item.numeric:
        low, high = instrument.extent(item.key)
        return f"{low:g} to {high:g}{f' {item.unit}' if item.unit else ''}"
    return item.kind


def _said(checked: list[Instrument]) -> None:
    for one in checked:
        click.echo(f"{one.key} version {one.version}: sound, {len(one.examples)} worked examples come out.")


def _range(scale: Scale) -> str:
    better = "better" if scale.direction == "higher_better" else "worse"
    return f"{scale.low:g} to {scale.high:g}, higher is {better}"
