"""Two scores against each other: between patients, and within patients around their own means."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import LESS_TIME, REPEATED, SPEARMAN
from analysis.figures.look import AXIS, STRATUM_TITLES, axis_title, chart, colour, go, plain, ticks
from analysis.figures.marks import CELLS_NOTE, MANY, Range, cells, dots, rounded
from analysis.figures.parts import with_room
from analysis.figures.view import Figure, Panel, View, mixed, of_stratum, panel, simulated
from analysis.results.association import DETRENDED, RMCORR, as_shown, correlations, overlap
from analysis.results.findings import Findings
from analysis.statements import text, together
from analysis.statements.words import interval, number, people, visits_of
from analysis.words import words as _

HEIGHT = 320
NOBODY = _("Nobody has two visits with both scores yet.")
_COLUMNS = [_("Patients are"), _("Patients"), _("Visits"), _("Coefficient"), _("95 % interval"), _("Note")]
_LESS_TIME = [_("Less time"), _("95 % interval, less time")]


def pair_figure(frames: StudyFrames, scale: str, other: str, view: View) -> Figure:
    """One dot per patient, at the first visit with both scores; Spearman's rho."""
    info, table = frames.scale_info, frames.scored
    first = visits_with_both(table, scale, other).drop_duplicates("patient")
    seen = view.seen(first)
    counts = view.counts(first)
    found = _records(frames, table, (scale, other), "spearman", view)
    panels = []
    for stratum, count in counts.items():
        rows = of_stratum(seen, stratum)
        if rows.empty:
            continue
        across, down = (with_room(one.low, one.high) for one in (info[other], info[scale]))
        names = rows["patient"].tolist() if view.may_open_patients else []
        told = f"{plain(info[scale].label)} %{{y}}, {plain(info[other].label)} %{{x}}"
        figure = _marked(rows, "other", "scale", (across, down), stratum, view, told=told, names=names)
        figure.update_xaxes(range=list(across), tickvals=ticks(info[other]))
        figure.update_yaxes(range=list(down), tickvals=ticks(info[scale]))
        panels.append(panel("pair", stratum, count, figure))
    return Figure(
        key="pair",
        title=_(
            "%(label)s and %(label_2)s, between patients", label=info[scale].label, label_2=info[other].label
        ),
        summary=text(together.between(Findings.of(frames, view.suppress_under), scale, other), view.strata)
        or together.NO_PAIR,
        x_axis=axis_title(info[other]),
        y_axis=axis_title(info[scale]),
        panels=tuple(panels),
        table=_table({stratum: found.get(stratum) for stratum in counts}),
        notes=(
            _("One dot per patient: the first visit with both scores."),
            *([CELLS_NOTE] if any(len(of_stratum(seen, stratum)) > MANY for stratum in counts) else []),
            *_shared(scale, other, info),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(SPEARMAN,),
    )


def pair_within_figure(frames: StudyFrames, scale: str, other: str, view: View) -> Figure:
    """One dot per visit of patients with two or more, as distance from the patient's own mean; rmcorr.

    The sentence rests on the coefficient less time: two scores that both recover go together in any case.
    """
    info, table = frames.scale_info, frames.scored
    both = visits_with_both(table, scale, other)
    found = _records(frames, table, (scale, other), RMCORR, view)
    less_time = _records(frames, table, (scale, other), DETRENDED, view)
    panels = []
    for stratum in view.strata:
        record, rows = found.get(stratum), _about_own_mean(of_stratum(both, stratum))
        if record is None or rows.empty:
            continue
        ends = _ends(rows["other_off"]), _ends(rows["scale_off"])
        figure = _marked(rows, "other_off", "scale_off", ends, stratum, view, noun="visit")
        for axis in (figure.update_xaxes, figure.update_yaxes):
            axis(zeroline=True, zerolinewidth=1, zerolinecolor=AXIS)
        if record["estimate"] is not None:
            figure.add_trace(_common_line(rows, stratum))
        note = _(
            "%(people)s, %(visits)s", people=people(record["patients"]), visits=visits_of(record["visits"])
        )
        title = STRATUM_TITLES[stratum]
        panels.append(Panel(f"pair-within-{stratum or 'all'}", title, note, figure))
    return Figure(
        key="pair-within",
        title=_(
            "%(label)s and %(label_2)s, within patients", label=info[scale].label, label_2=info[other].label
        ),
        summary=_told(frames, scale, other, view) if panels else NOBODY,
        x_axis=_("%(label)s: above (right) or below the patient's own mean", label=info[other].label),
        y_axis=_("%(label)s: above or below the patient's own mean", label=info[scale].label),
        panels=tuple(panels),
        table=_table({stratum: found.get(stratum) for stratum in view.strata}, less_time),
        notes=(
            _(
                "Whether both move together over a patient's visits; differences between patients "
                "play no part."
            ),
            _("Dots and line show every change, also what both do over the same months."),
            _("The sentence tells what is left once time is taken off."),
            *([CELLS_NOTE] if any(one and one["visits"] > MANY for one in found.values()) else []),
            *_shared(scale, other, info),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(REPEATED, LESS_TIME),
    )


def visits_with_both(table: pd.DataFrame, scale: str, other: str) -> pd.DataFrame:
    """One row per visit with both scores, by patient and day: patient, stratum, ``scale`` and ``other``.

    The stratum is that of the later of the two responses. ``table``: the result of ``frame.scored``.
    """
    known = table[table["value"].notna()]
    columns = ["visit_id", "patient", "completed_on", "stratum", "value"]
    one, two = (known.loc[known["scale"] == key, columns] for key in (scale, other))
    both = one.merge(two.drop(columns="patient"), on="visit_id", suffixes=("", "_other"))
    later = both["completed_on_other"] > both["completed_on"]
    both = both.assign(
        day=both[["completed_on", "completed_on_other"]].min(axis=1),
        stratum=both["stratum"].mask(later, both["stratum_other"]),
    )
    both = both.rename(columns={"value": "scale", "value_other": "other"})
    both = both.sort_values(["patient", "day", "visit_id"], ignore_index=True)
    return both[["patient", "visit_id", "stratum", "scale", "other"]]


def _about_own_mean(rows: pd.DataFrame) -> pd.DataFrame:
    """The visits of patients with two or more of them, with their distances from the patient's mean."""
    grouped = rows.groupby("patient")
    rows = rows.assign(
        scale_off=rows["scale"] - grouped["scale"].transform("mean"),
        other_off=rows["other"] - grouped["other"].transform("mean"),
    )
    return rows[grouped["visit_id"].transform("count") >= 2]


def _records(
    frames: StudyFrames, table: pd.DataFrame, pair: tuple[str, str], method: str, view: View
) -> dict[str | None, Record]:
    """The pair's records by stratum, without those that would show a few patients, also by subtraction."""
    few = 0 if view.may_open_patients else view.suppress_under
    made = correlations(table, frames.scale_info, scales=pair, methods=(method,), suppress_under=few)
    found = {one.get("stratum"): as_shown(one) for one in made if {one["x"], one["y"]} == set(pair)}
    small = any(one["suppressed"] for one in found.values())
    return {
        stratum: one
        for stratum, one in found.items()
        if not one["suppressed"] and not (stratum is None and small)
    }


def _marked(
    rows: pd.DataFrame,
    x: str,
    y: str,
    ends: tuple[Range, Range],
    stratum: str | None,
    view: View,
    *,
    told: str = "",
    names: Sequence[str] = (),
    noun: str = "patient",
) -> Any:
    figure = chart(HEIGHT)
    at_x, at_y = rows[x].to_numpy(np.float64), rows[y].to_numpy(np.float64)
    if len(rows) > MANY:
        figure.add_trace(cells(at_x, at_y, *ends, stratum, view, noun=noun))
    else:
        figure.add_trace(dots(at_x, at_y, stratum, told, names=names))
    return figure


def _ends(values: pd.Series) -> Range:
    return with_room(float(values.min()), float(values.max()))


def _common_line(rows: pd.DataFrame, stratum: str | None) -> Any:
    """The slope that all patients share, through the origin of the distances."""
    x, y = (rows[name].to_numpy(np.float64) for name in ("other_off", "scale_off"))
    slope = float(x @ y / (x @ x))
    ends = [float(x.min()), float(x.max())]
    return go.Scatter(
        x=rounded(np.array(ends)),
        y=rounded(slope * np.array(ends)),
        mode="lines",
        line={"color": colour("line", stratum), "width": 3},
        hoverinfo="skip",
    )


def _table(
    found: dict[str | None, Record | None], less_time: Mapping[str | None, Record] | None = None
) -> pd.DataFrame:
    table = pd.DataFrame([_row(stratum, one) for stratum, one in found.items()], columns=_COLUMNS)
    if less_time is None:
        return table
    beside = [less_time.get(stratum) for stratum in found]
    for name, told in zip(_LESS_TIME, zip(*map(_coefficient, beside), strict=True), strict=True):
        table.insert(len(table.columns) - 1, name, told)
    return table


def _coefficient(record: Record | None) -> tuple[str, str]:
    if record is None:
        return "–", "–"
    return number(record["estimate"]), interval(record["low"], record["high"])


def _row(stratum: str | None, record: Record | None) -> list[str]:
    if record is None:
        return [stratum or "all", "hidden", "hidden", "–", "–", _("too few to show")]
    return [
        stratum or "all",
        str(record["patients"]),
        str(record["visits"]),
        *_coefficient(record),
        record["reason"] or ("imprecise" if record["imprecise"] else ""),
    ]


def _shared(scale: str, other: str, info: Mapping[str, ScaleInfo]) -> tuple[str, ...]:
    """The note on content that the two scores share."""
    text = overlap(scale, other, info)
    return (_("Shared content: %(text)s.", text=text),) if text else ()


def _told(frames: StudyFrames, scale: str, other: str, view: View) -> str:
    """The sentence on quality of life and mood; other pairs are there to be looked at."""
    found = Findings.of(frames, view.suppress_under)
    told = together.within(found, scale, other) or together.within(found, other, scale)
    return text(told, view.strata) or together.LOOKED_AT
