"""`seventh report`."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from surveys.cli.database import reading


@click.command()
@click.argument("study")
@click.option(
    "--json",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Not to standard output, but here.",
)
@click.pass_context
def report(context: click.Context, study: str, file: Path | None) -> None:
    """The analysis of STUDY as JSON: numbers unrounded, null where something cannot be estimated."""
    from analysis.report import report as analyse
    from surveys.frames import study_frames

    with reading(context) as opened:
        found = opened.study(study)
        frames = study_frames(opened.session, found, opened.library)
        software = f"seventh {version('seventh')}"
        content = analyse(frames, generated_at=opened.at.isoformat(), software=software)
    text = as_json(content)
    if file is None:
        click.echo(text)
        return
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(text + "\n", encoding="utf-8")
    os.replace(unfinished, file)


def as_json(content: Any) -> str:
    """JSON of `content`; a number that is none (NaN, infinite) is an error, never written."""
    return json.dumps(content, allow_nan=False, ensure_ascii=False, indent=1)
