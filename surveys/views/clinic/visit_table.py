"""A patient's visits and main scores as one table; a cell opens its answers, or the form to enter them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from surveys.instruments.definition import Instrument
from surveys.lists.visits import ResponseRow, VisitRow
from surveys.views.clinic import display
from surveys.views.clinic.shifts import scale_title, scales_shown
from surveys.views.web import server

MOST_COLUMNS = 6  # of scores; every score of every scale stands below the table


@dataclass(frozen=True)
class ScoreColumn:
    """A main scale of an instrument; without a scale, whether the instrument was answered."""

    instrument: str
    scale: str | None
    title: str


@dataclass(frozen=True)
class Cell:
    """A score as it is read and what is to be said of it; `response_id` where there are answers.

    `enter` names the instrument whose answers may be entered here.
    """

    value: str | None = None
    note: str = ""
    response_id: int | None = None
    enter: str = ""


def columns_of(rows: Sequence[VisitRow]) -> list[ScoreColumn]:
    """The columns for what these visits ask or hold; of many scales only the first of each instrument."""
    keys = dict.fromkeys(key for row in rows for key in (*row.battery, *row.responses))
    found = [column for key in keys for column in _of_instrument(server.library().get(key))]
    if len(found) > MOST_COLUMNS:
        found = list({column.instrument: column for column in reversed(found)}.values())[::-1]
    return found[:MOST_COLUMNS]


def cells_of(row: VisitRow, columns: Sequence[ScoreColumn], *, may_enter: bool) -> list[Cell]:
    """A visit's cells. An empty one offers to enter answers where they are asked for and may be there."""
    cells, seen = [], set()
    for column in columns:
        key = column.instrument
        response = row.responses.get(key)
        if response is not None:
            cells.append(_given(response, column))
        elif key in row.drafts:
            cells.append(Cell("…"))
        elif may_enter and not row.ahead and key in row.battery and key not in seen:
            cells.append(Cell(enter=key))
        else:
            cells.append(Cell())
        seen.add(key)
    return cells


def _of_instrument(instrument: Instrument) -> list[ScoreColumn]:
    shown = [name for key, name in scales_shown(server.library()) if key == instrument.key]
    if not shown:
        return [ScoreColumn(instrument.key, None, instrument.short_title)]
    return [ScoreColumn(instrument.key, name, scale_title(instrument, name)) for name in shown]


def _given(response: ResponseRow, column: ScoreColumn) -> Cell:
    if column.scale is None:
        return Cell("✓", response_id=response.id)
    stored = next((score for score in response.scores if score.scale == column.scale), None)
    if stored is None:
        return Cell("–", response_id=response.id)
    asked = server.library().get(response.instrument, response.version)
    return Cell(*display.score_words(asked, response.answers, stored), response.id)
