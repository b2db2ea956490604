"""Patients enrolled by month and site."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.figures.look import chart, colour, go
from analysis.figures.view import Figure, Panel, View, simulated
from analysis.results.recruitment import recruitment
from analysis.statements.words import people
from analysis.words import words as _

KEY = "recruitment"
PANELS_AT_ONCE = 6  # all, and the largest sites
_HEIGHT = 260
_TICKS = 4


def recruitment_summary(records: Sequence[Record]) -> str:
    of = _by_site(records)
    return _said(of.get(None, []), len(of.keys() - {None}))


def recruitment_figure(frames: StudyFrames, on: date, view: View) -> Figure:
    """How many were enrolled by the end of each month, of the whole study and at each site."""
    few = 1 if view.may_open_patients else view.suppress_under
    records = recruitment(frames, on, suppress_under=few)
    of = _by_site(records)
    sites = [site for site in of if site is not None]
    shown = _largest(of, sites) if len(sites) > 1 else []
    return Figure(
        key=KEY,
        title=_("Patients enrolled by month"),
        summary=recruitment_summary(records),
        x_axis=_("Month"),
        y_axis=_("Patients enrolled by its end"),
        panels=tuple(
            Panel(f"{KEY}-{at}", _name(site), people(str(of[site][-1]["in_all"])), _drawn(of[site]))
            for at, site in enumerate([None, *shown])
            if site in of
        ),
        table=pd.DataFrame([_line(at, of, shown) for at in range(len(of.get(None, [])))]),
        notes=(
            *_hiding(view),
            *(
                [_("Of %(number)s sites the largest are shown.", number=len(sites))]
                if len(shown) < len(sites) > 1
                else []
            ),
            *simulated(frames),
        ),
    )


def _by_site(records: Sequence[Record]) -> dict[str | None, list[Record]]:
    of: dict[str | None, list[Record]] = {}
    for one in records:
        of.setdefault(one["site"], []).append(one)
    return of


def _hiding(view: View) -> tuple[str, ...]:
    if view.may_open_patients:
        return ()
    fewer = _("fewer than %(suppress_under)s patients", suppress_under=view.suppress_under)
    return (
        _(
            "Months are taken together where %(fewer)s were enrolled, at any site; sites of "
            "%(fewer)s have none.",
            fewer=fewer,
        ),
    )


def _largest(of: Mapping[str | None, Sequence[Record]], sites: Sequence[str]) -> list[str]:
    largest = sorted(sites, key=lambda site: -of[site][-1]["in_all"])[: PANELS_AT_ONCE - 1]
    return [site for site in sites if site in largest]


def _name(site: str | None) -> str:
    return _("All sites") if site is None else site


def _span(one: Record) -> str:
    return (
        str(one["month"])
        if one["since"] == one["month"]
        else _("%(one)s to %(one_2)s", one=one["since"], one_2=one["month"])
    )


def _line(at: int, of: Mapping[str | None, Sequence[Record]], shown: Sequence[str]) -> dict[str, str]:
    whole = of[None][at]
    return {
        "Month": _span(whole),
        "Enrolled": str(whole["enrolled"]),
        "In all": str(whole["in_all"]),
        **{site: str(of[site][at]["enrolled"]) for site in shown},
    }


def _said(records: Sequence[Record], sites: int) -> str:
    if not records:
        return _("Too few patients to show when they were enrolled.")
    where = _(" at %(sites)s sites", sites=sites) if sites > 1 else ""
    busiest = max(records, key=lambda one: one["enrolled"])
    last = next(one for one in reversed(records) if one["enrolled"])
    told = people(str(records[-1]["in_all"]))
    span = _(
        "from %(records)s to %(last)s%(where)s", records=records[0]["since"], last=last["month"], where=where
    )
    return _(
        "%(told)s enrolled %(span)s; most in %(span_2)s: %(busiest)s.",
        told=told,
        span=span,
        span_2=_span(busiest),
        busiest=busiest["enrolled"],
    )


def _drawn(records: Sequence[Record]) -> Any:
    """The number enrolled so far at the end of each span, over the number of months from the first on."""
    months = [_number(one["month"]) for one in records]
    first = _number(records[0]["since"]) - 1
    across = [0, *(month - first for month in months)]
    counts = [0, *(one["in_all"] for one in records)]
    step = max(1, -(-across[-1] // _TICKS))
    marks = list(range(step, across[-1] + 1, step))
    figure = chart(_HEIGHT)
    figure.update_xaxes(
        range=[0, across[-1]],
        tickvals=marks,
        ticktext=[_text(first + mark) for mark in marks],
    )
    figure.update_yaxes(range=[0, 1.05 * counts[-1]])
    figure.add_trace(
        go.Scatter(
            x=across,
            y=counts,
            mode="lines",
            line={"color": colour("line", "chronic"), "width": 2},
            hoverinfo="y",
        )
    )
    return figure


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return 12 * int(year) + int(of_year) - 1


def _text(month: int) -> str:
    return f"{month // 12}-{month % 12 + 1:02}"
