"""The report on paper: the same analysis as a page to be read and printed, the answers first.

What an analyst may see, since a page goes from hand to hand: no small cell and no patient.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from analysis import figures
from analysis.data.frame import StudyFrames, scored
from analysis.figures import Figure, View
from analysis.figures.look import number
from analysis.figures.overview import Overview, overview
from analysis.figures.svg import svg
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results.filters import Filters, apply

FOOTER = (
    "Clinic registry data. Treatment was not assigned at random and patients who recover stop attending. "
    "Associations do not show cause."
)
MOOD = ("phq9.total", "gad7.total", "cesd.total", "phq8.total")


@dataclass(frozen=True)
class Table:
    """Headings and rows of plain text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawn:
    """A figure with its panels as SVG: (title, note, drawing)."""

    figure: Figure
    panels: tuple[tuple[str, str, str], ...]
    table: Table


@dataclass(frozen=True)
class Section:
    """Figures under one heading."""

    key: str
    title: str
    figures: tuple[Drawn, ...]


@dataclass(frozen=True)
class Paper:
    """Everything that stands on the page; ``content`` is the report's own object (`analysis.report`).

    ``answers`` are sentences, each with the key of the figure that it comes from.
    """

    content: Mapping[str, Any]
    facts: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    scores: Table
    left_out: Table
    footer: str = FOOTER


def paper(
    frames: StudyFrames,
    content: Mapping[str, Any],
    *,
    filters: Filters | None = None,
    suppress_under: int = SUPPRESS_UNDER,
) -> Paper:
    """The page of a report that was made of these frames with these filters."""
    part = apply(frames, filters or Filters())
    view = View(suppress_under=suppress_under)
    scales = figures.main_scales(part)
    on = datetime.fromisoformat(content["generated_at"]).date()
    found = overview(part, view, scales=scales)
    answered = _answered(part)
    sections = tuple(_sections(part, view, scales, answered, on)) if scales else ()
    drawn = {one.figure.key: one.figure for section in sections for one in section.figures}
    return Paper(
        content=content,
        facts=_facts(found, content),
        answers=tuple((key, drawn[key].summary) for key in _first(scales, answered) if key in drawn),
        sections=sections,
        scores=_scores(part, content),
        left_out=as_table(found.left_out),
    )


def as_table(table: pd.DataFrame) -> Table:
    rows = table.itertuples(index=False, name=None)
    return Table(tuple(map(str, table.columns)), tuple(tuple(map(str, row)) for row in rows))


def _facts(found: Overview, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    expected = sum(one["expected"] or 0 for one in content["attendance"])
    done = sum(one["scored"] or 0 for one in content["attendance"])
    facts = [
        ("patients enrolled", found.patients),
        ("patients who answered", found.answered),
        ("visits", found.visits),
        ("questionnaires", found.questionnaires),
    ]
    if found.time:
        facts.append(("since onset, median", found.time))
    if expected:
        facts.append(("of expected visits answered", f"{done / expected:.0%}".replace("%", "\u00a0%")))
    return tuple(facts)


def _first(scales: Sequence[str], answered: Sequence[str]) -> Iterator[str]:
    """The keys of the figures that answer most, in the order of asking."""
    yield "associations"
    for scale in scales[:2]:
        yield f"time-{scale}"
    yield "change"
    yield from (f"screening-{scale}" for scale in _mood(answered))
    yield "recovery"
    yield "attendance"


def _sections(
    frames: StudyFrames, view: View, scales: Sequence[str], answered: Sequence[str], on: Any
) -> Iterator[Section]:
    two = scales[:2]
    given = "botulinum_toxin" in set(frames.treatments["kind"])

    def section(key: str, title: str, *made: Figure) -> Section:
        return Section(key, title, tuple(_drawn(one) for one in made))

    yield section(
        "mood",
        "Quality of life and mood",
        figures.association_figure(frames, view, scales=scales),
    )
    yield section(
        "time",
        "Time since onset",
        *(figures.time_figure(frames, scale, view) for scale in scales),
        *(figures.course_figure(frames, scale, view) for scale in two),
        figures.recovery_figure(frames, on, view),
    )
    yield section(
        "treatment",
        "Treatment",
        figures.profile_figure(frames, view, scales=scales),
        *(figures.treatment_figure(frames, scale, view) for scale in two),
        *(figures.before_after_figure(frames, scale, view) for scale in two),
        *(figures.injection_figure(frames, scale, view) for scale in two if given),
        *(figures.adjusted_figure(frames, scale, view) for scale in two),
    )
    yield section(
        "change", "Change", figures.change_figure(frames, view, scales=_with_threshold(frames, answered))
    )
    yield section(
        "screening",
        "Screening",
        *(figures.screening_figure(frames, scale, view) for scale in _mood(answered)),
    )
    yield section("quality", "Measurement quality", figures.quality_figure(frames, view, scales=answered))
    yield section(
        "attendance",
        "Attendance",
        figures.attendance_figure(frames, on, view),
        *(figures.dropout_figure(frames, scale, view) for scale in two),
    )


def _drawn(figure: Figure) -> Drawn:
    panels = tuple(
        (one.title, one.note, svg(one.figure, f"{figure.title}. {one.title}")) for one in figure.panels
    )
    return Drawn(figure, panels, as_table(figure.table))


def _answered(frames: StudyFrames) -> tuple[str, ...]:
    """Every scale with a score that analyses take, in the order of display."""
    table = scored(frames)
    present = set(table.loc[table["value"].notna(), "scale"])
    return tuple(scale for scale in frames.scale_info if scale in present)


def _with_threshold(frames: StudyFrames, answered: Sequence[str]) -> tuple[str, ...]:
    return tuple(scale for scale in answered if frames.scale_info[scale].thresholds)


def _mood(answered: Sequence[str]) -> tuple[str, ...]:
    return tuple(scale for scale in MOOD if scale in answered)


def _scores(frames: StudyFrames, content: Mapping[str, Any]) -> Table:
    """Every scale at the patients' first and last score."""
    columns = ("Scale", "Score", "Patients", "Mean", "SD", "Median", "Quartiles", "At lowest", "At highest")
    rows = [
        (
            frames.scale_info[one["scale"]].label,
            one["visit"],
            one["n_text"],
            number(one["mean"], 1),
            number(one["sd"], 1),
            number(one["median"], 1),
            "–" if one["q1"] is None else f"{number(one['q1'], 1)} to {number(one['q3'], 1)}",
            "–" if one["floor"] is None else f"{one['floor']:.0%}".replace("%", "\u00a0%"),
            "–" if one["ceiling"] is None else f"{one['ceiling']:.0%}".replace("%", "\u00a0%"),
        )
        for one in content["descriptives"]
        if "stratum" not in one and one["n"] != 0
    ]
    return Table(columns, tuple(rows))
