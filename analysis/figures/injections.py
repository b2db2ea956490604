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
from analysis.statements.words import people, signed, span, visits_of
from analysis.words import numeral
from analysis.words import words as _

PHASE_TEXTS: Mapping[str, str] = {
    "never": _("No injection yet"),
    "early": _("0–13 days after"),
    "peak": _("14–56 days after"),
    "waning": _("57–112 days after"),
    "worn_off": _("Later than 112 days"),
    "undated": _("Day of the injection not known"),
}
_COLUMNS = [
    _("Last injection"),
    _("Patients are"),
    _("Patients"),
    _("Visits"),
    _("Mean"),
    _("Difference from later"),
    _("95 % interval"),
    _("Note"),
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
        title=_("%(label)s and the last toxin injection", label=info.label),
        summary=text(told.round_injections(Findings.of(frames, view.suppress_under), scale), view.strata)
        or _("Nobody yet, or too few, have %(label)s after a toxin injection.", label=info.label),
        x_axis=axis_title(info),
        y_axis=_("Time since the last injection, at each visit"),
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
            _("One dot per visit; patients with several visits have several. Diamond: mean of the visits."),
            *([CELLS_NOTE] if len(visits) > MANY else []),
            _("Differences are from a model in which each patient has a level of their own."),
            _("Injections are given when patients ask for them: the time of a visit is not random."),
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
        return _("%(people)s after an injection", people=people(one["n_text"]))
    visits = visits_of(one["n"])
    return _("%(people)s after an injection, %(visits)s", people=people(one["patients"]), visits=visits)


def _table_row(one: Record, terms: Mapping[str, Record]) -> dict[str, Any]:
    term = terms.get(one["phase"], {})
    least = _("compared with") if one["phase"] == REFERENCE else ""
    return {
        "Last injection": PHASE_TEXTS[one["phase"]],
        "Patients are": one.get("stratum", "all"),
        "Patients": _patients(one),
        "Visits": one["n_text"],
        "Mean": "–" if one["mean"] is None else numeral(one["mean"], ".1f"),
        "Difference from later": signed(term.get("estimate")),
        "95 % interval": span(term.get("low_robust"), term.get("high_robust")),
        "Note": one["reason"] or term.get("reason") or least,
    }
