"""Bands of a mood questionnaire visit by visit, and how many screen positive at their first score."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.cutoffs import BAD_END
from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.figures.computed import SCREENING
from analysis.figures.look import PAPER, TEXT, row_label
from analysis.figures.parts import Segment, drawn_parts, part_panel
from analysis.figures.view import Figure, View, mixed, of_stratum, simulated
from analysis.numbers.guards import count_text, hidden, is_small
from analysis.results.findings import Findings
from analysis.statements import outcomes, text
from analysis.statements.words import percent
from analysis.words import words as _

_INK = "var(--chart-3)"
_NOT_SHOWN = _("not shown")
_ROUNDING = 1e-9


def screening_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """The bands of a scale at each visit, and the share screened positive at the first score."""
    info = frames.scale_info[scale]
    key = f"screening-{scale}"
    side = {"at_least": _("At or above"), "at_most": _("At or below")}[BAD_END[info.direction]]
    few = 1 if view.may_open_patients else view.suppress_under
    table = frames.scored
    known = table[(table["scale"] == scale) & table["value"].notna()]
    at_visit = {visit: known[known["visit"] == visit] for visit in _in_order(frames, known)}
    shown = {
        stratum: {
            visit: parts
            for visit, rows in at_visit.items()
            if not _too_few(rows, stratum, view) and (parts := _parts(of_stratum(rows, stratum), info, view))
        }
        for stratum in view.strata
        if info.bands
    }
    return Figure(
        key=key,
        title=_("%(label)s: bands by visit", label=info.label),
        summary=text(outcomes.screened(Findings.of(frames, view.suppress_under), scale), view.strata)
        or _(
            "There is no %(label)s to show, or no published cut-off for the words that were asked.",
            label=info.label,
        ),
        x_axis=_("Share of the patients scored at that visit"),
        y_axis=_("Visits; bands of %(label)s as published", label=info.label),
        panels=tuple(
            part_panel(
                key,
                stratum,
                "",
                drawn_parts([_row(visit, parts, info) for visit, parts in of_visits.items()]),
            )
            for stratum, of_visits in shown.items()
            if of_visits
        ),
        table=pd.DataFrame(
            [
                {
                    "Visit": visit,
                    "Patients are": stratum or "all",
                    "Band": band,
                    "Patients": text,
                    "Share": share,
                }
                for stratum, of_visits in shown.items()
                for visit, parts in of_visits.items()
                for band, text, share in _cells(parts, few)
            ],
            columns=[_("Visit"), _("Patients are"), _("Band"), _("Patients"), _("Share")],
        ),
        notes=(
            _("Screened positive asks for a talk with a clinician: it is no diagnosis."),
            *(f"{side} {cut:g}: {label}, {source}." for label, cut, source in info.cutoffs),
            _(
                "Each patient counts once at a visit; who comes later is not the same group as who "
                "came first."
            ),
            _("Answers that somebody else chose are not among them."),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(SCREENING,),
    )


def _in_order(frames: StudyFrames, known: pd.DataFrame) -> list[str]:
    """The visits with a score, by due day after enrolment."""
    enrolled = frames.patients.set_index("patient")["enrolled_on"]
    visits = frames.visits[frames.visits["visit_id"].isin(known["visit_id"])]
    after = (visits["due_on"] - enrolled.reindex(visits["patient"]).to_numpy()).dt.days
    middle = after.groupby(visits["visit"]).median()
    return [str(name) for name in middle.sort_values(kind="stable").index]


def _too_few(rows: pd.DataFrame, stratum: str | None, view: View) -> bool:
    """Whether a few patients would remain if this reader subtracted acute and chronic patients of the visit
    from all of it.
    """
    if stratum is not None or view.may_open_patients:
        return False
    counts = rows.drop_duplicates("patient")["stratum"].value_counts()
    return any(0 < count < view.suppress_under for count in counts)


def _parts(rows: pd.DataFrame, info: ScaleInfo, view: View) -> dict[str, int]:
    """Patients by band; small and revealing bands are one part for readers who see no small cell."""
    values = rows.drop_duplicates("patient")["value"].to_numpy(np.float64) + _ROUNDING
    edges = [at_least for __, at_least in info.bands]
    at = np.searchsorted(edges, values, side="right") - 1
    counts = {label: int((at == number).sum()) for number, (label, __) in enumerate(info.bands)}
    if not len(values) or (not view.may_open_patients and is_small(len(values), view.suppress_under)):
        return {}
    hide = (
        [False] * len(counts)
        if view.may_open_patients
        else hidden(list(counts.values()), view.suppress_under)
    )
    shown = {label: n for (label, n), hid in zip(counts.items(), hide, strict=True) if not hid}
    rest = len(values) - sum(shown.values())
    return {**shown, _NOT_SHOWN: rest} if rest else shown


def _row(visit: str, parts: Mapping[str, int], info: ScaleInfo) -> tuple[str, list[Segment]]:
    total = sum(parts.values())
    bands = [label for label, __ in info.bands]
    start, segments = 0.0, []
    for label, count in parts.items():
        if not count:
            continue
        share = count / total
        opacity = 0.12 + 0.78 * bands.index(label) / max(len(bands) - 1, 1) if label in bands else 1.0
        text = label if share > 0.018 * len(label) + 0.02 else str(count) if share >= 0.05 else ""
        ink = _INK if label in bands else "var(--chart-grid)"
        segments.append(
            Segment(start, share, ink, text, PAPER if label in bands and opacity > 0.6 else TEXT, opacity)
        )
        start += share
    return row_label(visit, str(total)), segments


def _cells(parts: Mapping[str, int], few: int) -> list[tuple[str, str, str]]:
    total = sum(parts.values())
    return [
        (label, count_text(count, few), percent(count / total) if count == 0 or count >= few else "–")
        for label, count in parts.items()
    ]
