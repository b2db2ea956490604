"""The axis of time since onset: logarithmic, with the marks clinicians know and the windows of recovery."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis.data.since_onset import DAYS_PER_YEAR
from analysis.figures.look import QUIET
from analysis.words import Words
from analysis.words import words as _

TICKS = {
    _("1 wk"): 7,
    _("1 mo"): 30.4375,
    _("3 mo"): 91.3125,
    _("1 y"): 365.25,
    _("5 y"): 1826.25,
    _("20 y"): 7305,
}
# days after onset at which clinicians look for recovery
WINDOWS = {_("2–5 wk"): (14, 35), _("1–3 mo"): (30.4375, 91.3125)}
WINDOWS_NOTE = _("Shaded: 2–5 weeks and 1–3 months after onset, when clinicians look for recovery.")
_LINE = 13  # pixels for a window's name; both need room above the axes
_ROOM_ABOVE = 2 * _LINE + 8


def draw_time(figure: Any, low: float, high: float) -> None:
    """Make the x axis time since onset in years, from ``low`` to ``high`` (log10 years), with its windows.

    Marks at the edge belong to the axis too, so that three months close the acute and open the chronic panel.
    A window is drawn where it lies on the axis, and named if most of it does.
    """
    marks = {name: years for name, years in _years(TICKS).items() if low <= np.log10(years) <= high}
    figure.update_xaxes(
        type="log", range=[low, high], tickvals=list(marks.values()), ticktext=list(marks), tickangle=0
    )
    for at, (name, ends) in enumerate(WINDOWS.items()):
        start, end = (float(np.log10(days / DAYS_PER_YEAR)) for days in ends)
        from_, to = max(start, low), min(end, high)
        if to - from_ < (end - start) / 2:
            continue
        figure.add_shape(
            type="rect",
            x0=10**from_,
            x1=10**to,
            y0=0,
            y1=1,
            yref="paper",
            layer="below",
            line={"width": 0},
            fillcolor="var(--chart-window)",
        )
        figure.add_annotation(
            x=to if at else from_,  # plotly places annotations on a log axis by the logarithm
            xanchor="right" if at else "left",
            yshift=0 if at else _LINE,  # one above the other, because they would meet on a phone
            y=1,
            yref="paper",
            yanchor="bottom",
            text=name,
            showarrow=False,
            font={"size": 11, "color": QUIET},
        )
        figure.update_layout(margin={"t": _ROOM_ABOVE})


def _years(days: Mapping[Words, float]) -> dict[Words, float]:
    return {name: value / DAYS_PER_YEAR for name, value in days.items()}
