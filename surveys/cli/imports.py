"""`seventh map`, `seventh import` and `seventh import undo`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from surveys.cli.database import CommandRun, reading
from surveys.db import snapshot

if TYPE_CHECKING:
    from surveys.exchange.import_file import ImportFile
    from surveys.exchange.import_plan import ImportPlan

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_OR_FOLDER = click.Path(exists=True, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("map")
@click.argument("file", type=FILE)
@click.option("--study", help="Its time zone is proposed, and its site's wordings are known.")
@click.option("--sheet", default="", help="The sheet of a workbook.")
@click.option("-o", "--output", type=NEW_FILE, default=Path("mapping.toml"), show_default=True)
@click.pass_context
def map_(context: click.Context, file: Path, study: str | None, sheet: str, output: Path) -> None:
    """Say what FILE of another program seems to hold, and write a mapping to look at.

    Reads CSV of any separator and encoding, XLSX, SAV and DTA. What is doubtful stands in the mapping, and
    nothing is imported before somebody has answered it.
    """
    from surveys.exchange.tables import known, mapping_text, proposing
    from surveys.exchange.tables.reading import Asked, read

    table = read(file.name, file.read_bytes(), Asked(sheet=sheet))
    with reading(context) as opened:
        here = opened.study(study) if study else None
        zone = here.timezone if here else ""
        instruments = known.of_site(opened.session, opened.library, here.code if here else "")
    found = proposing.proposed(table, instruments, zone)
    write_new(output, mapping_text.write(found.mapping, found.doubts, found.remarks))
    for line in found.lines:
        click.echo(line)
    click.echo(f"Written: {output}. Look at it, then: seventh import STUDY {file.name} --mapping {output}")


def write_new(path: Path, text: str) -> None:
    """Write a file that a person may have worked on: what is there is never overwritten.

    Raises:
        Refused: there is such a file, or no such folder.
    """
    from surveys.store.errors import Refused

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{path} is there already. Name another with -o, or remove it.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from None


@click.command("import")
@click.argument("study")
@click.argument("file", type=FILE_OR_FOLDER)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--wording", help="The name of the text that was answered.  [default: unknown]")
@click.option(
    "--mapping", type=FILE, help="What the columns of another program mean; seventh map proposes it."
)
@click.option("--correct", metavar="REASON", help="Correct stored answers that the file has otherwise.")
@click.option("--ignore-unknown", is_flag=True, help="Pass over columns that are not known.")
@click.pass_context
def import_(
    context: click.Context,
    study: str,
    file: Path,
    dry_run: bool,
    wording: str | None,
    mapping: Path | None,
    correct: str | None,
    ignore_unknown: bool,
) -> None:
    """Store the visits and answers of FILE in STUDY, whole or not at all.

    A row is a patient's visit: patient, visit, completed_on, facts, and answers as phq9_q1, phq9_q2, …
    For a file of another program give a mapping. What is stored already is passed over. Patients can answer
    meanwhile. If it breaks off, nothing is to be seen: the same command goes on with it. A tidy package with
    exact dates, as seventh export writes it, comes in whole: FILE is its folder or zip file. FHIR R4 (JSON)
    is read by its codes.
    """
    from surveys.exchange.fhir import answers_in, incoming
    from surveys.exchange.import_file import read
    from surveys.exchange.moving import files
    from surveys.exchange.tables import mapped, mapping_file
    from surveys.exchange.tables import reading as tables
    from surveys.store.errors import Refused

    with reading(context) as opened:
        here = opened.study(study)
        study_id, code = here.id, here.code
        opened.session.rollback()
        if file.is_dir() or files.is_package(file):
            if mapping or wording or correct is not None:
                raise Refused(
                    "A package says itself what its columns mean, and how it was worded: give it alone."
                )
            _move(opened, study_id, file, dry_run=dry_run)
            return
        if mapping is None and incoming.is_fhir(data := file.read_bytes()):
            content = answers_in.read(file.name, data, opened.library, code)
        elif mapping is None:
            content = read(file, opened.library, ignore_unknown=ignore_unknown)
        else:
            meant = mapping_file.read(mapping.read_bytes(), opened.library)
            table = tables.read(file.name, file.read_bytes(), tables.Asked.by(meant))
            content = mapped.mapped(table, meant, opened.library)
        take(opened, study_id, content, wording=wording, dry_run=dry_run, correct=correct)


def _move(opened: CommandRun, study_id: int, path: Path, *, dry_run: bool) -> None:
    """Store a tidy package, or say what it holds."""
    from surveys.exchange.moving import files, storing

    with files.opened(path, path.name) as package:
        arrived = storing.take(
            snapshot,
            opened.transaction,
            study_id,
            package,
            opened.library,
            at=opened.at,
            actor="import",
            dry_run=dry_run,
        )
    for line in arrived.lines:
        click.echo(line)
    click.echo("Nothing was changed: this was a dry run." if dry_run else "Stored.")


def take(
    opened: CommandRun,
    study_id: int,
    content: ImportFile,
    *,
    wording: str | None,
    dry_run: bool,
    correct: str | None = None,
) -> None:
    """Plan the import, or carry it out, and tell of it. `correct` is why stored answers are corrected."""
    from surveys.exchange.importing import carry_out, planned
    from surveys.store.errors import Refused

    if correct is not None and not correct.strip():
        raise Refused("Say why stored answers are corrected: --correct REASON")
    given = (study_id, content, opened.library)
    if dry_run:
        corrects = correct is not None
        plan = planned(snapshot, *given, wording=wording, at=opened.at, corrects=corrects)
    else:
        with _bar(len(content.rows)) as progress:
            plan = carry_out(
                snapshot,
                opened.transaction,
                *given,
                wording=wording,
                at=opened.at,
                progress=progress,
                correct=correct,
            )
    _tell(plan, content)
    click.echo("Nothing was changed: this was a dry run." if dry_run else "Stored.")


@contextmanager
def _bar(rows: int) -> Iterator[Callable[[int], None]]:
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=rows, label="Storing", file=sys.stderr, hidden=hidden) as bar:
        yield bar.update


def _tell(plan: ImportPlan, content: ImportFile) -> None:
    if plan.begun is not None:
        click.echo(f"This is the rest of import {plan.begun}, which broke off.", err=True)
    if content.western:
        click.echo(
            "This file is not UTF-8. It was read as Windows-1252: look at names with accents.", err=True
        )
    if plan.corrections:
        click.echo(f"Corrections of stored answers: {len(plan.corrections)}.")
    for line in (*plan.summary.lines(), *content.left_out):
        click.echo(line)
    for line in plan.summary.remarks():
        click.echo(line, err=True)


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
