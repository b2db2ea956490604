"""The report on paper: the same analysis as a page to be read and printed, the answers first.

It shows what an analyst may see, because paper goes from hand to hand: no small cell and no patient.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.pages import TITLES
from analysis.figures import Figure, View
from analysis.figures.overview import Overview, overview
from analysis.figures.pages import ON_PAPER, PAGES, Scene
from analysis.figures.svg import svg
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results.filters import Filters, apply
from analysis.results.scales import main_scales, screening_scales
from analysis.statements.words import number

FOOTER = (
    "Clinic registry data. Treatment was not assigned at random and patients who recover stop attending. "
    "Associations do not show cause."
)


@dataclass(frozen=True)
class PrintedTable:
    """Headings and rows of plain text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawn:
    """A figure with its panels as SVG: (title, note, drawing), and the codes of its sentences."""

    figure: Figure
    panels: tuple[tuple[str, str, str], ...]
    table: PrintedTable
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """Figures under one heading."""

    key: str
    title: str
    figures: tuple[Drawn, ...]


@dataclass(frozen=True)
class Paper:
    """The content of the page; ``content`` is the report's own object (`analysis.report`).

    ``answers`` are sentences, each with the key of its figure; ``asked`` are the questions of the analysis
    plan, ``planned`` the sentences that answer them, each with its code.
    """

    content: Mapping[str, Any]
    facts: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]
    sections: tuple[Chapter, ...]
    scores: PrintedTable
    left_out: PrintedTable
    asked: PrintedTable
    planned: tuple[tuple[str, str], ...]
    footer: str = FOOTER


def paper(
    frames: StudyFrames,
    content: Mapping[str, Any],
    *,
    filters: Filters | None = None,
    suppress_under: int = SUPPRESS_UNDER,
) -> Paper:
    """The page of a report on these frames with these filters."""
    part = apply(frames, filters or Filters())
    view = View(suppress_under=suppress_under)
    scales = main_scales(part)
    on = datetime.fromisoformat(content["generated_at"]).date()
    found = overview(part, view, scales=scales)
    told = [(one["text"], one["code"]) for one in content["statements"]]
    sections = tuple(_sections(Scene(part, view, scales, on, on_paper=True), told)) if scales else ()
    drawn = {one.figure.key: one.figure for section in sections for one in section.figures}
    return Paper(
        content=content,
        facts=_facts(found, content),
        answers=tuple((key, drawn[key].summary) for key in _first(scales, part) if key in drawn),
        sections=sections,
        scores=_scores(part, content),
        left_out=as_table(found.left_out),
        asked=_asked(content),
        planned=tuple((one["text"], one["code"]) for one in content["statements"] if one["planned"]),
    )


def as_table(table: pd.DataFrame) -> PrintedTable:
    rows = table.itertuples(index=False, name=None)
    return PrintedTable(tuple(map(str, table.columns)), tuple(tuple(map(str, row)) for row in rows))


def _facts(found: Overview, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    expected = sum(one["expected"] or 0 for one in content["attendance"])
    done = sum(one["scored"] or 0 for one in content["attendance"] if one["expected"])
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


def _first(scales: Sequence[str], frames: StudyFrames) -> Iterator[str]:
    """The keys of the most important figures, in the order of the questions."""
    yield "associations"
    for scale in scales[:2]:
        yield f"time-{scale}"
    yield "change"
    yield from (f"screening-{scale}" for scale in screening_scales(frames))
    yield "recovery"
    yield "attendance"


def _sections(scene: Scene, told: Sequence[tuple[str, str]]) -> Iterator[Chapter]:
    for key in ON_PAPER:
        drawn = (_drawn(figure, told) for part in PAGES[key](scene) for figure in part.figures)
        yield Chapter(key, TITLES[key], tuple(drawn))


def _drawn(figure: Figure, told: Sequence[tuple[str, str]]) -> Drawn:
    panels = tuple(
        (one.title, one.note, svg(one.figure, f"{figure.title}. {one.title}")) for one in figure.panels
    )
    codes = tuple(code for text, code in told if text in figure.summary)
    return Drawn(figure, panels, as_table(figure.table), codes)


def _asked(content: Mapping[str, Any]) -> PrintedTable:
    """The questions of the newest version of the analysis plan."""
    rows = (
        ("primary" if one["primary"] else "secondary", one["text"])
        for one in content["analysis_plan"]
        if one["current"]
    )
    return PrintedTable(("Question", "What is asked"), tuple(rows))


def _scores(frames: StudyFrames, content: Mapping[str, Any]) -> PrintedTable:
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
    return PrintedTable(columns, tuple(rows))
