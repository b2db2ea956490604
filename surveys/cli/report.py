"""`seventh report`."""

from __future__ import annotations

from pathlib import Path

import click

from surveys import SOFTWARE
from surveys.cli.database import reading
from surveys.exchange.places import whole_file

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("study")
@click.option("--json", "file", type=_FILE, help="JSON, not to standard output, but here.")
@click.option("--html", "page", type=_FILE, help="One page to be read and printed.")
@click.option("--freeze", metavar="NAME", help="Of the data kept under this name, as of that day.")
@click.pass_context
def report(
    context: click.Context, study: str, file: Path | None, page: Path | None, freeze: str | None
) -> None:
    """The analysis of STUDY as JSON: numbers unrounded, null where something cannot be estimated.

    With --html the same as a page that needs nothing else: the answers first, every figure with its table.
    """
    from analysis.paper import paper
    from analysis.report import as_json
    from analysis.report import report as analyse
    from surveys.db import snapshot
    from surveys.exchange.freezing import thawed
    from surveys.frames import study_frames
    from surveys.store.audit import heads
    from surveys.store.study import signatures

    with reading(context) as opened:
        found = opened.study(study)
        at = opened.at
        if freeze is None:
            with snapshot() as session:
                frames = study_frames(session, found, opened.library)
                ends, signed = heads.of_study(session, found.id), []
        else:
            kept, frames = thawed(opened.session, found, freeze, opened.library)
            at, ends = kept.made_at, heads.of_freeze(opened.session, kept)
            signed = signatures.told(opened.session, kept)
        content = analyse(
            frames,
            generated_at=at.isoformat(),
            software=SOFTWARE,
            suppress_under=found.smallest_group,
            chain_heads=list(map(str, ends)),
            signatures=signed,
        )
        template = opened.app.jinja_env.get_template("staff/report.html")
    html = (
        template.render(
            report=content, paper=paper(frames, content, suppress_under=content["suppress_under"])
        )
        if page
        else ""
    )
    if file is not None:
        _write(file, as_json(content))
    if page is not None:
        _write(page, html)
    if file is None and page is None:
        click.echo(as_json(content))


def _write(file: Path, text: str) -> None:
    with whole_file(file, private=False) as opened:
        opened.write(f"{text}\n".encode())
