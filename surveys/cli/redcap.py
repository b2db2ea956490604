"""`seventh redcap`: look at a REDCap project, and bring its answers in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from surveys.cli.database import reading
from surveys.cli.imports import FILE, NEW_FILE, take, write_new

if TYPE_CHECKING:
    from surveys.exchange.tables.redcap_dictionary import Dictionary
    from surveys.exchange.tables.redcap_records import Asked
    from surveys.exchange.tables.table import Table


@click.group()
def redcap() -> None:
    """Look at a REDCap project, and bring its answers in."""


@redcap.command()
@click.argument("project", metavar="DICTIONARY", type=FILE)
@click.argument("data", required=False, type=FILE)
@click.option("--study", help="Its time zone is proposed, and its site's wordings are known.")
@click.option("--events", type=FILE, help="The file of events or of designations.")
@click.option("--missing", multiple=True, help="A missing-data code; may stand several times.")
@click.option("--form", "forms", multiple=True, help="Go on with this form alone; may stand several times.")
@click.option("--labels", is_flag=True, help="The data are labels, not codes.")
@click.option("-o", "--output", type=NEW_FILE, default=Path("mapping.toml"), show_default=True)
@click.pass_context
def check(
    context: click.Context,
    project: Path,
    data: Path | None,
    study: str | None,
    events: Path | None,
    missing: tuple[str, ...],
    forms: tuple[str, ...],
    labels: bool,
    output: Path,
) -> None:
    """Say what a project holds, and write a mapping to look at. A project XML stands alone.

    Without DATA it says which forms are instruments of ours, and writes nothing.
    """
    from surveys.exchange.tables import known, mapping_text, redcap_events, redcap_proposing
    from surveys.exchange.tables.redcap_records import Asked

    named = redcap_events.read(events.read_bytes()) if events else ()
    asked = Asked(forms, named, missing, labels)
    dictionary, table, asked = _project(project, data, asked)
    with reading(context) as opened:
        here = opened.study(study) if study else None
        zone = here.timezone if here else ""
        instruments = known.of_site(opened.session, opened.library, here.code if here else "")
    for line in redcap_proposing.forms(dictionary, instruments):
        click.echo(line)
    if table is None:
        return
    found = redcap_proposing.proposed(table, dictionary, instruments, asked, zone)
    write_new(output, mapping_text.write(found.mapping, found.doubts, found.remarks))
    for line in found.lines:
        click.echo(line)
    click.echo(f"Written: {output}. Look at it, then: seventh redcap import STUDY … --mapping {output}")


@redcap.command("import")
@click.argument("study")
@click.argument("project", metavar="DICTIONARY", type=FILE)
@click.argument("data", required=False, type=FILE)
@click.option("--mapping", type=FILE, required=True, help="As redcap check wrote it and you confirmed it.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--wording", help="The name of the text that was answered.  [default: unknown]")
@click.pass_context
def import_(
    context: click.Context,
    study: str,
    project: Path,
    data: Path | None,
    mapping: Path,
    dry_run: bool,
    wording: str | None,
) -> None:
    """Store the answers of a project in STUDY, whole or not at all. A project XML stands alone."""
    from surveys.exchange.tables import mapped, mapping_file
    from surveys.exchange.tables.redcap_records import Asked
    from surveys.store.errors import Refused

    with reading(context) as opened:
        study_id = opened.study(study).id
        opened.session.rollback()
        meant = mapping_file.read(mapping.read_bytes(), opened.library)
        asked = Asked(meant.forms, (), meant.missing + meant.skipped, meant.labels)
        _, table, _ = _project(project, data, asked)
        if table is None:
            raise Refused("Name the data too: seventh redcap import STUDY DICTIONARY DATA --mapping MAPPING")
        content = mapped.mapped(table, meant, opened.library)
        take(opened, study_id, content, wording=wording, dry_run=dry_run)


def _project(project: Path, data: Path | None, asked: Asked) -> tuple[Dictionary, Table | None, Asked]:
    """The dictionary, the table of its data if any, and what was asked with what the project says."""
    from dataclasses import replace

    from surveys.exchange.tables import redcap_dictionary, redcap_project, redcap_records

    content = project.read_bytes()
    if data is not None:
        dictionary = redcap_dictionary.read(content)
        return dictionary, redcap_records.read(data.name, data.read_bytes(), dictionary, asked), asked
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return redcap_dictionary.read(content), None, asked
    found = redcap_project.read(content)
    asked = replace(
        asked, missing=(*asked.missing, *(one for one in found.missing if one not in asked.missing))
    )
    return found.dictionary, redcap_project.table(project.name, content, found, asked), asked
