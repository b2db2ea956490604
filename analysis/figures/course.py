"""How scores go on: every patient's line over time since onset, and the mixed model's mean course."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.frame import StudyFrames
from analysis.data.onset import ACUTE_BELOW_DAYS
from analysis.data.since_onset import DAYS_PER_YEAR
from analysis.figures.computed import COURSE
from analysis.figures.look import (
    PAPER,
    STRATUM_TITLES,
    axis_title,
    chart,
    colour,
    duration,
    go,
    p_text,
    ticks,
)
from analysis.figures.marks import CELLS_NOTE, LINES_NOTE, MANY, Range, by_lot, cells, dots
from analysis.figures.time_axis import WINDOWS_NOTE, draw_time
from analysis.figures.view import Figure, Panel, View, mixed, of_stratum, simulated
from analysis.numbers.formulas import t_tested
from analysis.numbers.guards import is_small
from analysis.results.course import (
    FOLLOW_UP,
    ONSET,
    Mean,
    asked,
    complete,
    mean_course,
    reach,
    shown,
    typical,
)
from analysis.results.findings import Findings
from analysis.results.models import RANDOM_SLOPE, Answer, predicted
from analysis.statements import text
from analysis.statements import time as told
from analysis.statements.words import number, people, visits_of
from analysis.words import words as _

HEIGHT = 280
COLUMNS = [
    _("Patients are"),
    _("Term"),
    _("Points"),
    _("95 % interval"),
    "p",
    _("Patients"),
    _("Scores"),
    _("Note"),
]
_PILED_UP = _(
    "Where scores pile up at an end of the scale there is no line: ordered logits tell the share there and "
    "the mean score, averaged over patients."
)
_TERMS = {
    ONSET: _("Ten times as long since onset at the first visit"),
    FOLLOW_UP: _("Years since the first visit + 1 doubled (as in the first year)"),
    "age": _("One year older"),
    "female": _("Women, compared with men"),
}


def course_figure(frames: StudyFrames, scale: str, view: View) -> Figure:
    """A scale over time since onset, a line per patient, and the course that the mixed model of the report
    finds: for a patient first seen at the median time, with its 95 % band, and at the quartiles.

    Panels split patients by the stratum of their first visit and follow them from there.
    """
    info = frames.scale_info[scale]
    key = f"course-{scale}"
    table = frames.scored
    rows = complete(table)
    rows = rows[rows["scale"] == scale].assign(stratum=rows["first_stratum"])
    first = rows.drop_duplicates("patient")
    seen = rows[rows["patient"].isin(view.seen(first)["patient"])]
    counts = view.counts(first)
    parts = {stratum: of_stratum(seen, stratum) for stratum in counts}
    findings = Findings.of(frames, view.suppress_under)
    answers = {stratum: shown(asked(part, info, findings.kept)) for stratum, part in parts.items()}
    means = {stratum: mean_course(part, info, findings.kept) for stratum, part in parts.items()}
    room = 0.04 * (info.high - info.low)
    panels = []
    for stratum, part in parts.items():
        if part.empty:
            continue
        figure = _drawn(part, means[stratum], stratum, view, (info.low - room, info.high + room))
        figure.update_yaxes(tickvals=ticks(info))
        note = _("%(people)s, %(visits)s", people=people(counts[stratum]), visits=visits_of(len(part)))
        panels.append(Panel(f"{key}-{stratum or 'all'}", STRATUM_TITLES[stratum], note, figure))
    left_out = table[
        (table["scale"] == scale) & table["value"].notna() & ~table["patient"].isin(first["patient"])
    ]
    return Figure(
        key=key,
        title=_("%(label)s from visit to visit", label=info.label),
        summary=text(told.course(findings, scale), view.strata)
        or _("There is no %(label)s with a known time since onset.", label=info.label),
        x_axis=_("Time since onset, longer to the right (log scale)"),
        y_axis=axis_title(info),
        panels=tuple(panels),
        table=pd.DataFrame(
            [
                row
                for stratum in parts
                for row in _rows(parts[stratum], answers[stratum], stratum, counts[stratum])
            ],
            columns=COLUMNS,
        ),
        notes=(
            _("Thin lines: one patient each; a dot where there is one score only."),
            *([CELLS_NOTE, LINES_NOTE] if any(len(part) > MANY for part in parts.values()) else []),
            _("Thick line: the mixed model's mean from the median first visit on, with its 95 % band."),
            _(
                "Dotted: the same from the lower and upper quartile on; all at the mean age and "
                "share of women."
            ),
            _("Patients are parted by their first visit and followed from there."),
            WINDOWS_NOTE,
            _("Model: time since onset at the first visit and time since that visit apart, age and sex."),
            _("The lines bend (natural spline) if 15 patients per coefficient allow it; the table's do not."),
            _("Random intercepts and slopes (REML); where not estimable, cluster-robust errors (CR2)."),
            *([_PILED_UP] if any(one["scale"] == scale for one in findings.course_ordinal) else []),
            *_left_out_note(left_out, view),
            *mixed(view),
            *simulated(frames),
        ),
        computed=(COURSE,),
    )


def _drawn(rows: pd.DataFrame, course: Mean, stratum: str | None, view: View, down: Range) -> Any:
    figure = chart(HEIGHT)
    figure.update_yaxes(range=list(down))
    years, values = rows["days_since_onset"].to_numpy(np.float64) / DAYS_PER_YEAR, rows["value"].to_numpy()
    across = _range(stratum, years)
    draw_time(figure, *across)
    many = len(rows) > MANY
    x, y = _lines(by_lot(rows) if many else rows)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            line={"color": colour("band", stratum), "width": 1.5},
            hoverinfo="skip",
        )
    )
    if many:
        figure.add_trace(cells(years, values, across, down, stratum, view, log=True, noun="visit"))
    else:
        names = rows["patient"].tolist() if view.may_open_patients else []
        since = [duration(day) for day in rows["days_since_onset"]]
        said = _("%{y}, %{customdata} after onset")
        figure.add_trace(dots(years, values, stratum, said, names=names, beside=since, size=4, rim=0))
    if course.answer.reason is None:
        for quantile in (0.25, 0.75, 0.5):
            _draw_mean(figure, rows, course, stratum, quantile)
    return figure


def _lines(rows: pd.DataFrame) -> tuple[list[float | None], list[float | None]]:
    """All patients' lines as one, with a gap after each."""
    x: list[float | None] = []
    y: list[float | None] = []
    last = None
    for code, day, value in zip(rows["patient"], rows["days_since_onset"], rows["value"], strict=True):
        if last is not None and code != last:
            x.append(None)
            y.append(None)
        last = code
        x.append(float(f"{day / DAYS_PER_YEAR:.3g}"))
        y.append(float(f"{value:.3g}"))
    return x, y


