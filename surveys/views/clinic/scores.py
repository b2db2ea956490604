"""The scores of one patient as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from surveys.instruments.definition import Instrument
from surveys.instruments.notes import missing_sentence
from surveys.lists.visits import ResponseRow, VisitRow
from surveys.views.clinic import display
from surveys.views.web import server


@dataclass(frozen=True)
class ScoreTable:
    """One instrument's scores over time. A line is a scale, its range and direction (empty if `about` has
    them for all scales), then value and note of each visit. `rules` explain missing answers."""

    key: str
    title: str
    about: str
    wordings: frozenset[str]
    visits: tuple[tuple[str, date], ...]
    lines: tuple[tuple[str, str, tuple[tuple[str, str] | None, ...]], ...]
    rules: tuple[str, ...]

    @classmethod
    def of(cls, instrument: Instrument, given: list[tuple[VisitRow, ResponseRow]]) -> ScoreTable:
        """The table of `given`: visits in order with their responses."""

        def cell(response: ResponseRow, scale: str) -> tuple[str, str] | None:
            stored = next((score for score in response.scores if score.scale == scale), None)
            asked = server.library().get(instrument.key, response.version)
            return display.score_words(asked, response.answers, stored) if stored else None

        abouts = {display.scale_words(scale) for scale in instrument.scales}
        about = abouts.pop() if len(abouts) == 1 else ""
        lines = tuple(
            (
                scale.title,
                "" if about else display.scale_words(scale),
                tuple(cell(response, scale.key) for _, response in given),
            )
            for scale in instrument.scales
        )
        return cls(
            instrument.key,
            instrument.short_title,
            about,
            frozenset(response.wording_status for _, response in given),
            tuple((visit.title, response.completed_on) for visit, response in given),
            lines,
            tuple(dict.fromkeys(missing_sentence(scale) for scale in instrument.scales)),
        )


def score_tables(rows: list[VisitRow]) -> list[ScoreTable]:
    """The scores of every answered instrument, a column per visit."""
    answered: dict[str, list[tuple[VisitRow, ResponseRow]]] = {}
    for row in rows:
        for key, response in row.responses.items():
            answered.setdefault(key, []).append((row, response))
    return [ScoreTable.of(server.library().get(key), given) for key, given in sorted(answered.items())]
