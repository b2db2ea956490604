"""The share of patients who gained so much or more, with a family of treatments and without."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.data.change import of_one_person
from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import RESPONDERS
from analysis.figures.look import QUIET, STRATUM_TITLES, chart, colour, go
from analysis.figures.parts import seen, with_room
from analysis.figures.view import Figure, Panel, View, mixed, simulated
from analysis.results.findings import Findings
from analysis.results.responders import BETTER
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import percent, signed, span
from analysis.words import words as _

HEIGHT = 260
_COLUMNS = [
    _("Treatment"),
    _("Patients are"),
    _("Change"),
    _("Points"),
    _("Began it"),
    _("Did not"),
    _("Difference, in percentage points"),
    _("95 % interval"),
    _("Note"),
]


def responders_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A curve for each arm of a comparison: the share that gained at least so many points."""
    info = frames.scale_info[scale]
    key = f"responders-{scale}"
    findings = Findings.of(frames, view.suppress_under)
    parts = _of_places(findings, scale, view)
    threshold = of_one_person(info.thresholds)
    return Figure(
        key=key,
        title=_("%(label)s: who gained how much", label=info.label),
        summary=text(told.responded(findings, scale), view.strata)
        or _("No family of treatments can be compared yet, so no shares are told."),
        x_axis=_("Change of %(label)s in points; right of 0 better, left of 0 worse", label=info.label),
        y_axis=_("Share of patients who gained at least so much"),
        panels=tuple(
            Panel(
                f"{key}-{stratum or 'all'}-{family}",
                _("%(family)s: %(title)s", family=family, title=STRATUM_TITLES[stratum]),
                _(
                    "%(one)s with, %(one_2)s without",
                    one=records[0]["patients_exposed"],
                    one_2=records[0]["patients_compared"],
                ),
                _drawn(records, stratum, None if threshold is None else threshold.value),
            )
            for (stratum, family), records in parts.items()
        ),
        table=pd.DataFrame([_row(one) for of in parts.values() for one in of], columns=_COLUMNS),
        notes=(
            _("Solid: began it. Dashed: did not, weighted to be alike before. Dotted: the published change."),
            _("Treatment was not assigned at random. Two curves apart tell no direction by themselves."),
            _("Ends of a curve that tell of few patients are not drawn."),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(RESPONDERS,),
    )


def _of_places(
    findings: Findings, scale: str, view: View
) -> Mapping[tuple[str | None, str], Sequence[Record]]:
    """The records of each stratum and family whose comparison this reader sees."""
    compared = [one for one in findings.treatment_comparison if one["scale"] == scale]
    shown = seen(compared, ["family", "history"], view)
    places = [
        (stratum, one["family"])
        for stratum, records in shown.items()
        for one in records
        if one["history"] == "known" and one["estimate"] is not None
    ]
    found = [one for one in findings.responders if one["scale"] == scale]
    return {
        (stratum, family): [one for one in found if one.get("stratum") == stratum and one["family"] == family]
        for stratum, family in places
    }


def _drawn(records: Sequence[Record], stratum: str | None, threshold: float | None) -> Any:
    figure = chart(HEIGHT)
    figure.update_yaxes(range=list(with_room(0, 100)), tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(ticktext=["0", "25", "50", "75", "100 %"])
    curve = [one for one in records if one["way"] == BETTER and one["threshold"] is None]
    for mark in () if threshold is None else (-threshold, threshold):
        line = {"color": QUIET, "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=mark, x1=mark, y0=0, y1=1, yref="paper", line=line)
    for arm, dash in (("exposed", "solid"), ("compared", "dash")):
        told = [one for one in curve if one[f"share_{arm}"] is not None]
        figure.add_trace(
            go.Scatter(
                x=[one["points"] for one in told],
                y=[float(f"{100 * one[f'share_{arm}']:.3g}") for one in told],
                mode="lines",
                line={"color": colour("line", stratum), "width": 2.5, "dash": dash},
                hovertemplate=_("%{y} % gained %{x} or more") + "<extra></extra>",
            )
        )
    return figure


def _row(one: Record) -> dict[str, str]:
    difference, low, high = (
        None if one[name] is None else 100 * one[name] for name in ("difference", "low", "high")
    )
    return {
        "Treatment": one["family"],
        "Patients are": one.get("stratum", "all"),
        "Change": one["way"],
        "Points": f"{one['points']:g}".replace("-", "−"),
        "Began it": percent(one["share_exposed"]),
        "Did not": percent(one["share_compared"]),
        "Difference, in percentage points": signed(difference),
        "95 % interval": span(low, high),
        "Note": one["reason"] or ("imprecise" if one["imprecise"] else ""),
    }
