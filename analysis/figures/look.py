"""The look of figures and of the numbers in them: few colours, plain text, no markup.

Colours are names of the page's custom properties (``var(--chart-1)``); `static/src/charts.js` puts in their
values, light or dark, and adds fonts, grid and the colours of axes. Colour is never the only cue: each
stratum has a panel of its own under its name.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Literal

from plotly import graph_objects

from analysis.data.frame import ScaleInfo
from analysis.words import joined, numeral
from analysis.words import words as _

go: Any = graph_objects  # plotly has no types

Part = Literal["line", "point", "band", "box"]
_SERIES: Mapping[str | None, int] = {"chronic": 1, "acute": 2, None: 3}
TEXT, QUIET, AXIS, PAPER = (f"var(--chart-{name})" for name in ("text", "quiet", "axis", "paper"))
STRATUM_TITLES: Mapping[str | None, str] = {
    "acute": _("Acute, under 90 days"),
    "chronic": _("Chronic, 90 days and over"),
    None: _("All, mixes two populations"),
}
LABEL_HEIGHT, STRIP_HEIGHT = 18, 26  # pixels of a row: each line of its label, and the drawing under it
MARK_HEIGHT = 16  # of a drawing that is one mark, without points
LABEL_WIDTH = 34  # characters of a label that fit a panel where figures of two panels stand two in a row


def colour(part: Part, stratum: str | None) -> str:
    """The name of a stratum's colour for a part of a drawing."""
    series = _SERIES[stratum]
    if part == "line":
        return f"var(--chart-{series})"
    return f"var(--chart-{part}{'' if series == 1 else f'-{series}'})"


def chart(height: int) -> Any:
    """An empty chart of that many pixels; it cannot be zoomed, so it needs no controls."""
    layout = {
        "template": {},  # without plotly's own colours
        "height": height,
        "margin": {"l": 34, "r": 10, "t": 8, "b": 28},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {"fixedrange": True, "automargin": True},
        "yaxis": {"fixedrange": True, "automargin": True},
    }
    return go.Figure(layout=layout)


class Rows:
    """Rows one under the other, each with its label above its drawing, so that labels need no margin."""

    def __init__(self, labels: Sequence[str], strip_height: int = STRIP_HEIGHT) -> None:
        """``labels``: text with ``<br>`` between lines, already escaped (see ``plain``)."""
        self.labels = list(labels)
        self.at: list[float] = []
        self._label_at: list[float] = []
        below = 0.0
        for label in self.labels:
            lines = LABEL_HEIGHT * (1 + label.count("<br>"))
            self._label_at.append(below + lines / 2)
            self.at.append(below + lines + strip_height / 2)
            below += lines + strip_height
        self.height = below

    def chart(self, left: float, right: float) -> Any:
        """A chart from ``left`` to ``right`` with the labels in place; ``at`` are the rows' y values."""
        figure = chart(round(max(self.height, 40)) + 40)
        figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 32})
        figure.update_xaxes(range=[left, right])
        figure.update_yaxes(
            range=[max(self.height, 1), 0], showticklabels=False, ticks="", showgrid=False, showline=False
        )
        figure.add_trace(
            go.Scatter(
                x=[left] * len(self.labels),
                y=self._label_at,
                mode="text",
                text=self.labels,
                textposition="middle right",
                textfont={"size": 13, "color": TEXT},
                cliponaxis=False,
                hoverinfo="skip",
            )
        )
        return figure


def row_label(name: str, count: str) -> str:
    """A row's name and count, escaped, in as many lines as a panel needs."""
    lines, parts = [""], [*f"{name},".split(" "), f"n\u00a0=\u00a0{count}"]
    for part in parts:
        if len(lines[-1]) + len(part) >= LABEL_WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {part}".strip(" ")
    return "<br>".join(plain(line) for line in lines)


def sentence_start(text: object) -> str:
    """The text with a capital first; the other letters stay, as German needs."""
    return f"{str(text)[:1].upper()}{str(text)[1:]}"


def plain(text: object) -> str:
    """Text as text: plotly reads tags, so text that looks like a tag is escaped."""
    return escape(str(text), quote=False)


def axis_title(info: ScaleInfo) -> str:
    """Name, range and direction of a scale, for its axis."""
    better = _("higher is better") if info.direction == "higher_better" else _("higher is worse")
    return f"{info.label}, {numeral(info.low)}–{numeral(info.high)}: {better}"


def ticks(info: ScaleInfo) -> list[float]:
    """Round marks within the scale's range, at most six steps."""
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if (info.high - info.low) / step <= 6)
    first = -(-info.low // step) * step
    return [first + step * at for at in range(int((info.high - first) // step) + 1)]


def p_text(p: float | None) -> str:
    if p is None:
        return "–"
    return f"<{numeral(0.001)}" if p < 0.001 else numeral(p, ".3f")


def duration(days: float) -> str:
    """A time since onset in its natural unit: 9 days, 4 months, 5.2 years."""
    if days < 60:
        return _("1 day") if round(days) <= 1 else _("%(days)s days", days=f"{days:.0f}")
    return (
        _("%(days)s months", days=f"{days / 30.4375:.0f}")
        if days < 730
        else _("%(days)s years", days=numeral(days / 365.25, ".1f"))
    )


def largest(differences: Sequence[tuple[str, float]], told: int = 3) -> str:
    """The words of the ``told`` largest of these differences, whatever their sign, and how many more."""
    in_order = sorted(differences, key=lambda one: -abs(one[1]))
    more = len(in_order) - told
    words = joined(", ", (text for text, __ in in_order[:told]))
    return _("%(words)s, and %(more)s more", words=words, more=more) if more > 0 else words
