"""What is in a figure, read as the page gets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from analysis.figures.view import Figure, Panel


def plain(panel: Panel) -> dict[str, Any]:
    """A panel's figure as plain data."""
    return dict(json.loads(panel.figure.to_json()))


def traces(figure: Figure, mode: str | None = None, kind: str = "scatter") -> list[dict[str, Any]]:
    """The traces of all panels, of one mode or all."""
    return [
        trace
        for panel in figure.panels
        for trace in plain(panel)["data"]
        if trace["type"] == kind and (mode is None or trace.get("mode") == mode)
    ]


def points(figure: Figure) -> int:
    return sum(len(trace["x"]) for trace in traces(figure, "markers"))


def labels(panel: Panel) -> list[str]:
    """The labels of a panel's rows."""
    return [text for trace in plain(panel)["data"] if trace.get("mode") == "text" for text in trace["text"]]


def words(figure: Figure) -> str:
    """Everything that is said beside the drawing."""
    heads = [text for panel in figure.panels for text in (panel.title, panel.note)]
    said = [figure.title, figure.summary, figure.x_axis, figure.y_axis, *heads, *figure.notes]
    return " ".join([*said, figure.table.to_string()])


def drawn_texts(figure: Figure) -> Iterator[str]:
    """Every string that plotly gets."""
    rest: list[Any] = [plain(panel) for panel in figure.panels]
    while rest:
        value = rest.pop()
        if isinstance(value, dict | list):
            rest += value.values() if isinstance(value, dict) else value
        elif isinstance(value, str):
            yield value


def parsed(drawing: str) -> ElementTree.Element:
    """An SVG drawing as elements; it must be well formed."""
    return ElementTree.fromstring(drawing)  # noqa: S314  # made here, not received