def _draw_mean(figure: Any, rows: pd.DataFrame, course: Mean, stratum: str | None, quantile: float) -> None:
    follow_up = np.linspace(0, reach(rows), 25)
    start = float(rows.drop_duplicates("patient")["first_log10_years"].quantile(quantile))
    values = {**typical(rows), ONSET: start, **course.times(follow_up)}
    mean, low, high = predicted(course.answer, values)
    years = _short(10**start + 2**follow_up - 1)
    if quantile == 0.5:
        band = go.Scatter(
            x=[*years, *years[::-1]],
            y=[*_short(high), *_short(low[::-1])],
            fill="toself",
            fillcolor=colour("band", stratum),
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
        )
        figure.add_trace(band)
    thick = {"color": colour("line", stratum), "width": 4}
    # a rim in the page's colour separates the mean from the dots
    lines = (
        [{"color": PAPER, "width": 8}, thick] if quantile == 0.5 else [{**thick, "width": 2, "dash": "dot"}]
    )
    for line in lines:
        figure.add_trace(go.Scatter(x=years, y=_short(mean), mode="lines", line=line, hoverinfo="skip"))


def _short(values: Any) -> list[float]:
    return [float(f"{value:.4g}") for value in values]


def _range(stratum: str | None, years: Any) -> tuple[float, float]:
    """The log10 years a panel spans: from its side of 90 days on, to the last score or at least 20 years."""
    low = np.log10((ACUTE_BELOW_DAYS if stratum == "chronic" else 0.8) / DAYS_PER_YEAR) - 0.02
    least = 1.2 if stratum == "acute" else 26.0
    return float(low), float(max(np.log10(least), np.log10(years.max()) + 0.05))


def _rows(rows: pd.DataFrame, answer: Answer, stratum: str | None, count: str) -> list[dict[str, str]]:
    if rows.empty:
        return []
    start = {"Patients are": stratum or "all"}
    rest = {"Patients": count, "Scores": str(len(rows))}
    if answer.reason is not None:
        return [{**start, "Term": "–", **dict.fromkeys(COLUMNS[2:5], "–"), **rest, "Note": answer.reason}]
    how = "" if answer.model == RANDOM_SLOPE else "cluster-robust"
    found = []
    for term, name in _TERMS.items():
        if term in answer.fitted:
            tested = t_tested(*answer.fitted[term])
            numbers = (
                number(answer.fitted[term][0]),
                f"{number(tested.low)}\u00a0to\u00a0{number(tested.high)}",
                p_text(tested.p),
            )
            found.append(
                {**start, "Term": name, **dict(zip(COLUMNS[2:5], numbers, strict=True)), **rest, "Note": how}
            )
    return found


def _left_out_note(rows: pd.DataFrame, view: View) -> Sequence[str]:
    patients = int(rows["patient"].nunique())
    if not patients:
        return ()
    who = people(view.count(patients) if is_small(patients, view.suppress_under) else view.about(patients))
    return (
        _("Scored, but without a usable time since onset at the first visit, age or sex: %(who)s.", who=who),
    )
