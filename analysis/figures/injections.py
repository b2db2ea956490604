"""Scores by days since the last toxin injection, whose effect comes and goes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.figures.computed import INJECTIONS
from analysis.figures.look import axis_title, row_label
from analysis.figures.marks import CELLS_NOTE, MANY
from analysis.figures.parts import EstimateRow, drawn_estimates, part_panel, seen, with_room
from analysis.figures.view import Figure, View, mixed, of_stratum, simulated
from analysis.results.findings import Findings
from analysis.results.injections import REFERENCE, injection_cycle, phases
from analysis.statements import text
from analysis.statements import treatments as told
from analysis.statements.words import people, signed, span

PHASE_TEXTS: Mapping[str, str] = {
    "never": "No injection yet",
    "early": "0–13 days after",
    "peak": "14–56 days after",
    "waning": "57–112 days after",
    "worn_off": "Later than 112 days",
    "undated": "Day of the injection not known",
}
_COLUMNS = [
    "Last injection",
    "Patients are",
    "Patients",
    "Visits",
    "Mean",
    "Difference from later",
    "95 % interval",
    "Note",
]


def injection_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale at visits in each phase of the injection cycle: a dot per visit, and the mean.

    Panels split patients by the stratum of their first visit.
    """
    info = frames.scale_info[scale]
    key = f"injections-{scale}"
    table = frames.scored
    records = injection_cycle(table, frames.treatments, {scale: info}, suppress_under=view.suppress_under)
    known = table[(table["scale"] == scale) & table["value"].notna()]
    visits = known.join(phases(frames.treatments, known)).assign(stratum=known["first_stratum"])
    parts = {
        stratum: [_counted(one, of_stratum(visits, stratum), view) for one in found if one["n"] != 0]
        for stratum, found in seen([one for one in records if "phase" in one], ["phase"], view).items()
    }
    terms = seen([one for one in records if "term" in one], ["term"], view)
    after = {stratum: {one["term"]: one for one in found} for stratum, found in terms.items()}
    return Figure(
        key=key,
        title=f"{info.label} and the last toxin injection",
        summary=text(told.round_injections(Findings.of(frames, view.suppress_under), scale), view.strata)
        or f"Nobody yet, or too few, have {info.label} after a toxin injection.",
        x_axis=axis_title(info),
        y_axis="Time since the last injection, at each visit",
        panels=tuple(
            part_panel(
                key,
                stratum,
                _note(after[stratum]["peak"]),
                drawn_estimates(
                    [_row(one, of_stratum(visits, stratum), view) for one in found],
                    stratum,
                    limits=with_room(info.low, info.high),
                    view=view,
                    noun="visit",
                ),
            )
            for stratum, found in parts.items()
            if any(one["phase"] not in ("never", "undated") for one in found)
        ),
        table=pd.DataFrame(
            [_table_row(one, after[stratum]) for stratum, found in parts.items() for one in found],
            columns=_COLUMNS,
        ),
        notes=(
            "One dot per visit; patients with several visits have several. Diamond: mean of the visits.",
            *([CELLS_NOTE] if len(visits) > MANY else []),
            "Differences are from a model in which each patient has a level of their own.",
            "Injections are given when patients ask for them: the time of a visit is not random.",
            *mixed(view),
            *simulated(frames),
        ),
        computed=(INJECTIONS,),
    )


def _counted(record: Record, visits: pd.DataFrame, view: View) -> Record:
    """The record with the counts for readers who may open patients."""
    if not view.may_open_patients:
        return record
    rows = visits[visits["phase"] == record["phase"]]
    return {**record, "n_text": str(len(rows)), "patients": int(rows["patient"].nunique())}


def _row(record: Record, visits: pd.DataFrame, view: View) -> EstimateRow:
    rows = visits[visits["phase"] == record["phase"]]
    rows = rows[:0] if record["suppressed"] and not view.may_open_patients else rows
    names = rows["patient"].tolist() if view.may_open_patients else []
    label = row_label(PHASE_TEXTS[record["phase"]], _patients(record))
    return EstimateRow(
        label, record["mean"], None, None, imprecise=False, points=rows["value"].tolist(), names=names
    )


def _patients(record: Record) -> str:
    return record["n_text"] if record["patients"] is None else str(record["patients"])


def _note(one: Record) -> str:
    """The patients that a panel compares."""
    if one["patients"] is None:
        return f"{people(one['n_text'])} after an injection"
    visits = "1 visit" if one["n"] == 1 else f"{one['n']} visits"
    return f"{people(one['patients'])} after an injection, {visits}"


def _table_row(one: Record, terms: Mapping[str, Record]) -> dict[str, Any]:
    term = terms.get(one["phase"], {})
    least = "compared with" if one["phase"] == REFERENCE else ""
    return {
        "Last injection": PHASE_TEXTS[one["phase"]],
        "Patients are": one.get("stratum", "all"),
        "Patients": _patients(one),
        "Visits": one["n_text"],
        "Mean": "–" if one["mean"] is None else f"{one['mean']:.1f}",
        "Difference from later": signed(term.get("estimate")),
        "95 % interval": span(term.get("low_robust"), term.get("high_robust")),
        "Note": one["reason"] or term.get("reason") or least,
    }
