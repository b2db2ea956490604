"""`seventh precision`."""

from __future__ import annotations

import click

from surveys.cli.database import reading


@click.command()
@click.argument("study")
@click.option(
    "--half-width",
    type=click.FloatRange(min=0, min_open=True),
    required=True,
    help="Of the 95 % interval, in points of the score.",
)
@click.option(
    "--visits", type=click.IntRange(min=1), default=1, help="Scores of each patient that count for a mean."
)
@click.pass_context
def precision(context: click.Context, study: str, half_width: float, visits: int) -> None:
    """How many patients an interval needs, with what the scores of STUDY vary by.

    A line per main scale, of acute, chronic and all patients: for a mean, for a difference (in each group),
    for the change between two visits.
    """
    from analysis.data.record import Record
    from analysis.results.precision import precision as needed
    from analysis.results.scales import main_scales
    from surveys.db import snapshot
    from surveys.frames import study_frames

    with reading(context) as opened:
        found = opened.study(study)
        with snapshot() as session:
            frames = study_frames(session, found, opened.library)
    info = {scale: frames.scale_info[scale] for scale in main_scales(frames)}

    def line(one: Record) -> str:
        who = f"{info[one['scale']].label}, {one.get('stratum', 'all')} patients"
        if one["reason"]:
            return f"{who}: not told ({one['reason']})."
        counts = ", ".join(
            f"{name} {one[name] or 'over a million'}" for name in ("mean", "difference", "change")
        )
        return f"{who}: {counts} (SD {one['sd']:.1f}, ICC {one['icc']:.2f})."

    told = needed(frames.scored, info, half_width=half_width, visits=visits)
    for one in told:
        if one.get("stratum") != "unknown":
            click.echo(line(one))
    if not told:
        click.echo("There is no score yet: plan with the spread that others published.")
