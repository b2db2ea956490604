"""Our figures as static SVG, for paper and for pages without script.

It draws the parts of our figures: scatter (points, lines, text, closed areas, errors along x), horizontal
boxes and bars, straight lines and rectangles. Any other part is an error, because this is not a renderer of
plotly. Colours keep their names (``var(--chart-1)``), so that the page sets them; as attributes, because the
policy of our pages refuses styles.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from analysis.words import numeral

WIDTH = 640
_SIZE = 13  # of text, pixels
_LETTER = 0.6  # of the size: how wide a letter is, on average
_SMALLEST = 9  # of text that is made to fit
_GRID, _AXIS, _QUIET = (f"var(--chart-{name})" for name in ("grid", "axis", "quiet"))
_DASHES = {"dot": "2 3", "dash": "6 4"}
_ANCHORS = {"left": "end", "center": "middle", "right": "start"}
_DOWN = {"top": -5, "middle": 4, "bottom": 13}


class CannotDrawError(ValueError):
    """A figure has a part that this module does not know; the message names it."""


@dataclass(frozen=True)
class _Axis:
    """From values to pixels; a logarithmic axis has its range in powers of ten, one of days in days."""

    range: tuple[float, float]
    pixels: tuple[float, float]
    log: bool

    def at(self, value: float | str) -> float:
        along = math.log10(_number(value)) if self.log else _number(value)
        low, high = self.range
        start, end = self.pixels
        return start + (along - low) / (high - low) * (end - start)

    def within(self, value: float | str) -> float:
        """The same, at the nearest end where the value lies beyond the axis."""
        return min(max(self.at(value), min(self.pixels)), max(self.pixels))

    def holds(self, value: float | str) -> bool:
        return abs(self.at(value) - self.within(value)) < 0.5


def svg(figure: Any, title: str, width: float = WIDTH) -> str:
    """A figure of ours as an ``<svg>`` element that scales, its text as large as in ``width`` pixels.

    ``title`` is for readers.

    Raises:
        CannotDrawError: the figure has a part that this module does not draw.
    """
    drawn = figure.to_plotly_json()
    layout = drawn["layout"]
    height = float(layout["height"])
    traces = [dict(trace) for trace in drawn["data"]]
    x_axis, y_axis = layout["xaxis"], layout["yaxis"]
    margin = layout["margin"]
    left = max(float(margin["l"]), 44.0 if _labelled(y_axis) else 0.0)
    across = (left + 2, width - max(float(margin["r"]), 8))
    down = (height - max(float(margin["b"]), 24), max(float(margin["t"]), 6.0))
    x = _Axis(_range(x_axis, traces, "x"), across, x_axis.get("type") == "log")
    y = _Axis(_range(y_axis, traces, "y"), down, y_axis.get("type") == "log")
    parts = [
        *_grid(x, y, x_axis, y_axis),
        *(part for shape in layout.get("shapes", ()) for part in _shape(shape, x, y)),
        *(_name(one, x, y) for one in layout.get("annotations", ())),
        *(part for trace in traces for part in _trace(trace, x, y)),
    ]
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label={quoteattr(title)} '
        f'font-size="{_SIZE}">\n{body}\n</svg>'
    )


def _number(value: Any) -> float:
    """A value of an axis as a number: a day, as ISO writes it, as its number in the calendar."""
    return float(date.fromisoformat(value).toordinal() if isinstance(value, str) else value)


def _labelled(axis: Mapping[str, Any]) -> bool:
    return axis.get("showticklabels") is not False


def _range(axis: Mapping[str, Any], traces: Sequence[Mapping[str, Any]], name: str) -> tuple[float, float]:
    if axis.get("range") is not None:
        low, high = (_number(limit) for limit in axis["range"])
        return low, high
    values = [value for trace in traces for value in _values(trace.get(name))]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if axis.get("type") == "log":
        low, high = math.log10(low), math.log10(high)
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _values(given: Any) -> list[float]:
    numbers = (_number(value) for value in _list(given) if value is not None)
    return [value for value in numbers if math.isfinite(value)]


def _list(given: Any) -> list[Any]:
    """A column as a list; plotly keeps numpy arrays and tuples as they came."""
    if given is None:
        return []
    return list(given.tolist() if hasattr(given, "tolist") else given)


def _ticks(axis: Mapping[str, Any], scale: _Axis) -> list[tuple[float, str]]:
    marks = _list(axis.get("tickvals"))
    if marks:
        texts = _list(axis.get("ticktext")) or [numeral(mark) for mark in marks]
        return list(zip([_number(mark) for mark in marks], [str(text) for text in texts], strict=True))
    low, high = sorted(scale.range)
    step = 10 ** math.floor(math.log10((high - low) / 3))
    step = next(step * times for times in (1, 2, 5, 10) if (high - low) / (step * times) <= 6)
    first = math.ceil(low / step)
    return [(at * step, str(numeral(at * step))) for at in range(first, math.floor(high / step) + 1)]


def _grid(x: _Axis, y: _Axis, x_axis: Mapping[str, Any], y_axis: Mapping[str, Any]) -> Iterator[str]:
    bottom, top = y.pixels
    left, right = x.pixels
    written = -math.inf
    for value, text in sorted(_ticks(x_axis, x), key=lambda tick: x.at(tick[0])):
        at = x.at(value)
        if left - 1 <= at <= right + 1:
            ink = _AXIS if x_axis.get("zeroline") and value == 0 else _GRID
            yield _line(at, bottom, at, top, ink, 1)
            anchor = "start" if at - left < 14 else "end" if right - at < 14 else "middle"
            begins = at - _wide(text) * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            if begins > written:
                written = begins + _wide(text) + _SIZE / 2
                yield _text(at, bottom + 17, text, anchor, _QUIET)
    if _labelled(y_axis):
        for value, text in _ticks(y_axis, y):
            at = y.at(value)
            if top - 1 <= at <= bottom + 1:
                yield _line(left, at, right, at, _GRID, 1)
                yield _text(left - 6, at + 4, text, "end", _QUIET)
    yield _line(left, bottom, right, bottom, _AXIS, 1)


def _shape(shape: Mapping[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    x0, x1 = (x.at(shape[end]) for end in ("x0", "x1"))
    in_paper = shape.get("yref") == "paper"
    bottom, top = y.pixels
    y0, y1 = (
        bottom + float(shape[end]) * (top - bottom) if in_paper else y.at(shape[end]) for end in ("y0", "y1")
    )
    if shape["type"] == "line":
        line = shape["line"]
        yield _line(x0, y0, x1, y1, line["color"], line.get("width", 1), _DASHES.get(line.get("dash", "")))
    elif shape["type"] == "rect":
        yield _rect(x0, y0, x1, y1, shape["fillcolor"])
    else:
        raise CannotDrawError(f"a shape of type {shape['type']!r} cannot be drawn as SVG")


def _name(annotation: Mapping[str, Any], x: _Axis, y: _Axis) -> str:
    """A name above the panel; plotly places it on a logarithmic axis by the logarithm."""
    if (annotation.get("yref"), annotation.get("y")) != ("paper", 1):
        raise CannotDrawError("only names above a panel can be drawn as SVG")
    at = x.at(10 ** annotation["x"] if x.log else annotation["x"])
    anchor = _ANCHORS[{"left": "right", "right": "left"}.get(annotation.get("xanchor", ""), "center")]
    down = y.pixels[1] - 4 - annotation.get("yshift", 0)
    return _text(at, down, unescape(str(annotation["text"])), anchor, annotation["font"]["color"])


def _trace(trace: Mapping[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    draw = {"scatter": _scatter, "scattergl": _scatter, "box": _box, "bar": _bar}.get(trace["type"])
    if draw is None:
        raise CannotDrawError(f"a trace of type {trace['type']!r} cannot be drawn as SVG")
    yield from draw(trace, x, y)


def _scatter(trace: Mapping[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    xs, ys = _list(trace.get("x")), _list(trace.get("y"))
    mode = trace.get("mode", "lines")
    if trace.get("error_x"):
        yield from _errors(trace["error_x"], xs, ys, x, y)
    if "lines" in mode:
        yield from _path(trace, xs, ys, x, y)
    if "markers" in mode:
        marker = trace["marker"]
        symbols, sizes = marker.get("symbol", "circle"), marker.get("size", 6)
        inks = marker["color"]
        for at, (a, b) in enumerate(zip(xs, ys, strict=True)):
            symbol = symbols if isinstance(symbols, str) else symbols[at]
            ink = inks if isinstance(inks, str) else inks[at]
            size = sizes if isinstance(sizes, int | float) else sizes[at]
            yield _marker(x.at(a), y.at(b), symbol, float(size) / 2, ink)
    if "text" in mode:
        where, font = trace.get("textposition", "middle center"), trace.get("textfont", {})
        above, beside = where.split(" ")
        anchor = _ANCHORS[beside]
        for a, b, text in zip(xs, ys, _list(trace["text"]), strict=True):
            lines = str(text).split("<br>")
            first = y.at(b) + _DOWN[above] - (len(lines) - 1) * 9
            for number, line in enumerate(lines):
                yield _text(
                    x.at(a) + (3 if anchor == "start" else 0),
                    first + 18 * number,
                    unescape(line),
                    anchor,
                    font.get("color", _QUIET),
                )


def _errors(error: Mapping[str, Any], xs: list[Any], ys: list[Any], x: _Axis, y: _Axis) -> Iterator[str]:
    highs, lows = _list(error["array"]), _list(error.get("arrayminus", error["array"]))
    for a, b, high, low in zip(xs, ys, highs, lows, strict=True):
        ends = [x.within(end) for end in (a - low, a + high)]
        yield _line(ends[0], y.at(b), ends[1], y.at(b), error["color"], error.get("thickness", 2))


def _path(trace: Mapping[str, Any], xs: list[Any], ys: list[Any], x: _Axis, y: _Axis) -> Iterator[str]:
    """Within the axes: a line breaks where it leaves them, an area ends at their edge."""
    area = trace.get("fill") == "toself"
    pieces: list[list[str]] = [[]]
    for a, b in zip(xs, ys, strict=True):
        if a is None or b is None or not (area or (x.holds(a) and y.holds(b))):
            pieces.append([])
        else:
            pieces[-1].append(f"{x.within(a):.1f},{y.within(b):.1f}")
    line = trace.get("line", {})
    for piece in (piece for piece in pieces if piece):
        points = " ".join(piece)
        if area:
            yield f'<polygon points="{points}" fill="{trace["fillcolor"]}"/>'
        elif line.get("width", 2):
            dash = _DASHES.get(line.get("dash", ""))
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            yield (
                f'<polyline points="{points}" fill="none" stroke-width="{line.get("width", 2):g}"{dashed} '
                f'stroke="{line["color"]}"/>'
            )


def _marker(at: float, down: float, symbol: str, radius: float, ink: str) -> str:
    shape = symbol.removesuffix("-open")
    open_ink = f'fill="var(--chart-paper)" stroke="{ink}" stroke-width="1.5"'
    drawn = open_ink if shape != symbol else f'fill="{ink}"'
    if shape == "circle":
        return f'<circle cx="{at:.1f}" cy="{down:.1f}" r="{radius:g}" {drawn}/>'
    if shape == "diamond":
        points = f"{at:.1f},{down - radius:.1f} {at + radius:.1f},{down:.1f} {at:.1f},{down + radius:.1f} "
        return f'<polygon points="{points}{at - radius:.1f},{down:.1f}" {drawn}/>'
    if shape == "square":
        side = 2 * radius
        corner = f'x="{at - radius:.1f}" y="{down - radius:.1f}"'
        return f'<rect {corner} width="{side:g}" height="{side:g}" {drawn}/>'
    raise CannotDrawError(f"a marker {symbol!r} cannot be drawn as SVG")


def _box(trace: Mapping[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    if trace.get("orientation") != "h":
        raise CannotDrawError("only boxes that lie can be drawn as SVG")
    middle = y.at(_list(trace["y"])[0])
    half = float(trace.get("width", 20)) / 2
    names = ("lowerfence", "q1", "median", "q3", "upperfence")
    low, q1, median, q3, high = (x.at(_list(trace[name])[0]) for name in names)
    ink, width = trace["line"]["color"], trace["line"].get("width", 2)
    yield _rect(q1, middle - half, q3, middle + half, trace["fillcolor"], ink)
    yield _line(low, middle, q1, middle, ink, width)
    yield _line(q3, middle, high, middle, ink, width)
    yield _line(median, middle - half, median, middle + half, ink, width + 1)


def _bar(trace: Mapping[str, Any], x: _Axis, y: _Axis) -> Iterator[str]:
    if trace.get("orientation") != "h":
        raise CannotDrawError("only bars that lie can be drawn as SVG")
    lengths, rows = _list(trace["x"]), _list(trace["y"])
    bases = _list(trace.get("base")) or [0.0] * len(lengths)
    half = float(trace.get("width", 20)) / 2
    texts = _list(trace.get("text")) or [""] * len(lengths)
    ink, font = trace["marker"]["color"], trace.get("textfont", {})
    opacity = float(trace["marker"].get("opacity", 1))
    for length, base, row, text in zip(lengths, bases, rows, texts, strict=True):
        start, end, middle = x.at(base), x.at(base + length), y.at(row)
        yield _rect(start, middle - half, end, middle + half, ink, "var(--chart-paper)", opacity)
        size = min(_SIZE, _SIZE * (abs(end - start) - 4) / _wide(unescape(text))) if text else 0
        if size >= _SMALLEST:
            ink_of_text = font.get("color", _QUIET)
            yield _text((start + end) / 2, middle + 4, unescape(text), "middle", ink_of_text, size)


def _line(x0: float, y0: float, x1: float, y1: float, ink: str, width: float, dash: str | None = None) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke-width="{width:g}"{dashed} '
        f'stroke="{ink}"/>'
    )


def _rect(
    x0: float, y0: float, x1: float, y1: float, fill: str, ink: str = "none", opacity: float = 1
) -> str:
    left, top, width, height = min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<rect {place} fill="{fill}" stroke="{ink}"{faint}/>'


def _wide(text: str) -> float:
    """About how many pixels a text takes."""
    return _SIZE * _LETTER * len(text)


def _text(at: float, down: float, text: str, anchor: str, ink: str, size: float = _SIZE) -> str:
    place = f'x="{at:.1f}" y="{down:.1f}" text-anchor="{anchor}"'
    small = f' font-size="{size:.1f}"' if size < _SIZE else ""
    return f'<text {place} fill="{ink}"{small}>{escape(text)}</text>'
