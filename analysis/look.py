"""How figures look and how numbers are written in them: one template, few colours, plain text only.

Backgrounds are transparent; series colours have a contrast of at least 3:1 on the light and on the dark
page and stay apart for colour-blind readers. Colour is never the only cue: panels carry their titles.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Literal

from plotly import graph_objects, subplots

from analysis.frame import ScaleInfo

go: Any = graph_objects  # plotly has no types
Theme = Literal["light", "dark"]

TEAL, ORANGE, VIOLET = "#1f8a9c", "#d0661a", "#8c6bb8"
STRATUM_COLOURS: Mapping[str | None, str] = {"acute": ORANGE, "chronic": TEAL, None: VIOLET}
PANEL_TITLES: Mapping[str | None, tuple[str, str]] = {
    "acute": ("Acute", "under 90 days"),
    "chronic": ("Chronic", "90 days and over"),
    None: ("All", "mixes two populations"),
}
INK: Mapping[Theme, Mapping[str, str]] = {
    "light": {"text": "#20292f", "quiet": "#5a666e", "grid": "#e2e7ea"},
    "dark": {"text": "#e8ecee", "quiet": "#a4b0b7", "grid": "#2b343b"},
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def template(theme: Theme) -> Any:
    """The one plotly template: system font, quiet grid, no legend, no background of its own."""
    ink = INK[theme]
    axis = {
        "gridcolor": ink["grid"],
        "linecolor": ink["grid"],
        "zerolinecolor": ink["quiet"],
        "ticks": "",
        "automargin": True,
        "title": {"font": {"size": 13, "color": ink["quiet"]}, "standoff": 10},
        "tickfont": {"color": ink["quiet"], "size": 12},
        "zeroline": False,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": ink["text"]},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "margin": {"l": 8, "r": 8, "t": 72, "b": 8},
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def panels(strata: Sequence[str | None], counts: Sequence[str], theme: Theme, height: int) -> Any:
    """Empty panels side by side on one y axis, each titled with its stratum and how many it shows."""
    titles = []
    for stratum, count in zip(strata, counts, strict=True):
        name, span = PANEL_TITLES[stratum]
        titles.append("<br>".join([f"<b>{name}</b>", *(plain(line) for line in (span, count) if line)]))
    make_subplots: Any = subplots.make_subplots
    figure = make_subplots(
        rows=1, cols=len(strata), shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=titles
    )
    figure.update_layout(template=template(theme), height=height)
    figure.update_annotations(font={"size": 13, "color": INK[theme]["text"]})
    return figure


def plain(text: object) -> str:
    """Text as text: plotly reads tags, so what looks like one is escaped."""
    return escape(str(text), quote=False)


def axis_title(info: ScaleInfo) -> str:
    """Name, range and direction of a scale, for its axis."""
    better = "higher is better" if info.direction == "higher_better" else "higher is worse"
    return f"{plain(info.label)}, {info.low:g}–{info.high:g} — {better}"


def ticks(info: ScaleInfo) -> list[float]:
    """Round marks within the scale's range, at most six steps."""
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 1000) if (info.high - info.low) / step <= 6)
    first = -(-info.low // step) * step
    return [first + step * at for at in range(int((info.high - first) // step) + 1)]


def transparent(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def number(value: float | None, digits: int = 2) -> str:
    """A number as readers expect it: a real minus sign, a dash for nothing."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def p_text(p: float | None) -> str:
    if p is None:
        return "–"
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{number(low)} to {number(high)}"


def people(count: int | str, stratum: str | None = None) -> str:
    """``85 acute patients``, ``1 patient``, ``<5 patients``."""
    noun = "patient" if count in (1, "1") else "patients"
    return " ".join(str(part) for part in (count, stratum, noun) if part is not None)


def scale_text(scale_info: Mapping[str, ScaleInfo], key: str) -> str:
    """The short name of a scale or of time since onset, safe to draw."""
    info: Any = scale_info.get(key)
    return plain(info.short_label) if info else "time since onset"
