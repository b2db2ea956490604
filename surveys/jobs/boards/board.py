"""A board as plain data: what a template shows, and what the database keeps of it. It needs no pandas."""

from __future__ import annotations

import json
import types
import zlib
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from analysis.data.matrix import Matrix
from analysis.words import read


@dataclass(frozen=True)
class BoardTable:
    """A table as the template draws it."""

    columns: list[dict[str, Any]]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """One panel of a figure: `data` is what static/src/charts.js takes, as JSON; `paper` is its SVG."""

    key: str
    title: str
    note: str
    data: str
    paper: str


@dataclass(frozen=True)
class Drawing:
    """One figure with its words; `notes` are its own notes."""

    key: str
    title: str
    summary: str
    x_axis: str
    y_axis: str
    panels: tuple[Chart, ...]
    table: BoardTable
    notes: tuple[str, ...]
    computed: tuple[str, ...]


@dataclass(frozen=True)
class BoardSection:
    """Figures of one kind; `notes` are their common notes, `matrices` stand above them."""

    key: str
    title: str
    figures: tuple[Drawing, ...]
    notes: tuple[str, ...]
    matrices: tuple[Matrix, ...]


@dataclass(frozen=True)
class BoardFacts:
    """The patients and their number, above the figures (`analysis.figures.overview.Overview`)."""

    patients: str
    answered: str
    visits: str
    questionnaires: str
    time: str | None
    quartiles: str | None
    strata: tuple[tuple[str, str], ...]
    left_out: BoardTable


@dataclass(frozen=True)
class Board:
    """The parts of a screen that depend on data and filters; without figures `message` says why.

    `answer` is one sentence on the screen's question (`analysis.data.pages.QUESTIONS`).
    `warnings` tell whose words were answered; `both_wordings` says whether the reader can choose.
    """

    message: str | None = None
    answer: str = ""
    warnings: tuple[str, ...] = ()
    both_wordings: bool = False
    facts: BoardFacts | None = None
    sections: tuple[BoardSection, ...] = ()
    methods: str = ""


def packed(board: Board) -> bytes:
    """The board as compressed JSON, in its reader's language."""
    return zlib.compress(json.dumps(read(asdict(board)), ensure_ascii=False, separators=(",", ":")).encode())


def unpacked(content: bytes) -> Board | None:
    """The board again; None if another version of the program packed it."""
    try:
        board: Board = _made(Board, json.loads(zlib.decompress(content)))
    except (TypeError, KeyError, ValueError, zlib.error):
        return None
    return board


def _made(kind: Any, value: Any) -> Any:
    """`value`, as JSON has it, as a value of the annotated `kind`."""
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = _kinds(kind)
        if value.keys() != kinds.keys():
            raise ValueError(f"{kind} has other fields now.")
        return kind(**{name: _made(kinds[name], value[name]) for name in kinds})
    if get_origin(kind) in {Union, types.UnionType}:
        [other] = [one for one in get_args(kind) if one is not types.NoneType]
        return None if value is None else _made(other, value)
    if get_origin(kind) is tuple:
        each = get_args(kind)[0]  # our tuples hold one kind
        return tuple(_made(each, one) for one in value)
    return value


@cache
def _kinds(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
