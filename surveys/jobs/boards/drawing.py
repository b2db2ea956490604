"""Boards from frames. The analysis is imported when one is drawn, never when the server starts."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis.data import consent
from analysis.words import read, separators
from analysis.words import words as _
from surveys import SOFTWARE
from surveys.jobs.boards.board import (
    Board,
    BoardFacts,
    BoardSection,
    BoardTable,
    Chart,
    Drawing,
)

if TYPE_CHECKING:
    import pandas as pd

    from analysis.data.frame import StudyFrames
    from analysis.figures import Figure, Panel, View
    from analysis.figures.overview import Overview
    from analysis.figures.pages import Part
    from analysis.results.disclosure import Cells
    from analysis.results.filters import Filters

PAPER_WIDTH = 340  # pixels: two panels stand side by side on A4 and on Letter


def draw(
    frames: StudyFrames,
    chosen: Mapping[str, str],
    *,
    page: str,
    pair: str,
    visits: Mapping[str, str],
    on: date,
    together: bool,
    may_open_patients: bool,
    suppress_under: int,
) -> Board:
    """The board of a page, or of a tab of one, `on` a day.

    `chosen` are the filters (fields of `analysis.results.filters.Filters`).
    `visits` are the plan's visits by key, with names for people.
    """
    from analysis.data.pages import OF_EVERYBODY
    from analysis.data.wordings import holds_both, warnings
    from analysis.figures import SIDE_BY_SIDE, TOGETHER, View, main_scales
    from analysis.figures.answers import answer
    from analysis.figures.overview import overview
    from analysis.figures.pages import SCREENS, Scene, chosen_pair
    from analysis.methods import methods
    from analysis.results.disclosure import NOTHING, pair_taken_out, taken_out, without
    from analysis.results.filters import Filters, apply
    from analysis.results.findings import Findings
    from analysis.told import records_of_screen

    filters = Filters(**chosen)
    strata = (filters.time,) if filters.time else TOGETHER if together else SIDE_BY_SIDE
    view = View(may_open_patients=may_open_patients, strata=strata, suppress_under=suppress_under)
    part = _named(apply(frames, filters), visits)
    of_everybody = page in OF_EVERYBODY
    message = _message(frames, part, filters, view, page)
    if message:
        return Board(message=message, both_wordings=holds_both(frames))
    few = NOTHING if may_open_patients else taken_out(frames, filters, suppress_under)
    part = without(part, few)
    if not of_everybody and not part.scores["value"].notna().any():
        return Board(message=_by_subtraction(view), both_wordings=holds_both(frames))
    scales = main_scales(part)
    found = overview(part, view, scales=scales)
    scene = Scene(part, view, scales, on, pair)
    if page == "pair" and not may_open_patients and all(both := chosen_pair(scene)):
        of_pair = pair_taken_out(frames, filters, both, suppress_under)
        few = dataclasses.replace(few, cells=few.cells | of_pair.cells)
        part = without(part, of_pair)
        scene = dataclasses.replace(scene, frames=part)
        if not part.scores["scale"].isin(both).any() or chosen_pair(scene) != both:
            return Board(message=_by_subtraction(view), both_wordings=holds_both(frames))
    parts = SCREENS[page](scene)
    return Board(
        answer=answer(page, scene, parts),
        warnings=(
            *consent.said(frames.without_consent),
            *warnings(frames, part, filters.wording),
            *_taken_out(frames, few.cells),
        ),
        both_wordings=holds_both(frames),
        facts=_facts(found),
        sections=tuple(_section(one) for one in parts),
        methods=methods(
            part,
            filters,
            software=SOFTWARE,
            digest=frames.sha256,
            suppress_under=view.suppress_under,
            content=records_of_screen(Findings.of(part, view.suppress_under), page, on),
        ),
    )


def _named(frames: StudyFrames, visits: Mapping[str, str]) -> StudyFrames:
    """The frames with the names of visits that people read."""
    tables = {name: getattr(frames, name) for name in ("scores", "visits")}
    renamed: Any = {
        name: table.assign(visit=_words(table["visit"], visits)) for name, table in tables.items()
    }
    return dataclasses.replace(frames, **renamed)


def _words(keys: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """The words for the keys, their categories sorted again; two keys may have the same word."""
    import pandas as pd

    named = {key: words.get(key, key) for key in keys.cat.categories}
    return keys.map(named).astype(pd.CategoricalDtype(sorted(set(named.values()))))


def _message(frames: StudyFrames, part: StudyFrames, filters: Filters, view: View, page: str) -> str | None:
    """Why there is no figure."""
    from analysis.data.kinds import FAMILIES
    from analysis.data.pages import BY_TREATMENT, OF_EVERYBODY
    from analysis.numbers.guards import is_small
    from analysis.results.disclosure import too_narrow

    if frames.patients.empty and frames.without_consent:
        return _(
            "Nobody's answers count yet: the consent of no patient stands. %(rule)s", rule=consent.LEFT_OUT
        )
    if frames.patients.empty:
        return _("This study has no patients yet. Its figures appear here once the first ones have answered.")
    if part.patients.empty:
        return _("No patient is like this. Take one of the filters away, or clear them all.")
    answered = int(part.scores.loc[part.scores["value"].notna(), "patient"].nunique())
    counted = len(part.patients) if page in OF_EVERYBODY else answered
    if not view.may_open_patients:
        if page in OF_EVERYBODY and filters.chosen:
            return _WITHOUT_FILTERS
        families = FAMILIES if page in BY_TREATMENT else ()
        if is_small(counted, view.suppress_under) or too_narrow(
            frames, filters, view.suppress_under, parted_by=families
        ):
            return _by_subtraction(view)
    if not counted:
        return _("None of these patients has a score yet. Figures appear here once the first have answered.")
    return None


_WITHOUT_FILTERS = _(
    "With filters, a few patients could be found here by subtraction. To protect them these tables are "
    "shown of all patients only. Clear the filters."
)


def _by_subtraction(view: View) -> str:
    return _(
        "This would show fewer than %(suppress_under)s patients, or let their answers be "
        "found by subtraction. To protect them nothing is shown. Choose fewer filters.",
        suppress_under=view.suppress_under,
    )


def _taken_out(frames: StudyFrames, cells: Cells) -> tuple[str, ...]:
    """What is said of panels that the filters would let a reader subtract."""
    from analysis.data.since_onset import STRATA

    strata = {scale: [of for of in STRATA if (scale, of) in cells] for scale, __ in cells}
    labels = [
        f"{info.label} ({', '.join(strata[scale])})"
        for scale, info in frames.scale_info.items()
        if scale in strata
    ]
    why = _("Left out with these filters, because answers of a few patients could be found by subtraction")
    return (f"{why}: {', '.join(labels)}.",) if labels else ()


def _section(part: Part) -> BoardSection:
    every = [one.notes for one in part.figures]
    shared = tuple(note for note in every[0] if all(note in notes for notes in every)) if every else ()
    figures = tuple(drawing(one, shared) for one in part.figures)
    return BoardSection(part.key, part.title, figures, shared, tuple(part.matrices))


def _facts(found: Overview) -> BoardFacts:
    return BoardFacts(
        patients=found.patients,
        answered=found.answered,
        visits=found.visits,
        questionnaires=found.questionnaires,
        time=found.time,
        quartiles=found.quartiles,
        strata=found.strata,
        left_out=_table(found.left_out),
    )


def drawing(figure: Figure, shared: Sequence[str] = ()) -> Drawing:
    """A figure for templates, without the notes that stand elsewhere."""
    return Drawing(
        key=_id(figure.key),
        title=figure.title,
        summary=figure.summary,
        x_axis=figure.x_axis,
        y_axis=figure.y_axis,
        panels=tuple(_chart(panel, figure.title) for panel in figure.panels),
        table=_table(figure.table),
        notes=tuple(note for note in figure.notes if note not in shared),
        computed=figure.computed,
    )


def _chart(panel: Panel, title: str) -> Chart:
    from analysis.figures.svg import svg

    paper = svg(panel.figure, f"{title}. {panel.title}", PAPER_WIDTH)
    return Chart(_id(panel.key), panel.title, panel.note, _json(panel.figure), paper)


def _json(figure: Any) -> str:
    drawn = figure.to_plotly_json()
    content = {
        "data": drawn["data"],
        "layout": {**drawn["layout"], "separators": separators()},
        "config": {"displayModeBar": False},  # no zoom, and five buttons on each panel would be noise
    }
    return json.dumps(read(content), allow_nan=False, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Plotly's own objects as plain data."""
    return value.to_plotly_json() if hasattr(value, "to_plotly_json") else value.tolist()


def _table(table: pd.DataFrame) -> BoardTable:
    hidden, about = _("hidden"), _("about %(value)s", value="")
    number = re.compile(rf"[−+<]?\d|–$|(?:hidden|{hidden})$|{about}\d")
    # A frame keeps plain texts: they are looked up once more.
    rows = [[str(value) for value in row] for row in table.itertuples(index=False)]
    columns = [
        {
            "label": str(_(str(name))),
            "numeric": at > 0 and all(number.match(row[at]) for row in rows),
        }
        for at, name in enumerate(table.columns)
    ]
    return BoardTable(columns, [[str(_(text)) if text else "" for text in row] for row in rows])


def _id(key: str) -> str:
    return key.replace(".", "-").replace("_", "-")
